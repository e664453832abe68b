"""The decision that turns a model's scores into events, chosen on validation streams."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np

from keras_drnn.data_sets.recipe import KINECT_RATE
from keras_drnn.experiments.smoothed import Smoothed
from keras_drnn.experiments.stream_scores import StreamScores
from keras_drnn.log_softmax import log_softmax
from keras_drnn.reporting.segments import (
    NOTHING,
    OVERLAPS,
    false_alarms,
    painted,
    segment_f1,
)
from keras_drnn_runtime.decision import Decision

SMOOTHINGS = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0)  # frames, of 30 a second
ENTERS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
LEAVES = (0.4, 0.6, 0.8)  # shares of `enter`
JUDGED_BY, AND_THEN = 0.25, 0.5  # overlaps of the segment F1
# Settings that are worse by no more are as good: a segment among a hundred.
AS_GOOD = 0.01
_TEMPERATURES = np.geomspace(0.1, 100.0, 121)
_FRAMES = 20_000  # at most, for the temperature and for the thresholds


def choose_decision(
    scores: Sequence[StreamScores],
    background: Sequence[int] = (),
    frame_rate: float | None = None,
) -> Decision:
    """Choose temperature, smoothing and thresholds on streams that nothing was trained on.

    The temperature is that at which the classes of all labelled frames are likeliest. Smoothing and
    thresholds are those with the best segment F1 at an overlap of 0.25. Of settings that come
    within 0.01 of it the most careful ones are taken, with the highest threshold to enter, and of
    these the one with the best segment F1 at an overlap of 0.5, then with the shortest smoothing.

    Args:
        scores: What the model says of the validation streams.
        background: Numbers of the classes that mean that nothing happens.
        frame_rate: Frames per second, if known: smoothings are as long at any rate.
    """
    scores = _some(scores)
    temperature = _temperature(scores)
    plain = Decision(temperature=temperature, background=tuple(background))
    reached: dict[Decision, tuple[float, float]] = {}
    for smoothing in _smoothings(frame_rate):
        smoothed = [Smoothed(each, replace(plain, smoothing=smoothing)) for each in scores]
        for enter, share in product(ENTERS, LEAVES):
            leave = round(enter * share, 4)
            decision = Decision(temperature, smoothing, enter, leave, plain.background)
            pairs = [_truth_and_told(each, decision) for each in smoothed]
            reached[decision] = segment_f1(pairs, JUDGED_BY), segment_f1(pairs, AND_THEN)
    enough = max(found for found, _ in reached.values()) - AS_GOOD
    good = [decision for decision, (found, _) in reached.items() if found >= enough]
    return max(good, key=lambda each: (each.enter, reached[each][1], -each.smoothing))


def decided(
    scores: Sequence[StreamScores],
    decision: Decision,
    frame_rate: float | None = None,
    prefix: str = "stream",
) -> dict[str, float | None]:
    """What the events are worth that come of streams, under the names that `metrics.json` uses.

    Args:
        scores: What the model says of the streams.
        decision: How scores become events.
        frame_rate: Frames per second, if known.
        prefix: What names begin with.

    Returns:
        `"stream/segment_f1_10"`, `_25` and `_50`. Where classes mean that nothing happens,
        `"stream/background_seconds"`, and `"stream/false_alarms_per_hour"` of it; `None` where the
        frame rate is not known.
    """
    pairs = [_truth_and_told(Smoothed(each, decision), decision) for each in scores]
    found: dict[str, float | None] = {
        f"{prefix}/segment_f1_{round(100 * overlap)}": segment_f1(pairs, overlap)
        for overlap in OVERLAPS
    }
    if not decision.background:
        return found
    seconds = alarms = None
    if frame_rate:
        seconds = sum(int((truth == NOTHING).sum()) for truth, _ in pairs) / frame_rate
    if seconds:
        alarms = sum(false_alarms(*pair) for pair in pairs) / seconds * 3600
    return found | {
        f"{prefix}/background_seconds": seconds,
        f"{prefix}/false_alarms_per_hour": alarms,
    }


def _smoothings(frame_rate: float | None) -> list[float]:
    """The smoothings to choose from; none is always among them."""
    times = (frame_rate or KINECT_RATE) / KINECT_RATE
    return sorted({max(1.0, round(smoothing * times, 4)) for smoothing in (1 / times, *SMOOTHINGS)})


def _truth_and_told(smoothed: Smoothed, decision: Decision) -> tuple[np.ndarray, np.ndarray]:
    """The class at each frame that has a label, -1 where nothing happens, and what was told."""
    stream = smoothed.scores.stream
    told = painted(smoothed.events(decision.enter, decision.leave), stream.length)
    truth = stream.labels()
    known = truth != NOTHING
    truth[np.isin(truth, decision.background)] = NOTHING
    return truth[known], told[known]


def _some(scores: Sequence[StreamScores]) -> list[StreamScores]:
    """As many streams as have enough frames, evenly spaced: they are in the order of people."""
    every = max(1, round(sum(each.stream.length for each in scores) / _FRAMES))
    return list(scores[::every])


def _temperature(scores: Sequence[StreamScores]) -> float:
    """The temperature at which the classes of the labelled frames are likeliest, in the mean."""
    rows, labels = [], []
    for each in scores:
        truth = each.stream.labels()
        kept = each.valid & (truth != NOTHING) & np.isfinite(each.log_probabilities).all(axis=1)
        rows.append(each.log_probabilities[kept])
        labels.append(truth[kept])
    logits, truth = np.concatenate(rows).astype("float64"), np.concatenate(labels)
    if not len(logits):
        return 1.0
    every = -(-len(logits) // _FRAMES)
    logits, truth = logits[::every], truth[::every]
    own = np.arange(len(logits)), truth
    losses = [-log_softmax(logits / temperature)[own].mean() for temperature in _TEMPERATURES]
    return round(float(_TEMPERATURES[int(np.argmin(losses))]), 4)
