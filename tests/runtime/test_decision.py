"""Events out of scores, against what is worked out by hand."""

import numpy as np
import pytest
from stream_files import DECISION, write_stream

from keras_drnn_runtime import Decision, Event, EventDetector, Recogniser, StreamingClassifier

LN = np.log
QUICK = Decision(smoothing=1.0, enter=0.6, leave=0.4)


def events(decision, probabilities, labels=None, rate=None):
    """What is told at each frame; `None` in the list is a frame without anybody."""
    detector = EventDetector(decision, labels, rate)
    return [detector.step(None if p is None else LN(p)) for p in probabilities], detector


def brief(told):
    return [event and (event.number, event.begin, event.end) for event in told]


def test_an_action_begins_when_it_is_sure_enough_and_where_it_rose():
    # Likeliest and above `leave` from the second frame on, above `enter` at the fourth.
    p = [[0.35, 0.3, 0.35], [0.45, 0.3, 0.25], [0.5, 0.3, 0.2], [0.7, 0.2, 0.1], [0.9, 0.05, 0.05]]
    told, detector = events(QUICK, p, ["a", "b", "c"], 10.0)
    assert told[:3] == [None] * 3 and told[4] is None
    assert told[3] == Event("a", 0, 1, None, 0.1, None, pytest.approx(0.7))
    assert detector.current is not None and detector.current.certainty == pytest.approx(0.9)
    last = detector.finish()
    assert last == Event("a", 0, 1, 5, 0.1, 0.5, pytest.approx(0.9))
    assert detector.current is None is detector.finish()


def test_it_lasts_between_the_thresholds_and_ends_where_it_was_last_the_likeliest():
    a, unsure, gone = [0.7, 0.2, 0.1], [0.45, 0.3, 0.25], [0.35, 0.34, 0.31]
    told, detector = events(QUICK, [a, unsure, a, unsure, gone, unsure, gone])
    assert brief(told) == [(0, 0, None), None, None, None, (0, 0, 4), None, None]
    assert detector.current is None  # what is unsure does not begin anew


def test_another_that_is_likelier_but_unsure_takes_nothing_away():
    a, b_unsure, b = [0.9, 0.1], [0.45, 0.55], [0.1, 0.9]
    told, _ = events(QUICK, [a, b_unsure, a, b_unsure, b, b, b])
    # It ends with one frame and the other begins with the next, at where it took over.
    assert brief(told) == [(0, 0, None), None, None, None, (0, 0, 3), (1, 3, None), None]


def test_smoothing_goes_its_share_of_the_way_from_zeros():
    decision = Decision(smoothing=4.0, enter=0.5, leave=0.2)
    told, detector = events(decision, [[1 - 1e-9, 1e-9]] * 3)
    # 1 - 0.75 ** n is 0.25, 0.4375, 0.578: one frame alone is never enough.
    assert brief(told) == [None, None, (0, 0, None)]
    assert told[2].certainty == pytest.approx(1 - 0.75**3)
    # A frame without anybody: nothing is likely. 0.578 goes to 0.434, 0.325, 0.244, 0.183.
    assert brief(detector.step(None) for _ in range(5)) == [None, None, None, (0, 0, 6), None]
    np.testing.assert_allclose(detector.probabilities[0], (1 - 0.75**3) * 0.75**5)


def test_what_flickers_every_frame_is_no_event():
    p = [[0.9, 0.1], [0.1, 0.9]] * 20
    assert brief(events(Decision(smoothing=8.0), p)[0]) == [None] * 40
    assert brief(events(Decision(smoothing=1.0), p)[0]).count(None) < 25


def test_a_background_class_counts_as_nothing():
    decision = Decision(smoothing=1.0, enter=0.6, leave=0.2, background=(1, 2))
    idle, a = [0.3, 0.4, 0.3], [0.7, 0.2, 0.1]
    told, detector = events(decision, [idle, idle, a, [0.35, 0.33, 0.32], idle, idle])
    # 0.65 of nothing ends it, although 0.35 is above `leave` and the highest of one class.
    assert brief(told) == [None, None, (0, 2, None), (0, 2, 3), None, None]
    assert detector.current is None


