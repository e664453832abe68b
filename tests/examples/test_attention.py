"""Dates, attention that never looks at padding, and writing that is what the model says."""

import numpy as np
import pytest
from example_files import example

pytestmark = pytest.mark.every_backend


@pytest.fixture(scope="module")
def attention():
    return example("attention")


@pytest.fixture(scope="module")
def dates(attention):
    return attention.Dates(attention.drnn, 12)


def test_the_dates_are_the_same_in_both_ways_of_writing(attention):
    read, written = attention.make_data(50, seed=0)
    for letters, characters in zip(read, written, strict=True):
        text = "".join(attention.READ[letter] for letter in letters if letter)
        year, month, day = "".join(attention.WRITTEN[each] for each in characters).split("-")
        assert year in text
        assert str(int(day)) in text.removesuffix(year)
        name = ["Jan", "Feb", "Mar", "Apr", "May", "Jun"]
        name += ["Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        assert name[int(month) - 1] in text or f".{int(month)}." in text


def test_padding_is_not_looked_at_and_changes_nothing(attention, dates):
    read, _ = attention.make_data(20, seed=0)
    row = int(np.argmin((read > 0).sum(axis=1)))
    length = int((read[row] > 0).sum())
    written, weights = dates.write(read[row : row + 1])
    np.testing.assert_allclose(weights.sum(axis=-1), 1, atol=1e-5)
    assert not weights[0, :, length:].any()
    alone, narrow = dates.write(read[row : row + 1, :length])
    np.testing.assert_array_equal(alone, written)
    np.testing.assert_allclose(narrow, weights[..., :length], atol=1e-5)


def test_it_writes_what_the_model_says_where_it_hears_its_own_writing(attention, dates):
    read, _ = attention.make_data(20, seed=1)
    written, _ = dates.write(read)
    scores = dates.model.predict([read, attention.after_start(written)], verbose=0)
    np.testing.assert_array_equal(scores.argmax(axis=-1), written)


@pytest.mark.parametrize("forced", [True, False])
def test_without_teacher_forcing_it_hears_its_own_writing(attention, dates, monkeypatch, forced):
    read, written = attention.make_data(10, seed=2)
    heard = []
    monkeypatch.setattr(dates.model, "fit", lambda given, *_, **how: heard.append(given[1]))
    dates.train(read, written, epochs=1, forced=forced)
    expected = written if forced else dates.write(read)[0]
    np.testing.assert_array_equal(heard, [attention.after_start(expected)])
