"""Folds that are pooled give what all their clips give when they are measured together."""

import numpy as np
import pytest

from keras_drnn.reporting.metrics import ClipScores, summarise
from keras_drnn.reporting.pooling import pooled, pooled_share


def clips(rng, count):
    """Clips of very different lengths, so that clips and frames do not weigh alike."""
    lengths = rng.integers(1, 40, count)
    scores = [rng.normal(size=(length, 3)) for length in lengths]
    valid = [np.arange(length) <= rng.integers(0, length) for length in lengths]
    return [
        ClipScores(each, seen, int(rng.integers(3)))
        for each, seen in zip(scores, valid, strict=True)
    ]


def measured(scores, part):
    frames = sum(int(clip.valid.sum()) for clip in scores)
    return {**summarise(scores, part), f"{part}/clips": len(scores), f"{part}/frames": frames}


def test_accuracies_are_those_of_all_clips_together():
    rng = np.random.default_rng(0)
    folds = [clips(rng, count) for count in (1, 7, 30)]
    found = pooled([measured(fold, "test") for fold in folds])
    assert found == measured([clip for fold in folds for clip in fold], "test")


def test_a_part_that_some_folds_lack_is_pooled_over_the_others():
    rng = np.random.default_rng(1)
    folds, part = [clips(rng, 5) for _ in range(3)], clips(rng, 3)
    all_of_them = [measured(fold, "test") for fold in folds]
    all_of_them[1] |= measured(part, "order")
    found = pooled(all_of_them)
    assert {key: found[key] for key in found if key.startswith("order/")} == measured(part, "order")
    assert found["test/clips"] == 15


def test_what_is_no_share_of_test_clips_is_a_mean_over_the_folds_that_all_have_it():
    folds = [
        {"test/clips": 9, "test/frames": 90, "validation/loss": 1.0, "litert_bytes": 7.0},
        {"test/clips": 1, "test/frames": 90, "validation/loss": 3.0},
    ]
    assert pooled(folds) == {"validation/loss": 2.0, "test/clips": 10, "test/frames": 180}


def test_one_fold_is_the_result_itself():
    metrics = {"test/sequence_accuracy": 1 / 3, "test/frame_accuracy": None}
    assert pooled([metrics]) == metrics


def test_shares_of_several_numbers():
    found = pooled_share(np.array([[0.5, 1.0], [0.0, 1 / 3]]), np.array([2, 3]))
    assert found == pytest.approx([0.2, 0.6])
