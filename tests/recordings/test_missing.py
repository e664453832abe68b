"""Holding what is missing: by numbers worked out by hand, and never by the future."""

import numpy as np
import pytest

from keras_drnn.recordings.missing import hold_missing

NAN = float("nan")


def one_body(*frames):
    """Frames of three joints on a line: their x, with y one more."""
    x = np.array(frames, "float32")
    return np.stack([x, x + 1], axis=-1)[:, None]


def x_of(held):
    assert held.dtype == np.float32
    np.testing.assert_array_equal(held[..., 1], np.where(held[..., 0] == 0, 0, held[..., 0] + 1))
    return held[:, 0, :, 0].tolist()


def test_a_joint_stays_where_it_was_seen_and_starts_amid_the_others():
    values = one_body([1, 5, NAN], [2, NAN, NAN], [3, NAN, 9], [4, 8, NAN])
    assert x_of(hold_missing(values)) == [[1, 5, 3], [2, 5, 3.5], [3, 5, 9], [4, 8, 9]]


def test_an_absent_body_is_zero_and_forgets():
    values = one_body([1, 5, 6], [NAN, NAN, NAN], [2, NAN, 8], [NAN, 7, NAN])
    assert x_of(hold_missing(values)) == [[1, 5, 6], [0, 0, 0], [2, 5, 8], [2, 7, 8]]
    # The 5 of the third frame is the mean of 2 and 8, not what was seen before the gap:
    values[0, 0, 1] += 90
    assert x_of(hold_missing(values))[2:] == [[2, 5, 8], [2, 7, 8]]


def test_one_axis_that_is_missing_makes_the_joint_missing():
    values = one_body([1, 5, 6], [2, 7, 8])
    values[1, 0, 1, 1] = NAN
    assert x_of(hold_missing(values)) == [[1, 5, 6], [2, 5, 8]]


def test_confidences():
    values = one_body([1, 5, 6], [2, 7, 8], [3, 9, 11])
    confidence = np.array([[[1, 0.5, 1]], [[0.2, 0, 0.5]], [[0.1, 0.2, 0.3]]], "float32")
    assert x_of(hold_missing(values, confidence)) == [[1, 5, 6], [2, 5, 8], [3, 9, 11]]
    assert x_of(hold_missing(values, confidence, 0.5)) == [[1, 5, 6], [1, 5, 8], [0, 0, 0]]


def test_bodies_do_not_fill_each_other():
    values = np.concatenate([one_body([1, 5, 6], [2, 7, NAN]), one_body([NAN] * 3, [3, 4, 8])], 1)
    held = hold_missing(values)
    assert held[..., 0].tolist() == [[[1, 5, 6], [0, 0, 0]], [[2, 7, 6], [3, 4, 8]]]


def test_channels_keep_their_last_value():
    values = np.array([[NAN, 1], [2, NAN], [NAN, NAN], [4, 5]])
    assert hold_missing(values).tolist() == [[0, 1], [2, 1], [2, 1], [4, 5]]


def test_nothing_missing_changes_nothing_and_the_argument_stays_as_it_is():
    values = np.random.default_rng(0).normal(size=(9, 2, 4, 3)).astype("float32")
    np.testing.assert_array_equal(hold_missing(values), values)
    values[3, 1, 2] = NAN
    before = values.copy()
    hold_missing(values)
    np.testing.assert_array_equal(values, before)


@pytest.mark.parametrize("frames", [1, 7, 19])
def test_the_future_has_no_say(frames):
    rng = np.random.default_rng(1)
    values = rng.normal(size=(20, 2, 4, 2)).astype("float32")
    confidence = rng.random((20, 2, 4), "float32")
    values[rng.random((20, 2, 4)) < 0.3] = NAN
    values[rng.random((20, 2)) < 0.2] = NAN
    whole = hold_missing(values, confidence, 0.2)
    np.testing.assert_array_equal(
        hold_missing(values[:frames], confidence[:frames], 0.2), whole[:frames]
    )
    assert not np.isnan(whole).any()
