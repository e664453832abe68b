"""When a model knows: compared with what counting frame by frame gives."""

import numpy as np
import pytest

from keras_drnn.reporting.metrics import ever_correct, last_frame_accuracy
from keras_drnn.reporting.stream_metrics import delay
from keras_drnn.reporting.times_plot import draw_times_by_class
from keras_drnn.reporting.when_it_knows import (
    Knowing,
    frames_seen,
    scored_clips,
    times_by_class,
    together,
    when_it_knows,
)

RIGHT, WRONG = [0.0, -9.0], [-9.0, 0.0]


def said(*right):
    return np.array([RIGHT if each else WRONG for each in right], np.float64)


def test_first_right_and_right_for_good_are_told_apart():
    clips = [said(0, 1, 0, 1, 1), said(1, 1), said(0, 0, 0), said(1, 0), said(0, 1)]
    known = when_it_knows(scored_clips(clips, [0] * 5))
    np.testing.assert_array_equal(known.first_right, [2, 1, np.nan, 1, 2])
    np.testing.assert_array_equal(known.settled, [4, 1, np.nan, np.nan, 2])
    np.testing.assert_array_equal(known.frames, [5, 2, 3, 2, 2])


def random_clips(count=40, classes=3):
    rng = np.random.default_rng(1)
    arrays = [
        np.log(rng.dirichlet(np.ones(classes), int(rng.integers(1, 12)))) for _ in range(count)
    ]
    masks = [rng.random(len(array)) < 0.8 for array in arrays]
    for mask in masks:
        mask[rng.integers(len(mask))] = True
    return arrays, rng.integers(0, classes, count), masks


def test_shares_are_those_of_counting():
    arrays, labels, masks = random_clips()
    scores = scored_clips(arrays, labels, masks)
    known = when_it_knows(scores)
    fractions = (0.1, 0.3, 0.5, 0.9, 1.0)
    for number, fraction in enumerate(fractions):
        some, good = [], []
        for array, label, mask in zip(arrays, labels, masks, strict=True):
            right = array[mask].argmax(axis=1) == label
            frames = max(1, int(np.ceil(round(fraction * len(right), 9))))
            some.append(right[:frames].any())
            # Right from this frame, or an earlier one, to the end.
            good.append(right[frames - 1 :].all())
        assert known.right_by(fractions)[number] == np.mean(some)
        assert known.settled_by(fractions)[number] == np.mean(good)
    assert known.right_by((1.0,)) == ever_correct(scores)
    assert known.settled_by((1.0,)) == last_frame_accuracy(scores)


def test_it_agrees_with_the_delay_of_streams_where_every_frame_counts():
    arrays, labels, _ = random_clips()
    scores = scored_clips(arrays, labels)
    late = [np.nan if (found := delay(each)) is None else found + 1 for each in scores]
    np.testing.assert_array_equal(when_it_knows(scores).settled, late)


def test_a_batch_with_padding_is_the_same_as_its_clips():
    arrays, labels, masks = random_clips(6)
    longest = max(map(len, arrays))
    batch = np.zeros((6, longest, 3))
    valid = np.zeros((6, longest), bool)
    for row, (array, mask) in enumerate(zip(arrays, masks, strict=True)):
        batch[row, : len(array)], valid[row, : len(mask)] = array, mask
    one = when_it_knows(scored_clips(batch, labels, valid))
    other = when_it_knows(scored_clips(arrays, labels, masks))
    np.testing.assert_array_equal(one.first_right, other.first_right)
    np.testing.assert_array_equal(one.settled, other.settled)


def test_a_share_rounds_up_and_a_floats_last_bit_does_not_count():
    assert frames_seen(np.array([10, 1]), (0.1 + 0.2, 0.31, 1.0)).tolist() == [
        [3, 1],
        [4, 1],
        [10, 1],
    ]
    with pytest.raises(ValueError, match=r"fractions=\(0.0,\)"):
        frames_seen(np.array([10]), (0.0,))


def test_the_times_of_a_class_are_quartiles_of_its_clips_and_never_is_one():
    nan = np.nan
    known = Knowing(
        np.array([1, 1, 1, 1, 0]),
        np.full(5, 9),
        np.array([1.0, 2.0, 3.0, nan, 5.0]),
        np.array([4.0, nan, nan, nan, nan]),
    )
    first, second = times_by_class(together([known]))
    assert (first.label, first.clips, second.label, second.clips) == (0, 1, 1, 4)
    assert second.first_right == (1, 2, 3) and second.settled == (4, np.inf, np.inf)
    assert (second.ever, second.at_the_end) == (0.75, 0.25)
    assert first.first_right == (5, 5, 5) and first.settled == (np.inf,) * 3


@pytest.mark.parametrize("frame_rate", [None, 20])
def test_the_picture_has_a_line_for_each_class_or_for_the_quickest_and_slowest(frame_rate):
    known = Knowing(
        np.arange(60),
        np.full(60, 90),
        np.arange(1.0, 61),
        np.where(np.arange(60) < 50, 70.0, np.nan),
    )
    how = {"model": "LSTM", "data": "x", "synthetic": False, "frame_rate": frame_rate}
    names = [f"class {number}" for number in range(60)]
    figure = draw_times_by_class(times_by_class(known), names, **how)
    axes = figure.axes[0]
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == names[:12] + names[48:]
    points = [line.get_xdata()[0] for line in axes.lines if len(line.get_xdata()) == 1]
    assert points[0] == pytest.approx(1 / (frame_rate or 1))  # the first class is right at once
    with pytest.raises(ValueError, match="times=\\[\\]"):
        draw_times_by_class([], names, **how)


def test_arrays_that_do_not_belong_together_are_refused():
    with pytest.raises(ValueError, match="2 arrays, labels of shape \\(1,\\), none masks"):
        scored_clips(np.zeros((2, 3, 2)), [0])
    with pytest.raises(ValueError, match="1 masks"):
        scored_clips(np.zeros((2, 3, 2)), [0, 1], np.ones((1, 3), bool))
    with pytest.raises(ValueError, match="no clip"):
        when_it_knows([])