def test_temperature():
    scores = np.array([2.0, 0.0])
    np.testing.assert_allclose(
        Decision(temperature=2.0).probabilities(scores), [np.e / (1 + np.e), 1 / (1 + np.e)]
    )


def test_scores_without_bounds_are_nothing_and_end_what_lasts():
    detector = EventDetector(QUICK)
    assert brief([detector.step([5.0, 0.0])]) == [(0, 0, None)]
    assert brief([detector.step([np.inf, 0.0])]) == [(0, 0, 1)]
    assert detector.step([np.nan, 1.0]) is None
    assert brief([detector.step([1e30, 0.0])]) == [(0, 3, None)]


def test_nobody_at_first_counts_as_time():
    told, _ = events(QUICK, [None, None, [0.9, 0.1]])
    assert brief(told) == [None, None, (0, 2, None)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"temperature": 0.0},
        {"smoothing": 0.5},
        {"smoothing": np.nan},
        {"enter": 0.3, "leave": 0.4},
        {"leave": 0.0},
        {"enter": 1.1},
    ],
)
def test_a_decision_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match="Received"):
        Decision(**wrong)


def test_a_recogniser_runs_a_file_as_the_file_says(tmp_path):
    # The scores are the sum of the frames.
    recogniser = Recogniser(write_stream(tmp_path / "s.tflite", decision=DECISION, frame_rate=20))
    b, back, idle = np.array([0, 3.0, 0]), np.array([0, -3.0, 0]), np.array([0, 0, 4.0])
    told = [recogniser.step(frame) for frame in (b, back, b, idle, idle)]
    assert brief(told) == [(1, 0, None), (1, 0, 1), (1, 2, None), (1, 2, 3), None]
    assert told[2].action == "b" and told[2].begin_seconds == 0.1
    assert recogniser.current is None and recogniser.probabilities[2] > 0.9
    recogniser.reset()
    assert recogniser.probabilities is None
    assert brief([recogniser.step(b)]) == [(1, 0, None)] and recogniser.current is not None
    assert brief([recogniser.finish()]) == [(1, 0, 1)]


@pytest.mark.parametrize("masks", [True, False])
@pytest.mark.parametrize("frame", [None, np.zeros(3), np.full(3, np.nan)])
def test_nobody_ends_what_lasts_whatever_the_scores(tmp_path, frame, masks):
    about = {"decision": DECISION, "masks_zero_frames": masks, "input": "recorded"}
    recogniser = Recogniser(write_stream(tmp_path / "s.tflite", **about))
    recogniser.step(np.array([0, 3.0, 0]))
    event = recogniser.step(frame)
    # A model to which zero is a number like any other is told of lost frames by `None` alone.
    if masks or frame is None:
        assert brief([event]) == [(1, 0, 1)]
    elif np.isfinite(frame).all():
        assert event is None and recogniser.current is not None


def test_streams_of_one_file_do_not_know_of_each_other(tmp_path):
    classifier = StreamingClassifier(write_stream(tmp_path / "s.tflite", decision=DECISION))
    one, other = Recogniser(classifier), Recogniser(classifier)
    assert one.step(np.array([3.0, 0, 0])).action == "a"
    assert other.step(np.array([0, 3.0, 0])).action == "b"
    assert one.current.action == "a"


def test_a_file_without_a_decision_says_what_to_do(tmp_path):
    path = write_stream(tmp_path / "s.tflite")
    with pytest.raises(
        ValueError, match=r"drnn export .*--streaming --root.*Received: .*s\.tflite"
    ):
        Recogniser(path)
    given = Recogniser(path, decision=QUICK)
    assert given.step(np.array([3.0, 0, 0])).action == "a"
