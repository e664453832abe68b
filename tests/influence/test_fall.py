"""The fall of an influence with distance, against closed forms and plain loops."""

import numpy as np
import pytest

from keras_drnn.influence import half_life, influence_by_distance, share_beyond

RNG = np.random.default_rng(0)


def test_the_mean_over_outputs_is_that_of_a_plain_loop():
    influence = RNG.random((3, 9, 9))
    expected = [
        [np.mean([clip[t, t - d] for t in range(d, 9)]) for d in range(9)] for clip in influence
    ]
    np.testing.assert_allclose(influence_by_distance(influence), expected)
    # One output is the last one.
    np.testing.assert_array_equal(influence_by_distance(influence[:, -1:]), influence[:, -1, ::-1])
    assert influence_by_distance(influence[0]).shape == (9,)


@pytest.mark.parametrize("frames", [0.7, 3.0, 40.0, 1000.0])
@pytest.mark.parametrize("scale", [1e-20, 1.0, 1e6])
def test_a_known_half_life_is_found(frames, scale):
    found = half_life(scale * 0.5 ** (np.arange(20) / frames))
    assert found.frames == pytest.approx(frames, rel=1e-9)
    assert found.deviation == pytest.approx(1) and found.fitted == 20


def test_a_staircase_has_the_half_life_of_its_slope():
    """Halved at each twentieth step and held: the line goes through the steps' middles."""
    stairs = 0.5 ** (np.arange(200) // 20)
    found = half_life(stairs)
    assert found.frames == pytest.approx(20, rel=0.02)
    # Off the line by up to half an octave, evenly: that is 1 / sqrt(12) in the root mean square.
    assert np.log2(found.deviation) == pytest.approx(1 / np.sqrt(12), rel=0.05)


def test_what_has_come_to_nothing_does_not_count_as_lasting():
    fall = 0.5 ** np.arange(200.0)
    expected = half_life(fall[:30]).frames
    assert half_life(fall).frames == pytest.approx(expected, rel=0.01)
    fall[40:] = 0
    assert half_life(fall).frames == pytest.approx(expected, rel=0.01)
    # A sudden end is a fall.
    assert half_life([1, 1, 1, 0, 0, 0, 0, 0]).frames < 1
    assert half_life([1.0, 0.0, 0.0]).frames == pytest.approx(1 / np.log2(1e9))
    # A hole is none: what comes behind it has come past it.
    hole = 0.5 ** (np.arange(30) / 5.0)
    hole[7] = 0
    assert half_life(hole).fitted == 30


@pytest.mark.parametrize("fall", [np.full(50, 0.3), 1.02 ** np.arange(50), [0.0, 1.0]])
def test_what_does_not_fall_has_no_half_life(fall):
    assert half_life(fall).frames == np.inf


def test_shares_are_of_the_sum():
    fall = RNG.random(50)
    found = share_beyond(fall, [0, 10, 48, 49, 100])
    expected = [sum(fall[d + 1 :]) / sum(fall) for d in (0, 10, 48)]
    np.testing.assert_allclose(found, [*expected, 0, 0])


@pytest.mark.parametrize(
    ("function", "wrong", "match"),
    [
        (influence_by_distance, np.ones(4), r"shape \(4,\)"),
        (influence_by_distance, np.ones((2, 4)), r"shape \(2, 4\)"),
        (influence_by_distance, np.full((3, 3), np.nan), "9 that are not finite"),
        (half_life, [1.0], "two distances"),
        (half_life, [0.0, 0.0], "some of them above 0"),
        (half_life, [1.0, -1.0], "1 below 0"),
        (half_life, [[1.0, 0.5]], r"\(distances,\)"),
        (lambda fall: share_beyond(fall, [-1]), [1.0, 0.5], "from 0 up"),
    ],
)
def test_what_is_no_influence_is_refused(function, wrong, match):
    with pytest.raises(ValueError, match=match):
        function(wrong)
