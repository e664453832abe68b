"""The names that are taught are names, the digits are shown once, and the example runs."""

import numpy as np
import pytest
from example_files import example


@pytest.fixture(scope="module")
def naming():
    return example("one_to_many")


def test_names_of_numbers(naming):
    names = [naming.name_of(number) for number in (100, 207, 313, 420, 999)]
    assert names == [
        "one hundred",
        "two hundred seven",
        "three hundred thirteen",
        "four hundred twenty",
        "nine hundred ninety nine",
    ]
    assert max(len(naming.name_of(number)) for number in range(100, 1000)) == naming.STEPS


def test_digits_are_shown_at_the_first_step_alone(naming):
    x, letters = naming.make_data(np.array([207]))
    assert np.flatnonzero(x[0, 0]).tolist() == [7, 10, 22]
    assert not x[0, 1:].any()
    assert "".join(naming.LETTERS[letter] for letter in letters[0]).rstrip() == "two hundred seven"


def test_rivals_have_as_many_parameters(naming):
    counts = []
    for layer in naming.layers().values():
        layer.build((None, None, 30))
        counts.append(layer.count_params())
    assert max(counts) < 1.03 * min(counts)


def test_it_runs(naming, tmp_path):
    right = naming.main(tmp_path / "picture.png", epochs=1)
    assert list(right) == ["D-RNN", "GRU", "LSTM"]
    assert all(0 <= share <= 1 for share in right.values())
    assert (tmp_path / "picture.png").stat().st_size > 5000
