"""Which test clips are kept with a run."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from keras_drnn.experiments.examples import choose_examples
from keras_drnn.reporting.metrics import ClipScores
from keras_drnn.skeletons import Clip


def said(label, decision, sureness, frames=3):
    probabilities = np.full((frames, 4), (1 - sureness) / 3)
    probabilities[:, decision] = sureness
    return ClipScores(np.log(probabilities), np.ones(frames, bool), label)


def kept(scores):
    clips = [
        Clip(
            np.ones((len(each.valid), 1, 20, 3), "float32"),
            each.valid[:, None],
            1,
            1,
            1,
            f"{number}",
        )
        for number, each in enumerate(scores)
    ]
    # The test side begins at the second clip of the data.
    data: Any = SimpleNamespace(
        clips=[None, *clips], split=SimpleNamespace(test=np.arange(1, len(clips) + 1))
    )
    found = choose_examples(scores, data)
    assert all(each.right == (each.label == each.decision) for each in found)
    return [each.clip.name for each in found]


def test_wrong_clips_are_the_surest_and_of_different_classes():
    scores = [said(0, 1, sure) for sure in (0.9, 0.8, 0.7)]
    scores += [said(2, 1, 0.6), said(3, 1, 0.65), said(1, 2, 0.5)]
    assert kept(scores) == ["0", "4", "3", "5"]


def test_right_clips_are_those_of_middling_sureness_and_come_first():
    scores = [said(0, 0, 0.99), said(0, 0, 0.7), said(0, 0, 0.5), said(1, 0, 0.9)]
    assert kept(scores) == ["1", "2", "0", "3"]


def test_of_one_class_there_are_four_and_no_long_clip_is_kept():
    scores = [said(0, 0, 0.9, 400), *(said(0, 0, 0.9) for _ in range(6))]
    assert kept(scores) == ["1", "2", "3", "4"]
    assert kept(scores[:1]) == []
