"""How late a model settles, and what is said of clips in streams, counted by hand."""

import numpy as np
import pytest

from keras_drnn.reporting.metrics import ClipScores
from keras_drnn.reporting.pooling import pooled
from keras_drnn.reporting.stream_metrics import delay, summarise_stream


def clip(right, valid=None):
    """A clip of class 1 of two that is right at the frames that are 1."""
    p = np.where(np.array(right), 0.9, 0.1)
    valid = np.ones(len(p), bool) if valid is None else np.array(valid, bool)
    return ClipScores(np.log(np.stack([1 - p, p], axis=1)), valid, 1)


@pytest.mark.parametrize(
    ("right", "valid", "expected"),
    [
        ([1, 1, 1], None, 0),
        ([0, 0, 1], None, 2),
        ([1, 0, 1, 1], None, 2),
        ([1, 1, 0], None, None),
        # Nobody is there at first: those frames pass and are no mistakes.
        ([0, 0, 1, 1], [0, 0, 1, 1], 0),
        ([0, 0, 1, 1], [0, 1, 1, 1], 2),
        ([0, 1, 0], [1, 1, 0], 1),
    ],
)
def test_the_delay_is_up_to_when_it_is_right_for_good(right, valid, expected):
    assert delay(clip(right, valid)) == expected


CLIPS = [clip([0, 0, 1]), clip([1]), clip([1, 0]), clip([0, 0, 0, 0, 0, 1])]


def test_what_is_said_of_streams():
    found = summarise_stream(CLIPS, "stream", 2.0)
    assert found["stream/clips"] == 4 and found["stream/frames"] == 12
    assert found["stream/settled"] == 3
    assert found["stream/delay_frames"] == pytest.approx((2 + 0 + 5) / 3)
    assert found["stream/delay_seconds"] == pytest.approx(7 / 6)
    assert found["stream/frame_accuracy"] == pytest.approx(4 / 12)
    assert found["stream/last_frame_accuracy"] == pytest.approx(3 / 4)
    never = summarise_stream([CLIPS[2]], "stream/order")
    assert never["stream/order/delay_frames"] is never["stream/order/delay_seconds"] is None


def test_folds_are_pooled_as_if_all_their_clips_had_been_measured_together():
    def measured(clips):
        return {**summarise_stream(clips, "stream", 2.0), **summarise_stream(clips, "stream/order")}

    found = pooled([measured(CLIPS[:2]), measured(CLIPS[2:3]), measured(CLIPS[3:])])
    expected = measured(CLIPS)
    assert found == pytest.approx(expected)
