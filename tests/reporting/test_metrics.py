"""Accuracies, against values counted by hand and against a plain loop."""

import numpy as np
import pytest

from keras_drnn.reporting.metrics import (
    ClipScores,
    accuracy_by_fraction,
    confusion_matrix,
    ever_correct,
    frame_accuracy,
    last_frame_accuracy,
    mean_and_spread,
    sequence_accuracy,
    summarise,
)


def clip(probabilities, label, valid=None):
    """A clip from the probability of class 1 of two, frame by frame."""
    p = np.array(probabilities, float)
    scores = np.log(np.stack([1 - p, p], axis=1))
    return ClipScores(scores, np.array(valid if valid is not None else [True] * len(p)), label)


CLIPS = [
    # Three frames for class 0 by little, one for class 1 by much: the sum says 1.
    clip([0.4, 0.4, 0.4, 0.99], 1),
    # The last frame and the only right one are padding and do not count.
    clip([0.1, 0.2, 0.9], 1, [True, True, False]),
    # Right at the end only.
    clip([0.9, 0.8, 0.1], 0),
]


def test_each_accuracy_counts_what_it_says():
    assert frame_accuracy(CLIPS) == pytest.approx((1 + 0 + 1) / (4 + 2 + 3))
    assert sequence_accuracy(CLIPS) == pytest.approx(1 / 3)
    assert last_frame_accuracy(CLIPS) == pytest.approx(2 / 3)
    assert ever_correct(CLIPS) == pytest.approx(2 / 3)
    np.testing.assert_array_equal(confusion_matrix(CLIPS), [[0, 1], [1, 1]])
    assert summarise(CLIPS, "clean") == {
        "clean/frame_accuracy": frame_accuracy(CLIPS),
        "clean/sequence_accuracy": sequence_accuracy(CLIPS),
        "clean/last_frame_accuracy": last_frame_accuracy(CLIPS),
        "clean/ever_correct": ever_correct(CLIPS),
    }


def test_a_fraction_is_of_the_valid_frames_rounded_up():
    scores = [clip([0.5, 0.4, 0.5, 0.4, 0.45, 0.99], 1, [False, True, False, True, True, True])]
    found = accuracy_by_fraction(scores, (0.25, 0.26, 0.75, 0.76, 1.0))
    np.testing.assert_array_equal(found, [0, 0, 0, 1, 1])
    # 0.1 * 3 is a little more than 0.3: of ten frames still three.
    assert accuracy_by_fraction([clip([0.4] * 3 + [0.99] * 7, 1)], [0.1 * 3]) == [0]
    for wrong in (0.0, 1.1):
        with pytest.raises(ValueError, match="Received"):
            accuracy_by_fraction(CLIPS, [wrong])


def test_against_a_plain_loop():
    rng = np.random.default_rng(0)
    clips = []
    for _ in range(40):
        frames = rng.integers(1, 9)
        p = rng.dirichlet(np.ones(5), frames)
        valid = rng.random(frames) < 0.7
        valid[rng.integers(frames)] = True
        clips.append(ClipScores(np.log(p), valid, int(rng.integers(5))))
    frames, sums, last = [], [], []
    for one in clips:
        total = np.zeros(5)
        for row, seen in zip(one.log_probabilities, one.valid, strict=True):
            if seen:
                frames.append(row.argmax() == one.label)
                total += row
                end = row
        sums.append(total.argmax() == one.label)
        last.append(end.argmax() == one.label)
    assert frame_accuracy(clips) == pytest.approx(np.mean(frames))
    assert sequence_accuracy(clips) == pytest.approx(np.mean(sums))
    assert last_frame_accuracy(clips) == pytest.approx(np.mean(last))
    assert np.trace(confusion_matrix(clips)) == sum(sums)


def test_mean_and_spread_over_seeds():
    mean, spread = mean_and_spread([{"a": 1.0, "b": 2.0}, {"a": 2.0, "b": None}, {"a": 6.0}])
    assert mean == {"a": 3.0}
    assert spread == {"a": pytest.approx(np.std([1, 2, 6], ddof=1))}
    assert mean_and_spread([{"a": 1.0}]) == ({"a": 1.0}, {"a": None})


@pytest.mark.parametrize(
    "make",
    [
        lambda: ClipScores(np.zeros(3), np.ones(3, bool), 0),
        lambda: ClipScores(np.zeros((3, 2)), np.ones(2, bool), 0),
        lambda: ClipScores(np.zeros((3, 2)), np.zeros(3, bool), 0),
        lambda: ClipScores(np.zeros((3, 2)), np.ones(3, bool), 2),
        lambda: ClipScores(np.full((3, 2), np.nan), np.ones(3, bool), 0),
        lambda: frame_accuracy([]),
    ],
)
def test_what_cannot_be_scored_is_refused(make):
    with pytest.raises(ValueError, match="Received"):
        make()
