"""The gradients that are worked out by hand are those of the library, and those of a third way."""

import numpy as np
import pytest
from example_files import example


@pytest.fixture(scope="module")
def worked():
    return example("back_propagation")


@pytest.mark.every_backend
def test_by_hand_and_by_the_library_are_the_same(worked):
    found = worked.main()
    assert list(found) == [(1,), (1, 2, 3)]
    for hand, library in found.values():
        assert list(hand) == list(library)
        np.testing.assert_allclose(list(library.values()), list(hand.values()), atol=1e-6)


def test_the_plain_network_as_on_paper(worked):
    """h = 0.15, 0.25, 0.325; o = h / 2; each gradient written out as a sum over the three steps."""
    e1, e2, e3 = 0.075 - 0.8, 0.125 - 0.81, 0.1625 - 0.62
    d3 = e3 / 2
    d2 = e2 / 2 + d3 / 2
    d1 = e1 / 2 + d2 / 2
    found = worked.by_hand((1,))
    expected = {
        "loss": (e1**2 + e2**2 + e3**2) / 2,
        "U": 0.3 * d1 + 0.35 * d2 + 0.4 * d3,
        "W": 0.15 * d2 + 0.25 * d3,
        "V_1": 0.15 * e1 + 0.25 * e2 + 0.325 * e3,
    }
    assert found == pytest.approx(expected)


def test_the_thesis_paths_from_the_first_input_to_the_fifth_output(worked):
    found = worked.influences((1, 2, 3), 0.25, 5)[0]
    # V1 W^4 U + V2 (P T W + T W^3) U + V3 S T W U, recurrent weights 0.25 and all others 0.5.
    w, v = 0.25, 0.5
    expected = v * w**4 * v + v * (w * v * w + v * w**3) * v + v * v * v * w * v
    assert found == pytest.approx(expected)


def test_delays_keep_what_vanishes_and_the_picture_is_drawn(worked, tmp_path):
    plain, reaching = (worked.influences(delays, 0.5, 60)[0] for delays in ((1,), (1, 3, 9, 27)))
    assert plain == pytest.approx(0.25 * 0.5**59, rel=1e-4)
    assert reaching > 1e12 * plain
    worked.draw(tmp_path / "picture.png")
    assert (tmp_path / "picture.png").stat().st_size > 5000
