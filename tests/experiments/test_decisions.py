"""Decisions: chosen on validation streams, and what their events are worth."""

import numpy as np
import pytest

from keras_drnn.experiments.decisions import _smoothings, choose_decision, decided
from keras_drnn.experiments.smoothed import Smoothed
from keras_drnn.experiments.stream_scores import StreamScores
from keras_drnn.skeletons.streams import Segment, Stream
from keras_drnn_runtime import Decision, EventDetector


def stream(lengths, labels, log_probabilities, valid=None):
    ends = np.cumsum(lengths)
    segments = tuple(
        Segment(number, int(end - length), int(end), label)
        for number, (length, end, label) in enumerate(zip(lengths, ends, labels, strict=True))
        if label is not None
    )
    frames = len(log_probabilities)
    valid = np.ones(frames, bool) if valid is None else valid
    return StreamScores(Stream(segments, frames, lambda: np.zeros(())), log_probabilities, valid)


def noisy(seed, clips=12, classes=4, sure=2.0, sharp=1.0, holes=0.05):
    """Scores that are mostly right and flicker; at some frames nobody is there."""
    rng = np.random.default_rng(seed)
    lengths, labels = rng.integers(15, 50, clips), rng.integers(0, classes, clips).tolist()
    logits = rng.normal(size=(lengths.sum(), classes))
    logits[np.arange(len(logits)), np.repeat(labels, lengths)] += sure
    logits *= sharp
    logits -= np.log(np.exp(logits).sum(1, keepdims=True))
    valid = rng.random(len(logits)) > holes
    return stream(lengths, labels, logits.astype("float32"), valid)


def frame_by_frame(scores, decision):
    detector = EventDetector(decision)
    told = [
        detector.step(row if seen else None)
        for row, seen in zip(scores.log_probabilities, scores.valid, strict=True)
    ]
    told.append(detector.finish())
    return [(e.number, e.begin, e.end) for e in told if e is not None and e.end is not None]


@pytest.mark.parametrize("background", [(), (2,)])
@pytest.mark.parametrize("smoothing", [1.0, 3.0, 10.0])
def test_all_at_once_gives_what_frame_by_frame_gives(smoothing, background):
    count = 0
    for enter, leave in ((0.3, 0.2), (0.6, 0.3), (0.5, 0.1), (0.8, 0.8), (0.95, 0.4)):
        decision = Decision(1.3, smoothing, enter, leave, background)
        for seed in (0, 1):
            scores = noisy(seed)
            scores.log_probabilities[40:43] = np.nan
            expected = frame_by_frame(scores, decision)
            assert Smoothed(scores, decision).events(enter, leave) == expected
            count += len(expected)
    assert count > 20


def test_an_event_of_many_frames_ends_where_it_ends():
    likely = np.log(np.where(np.arange(1000)[:, None] < 700, [0.9, 0.1], [0.1, 0.9]))
    scores = stream([700, 300], [0, 1], likely)
    decision = Decision(smoothing=1.0, enter=0.6, leave=0.3)
    assert Smoothed(scores, decision).events(0.6, 0.3) == [(0, 0, 700), (1, 700, 1000)]


def test_the_temperature_undoes_what_makes_scores_too_sure():
    calm, sharp = (choose_decision([noisy(3, 40, sharp=sharp)]) for sharp in (1.0, 8.0))
    # Noise of variance 1 and a lead of 2: at half of it the classes are as likely as they say.
    assert 0.3 < calm.temperature < 0.9
    assert sharp.temperature / calm.temperature == pytest.approx(8.0, rel=0.07)


def test_smoothing_is_chosen_where_scores_flicker_and_only_there():
    flickering, steady = noisy(5, 20, sure=1.0), noisy(5, 20, sure=9.0, holes=0)
    chosen = choose_decision([flickering])
    assert chosen.smoothing >= 4
    assert choose_decision([steady]).smoothing == 1
    # It is worth something: more segments are found than with none.
    none = Decision(chosen.temperature, 1.0, chosen.enter, chosen.leave)
    reached = [decided([flickering], each)["stream/segment_f1_25"] for each in (chosen, none)]
    assert reached[0] > reached[1] + 0.3


def test_smoothings_to_choose_from_are_as_long_at_any_rate():
    assert _smoothings(None) == _smoothings(30) == [1, 2, 4, 8, 16, 32]
    assert _smoothings(120) == [1, 4, 8, 16, 32, 64, 128]
    assert _smoothings(15) == [1, 2, 4, 8, 16]
    # Scores four times as often, each as it was: averaged over four times as many.
    scores = noisy(5, 20, sure=1.0)
    parts = [4 * (each.end - each.begin) for each in scores.stream.segments]
    labels = [each.label for each in scores.stream.segments]
    quick = stream(parts, labels, scores.log_probabilities.repeat(4, axis=0))
    usual = choose_decision([scores], frame_rate=30).smoothing
    assert choose_decision([quick], frame_rate=120).smoothing >= 2 * usual >= 8


def test_of_settings_that_are_as_good_the_most_careful_is_taken():
    # All that it says is right and sure: any threshold finds everything.
    right = np.log(np.where(np.eye(2)[np.repeat([0, 1, 0], 40)] > 0, 1 - 1e-9, 1e-9))
    chosen = choose_decision([stream([40] * 3, [0, 1, 0], right)])
    assert (chosen.enter, chosen.smoothing) == (0.9, 1.0)


def test_of_these_the_one_whose_events_lie_where_the_actions_are():
    # Before and after each action half of the probability, for long: a low threshold to leave
    # makes events of twice the length, which is good enough at an overlap of 0.25.
    p = np.tile(np.repeat([0.2, 0.65, 0.999, 0.65], [20, 15, 20, 15]), 5)
    likely = np.log(np.stack([p, 1 - p], axis=1))
    lengths = [35, *[20, 50] * 4, 20, 15]
    said = stream(lengths, [1, *[0, 1] * 5], likely)
    chosen = choose_decision([said], background=(1,))
    assert chosen.enter == 0.9 and chosen.leave > 0.65


def test_what_events_are_worth_counted_by_hand():
    # Nothing, an action that is found, nothing with a false alarm, an action that is missed.
    said = np.repeat([1, 0, 1, 0, 1], [20, 20, 10, 10, 40])
    likely = np.log(np.where(np.eye(2)[said] > 0, 0.99, 0.01)).astype("float32")
    scores = stream([20, 20, 40, 20], [1, 0, 1, 0], likely)
    decision = Decision(smoothing=1.0, background=(1,))
    found = decided([scores], decision, frame_rate=10.0)
    # One right, one wrong, one missed; 60 frames of nothing are 6 seconds.
    assert found == {
        **{f"stream/segment_f1_{overlap}": pytest.approx(0.5) for overlap in (10, 25, 50)},
        "stream/background_seconds": 6.0,
        "stream/false_alarms_per_hour": pytest.approx(600.0),
    }
    unknown = decided([scores], decision)
    assert unknown["stream/false_alarms_per_hour"] is None
    assert "stream/background_seconds" not in decided([scores], Decision())


def test_what_has_no_label_is_left_out():
    said = np.repeat([0, 1, 0], 20)
    likely = np.log(np.where(np.eye(2)[said] > 0, 0.99, 0.01)).astype("float32")
    # Class 1 is said where nobody knows what happens.
    found = decided([stream([20, 20, 20], [0, None, 0], likely)], Decision(smoothing=1.0))
    assert found["stream/segment_f1_50"] == 1.0
