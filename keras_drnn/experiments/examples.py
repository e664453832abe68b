"""Which test clips are kept with a run, for people to look at."""

from collections.abc import Sequence

import numpy as np

from keras_drnn.experiments.data import Data
from keras_drnn.reporting.examples import Example
from keras_drnn.reporting.metrics import ClipScores

OF_EACH = 4
_MOST_FRAMES = 300  # of a clip that is kept


def choose_examples(scores: Sequence[ClipScores], data: Data) -> list[Example]:
    """Four test clips that a model is right of, and four that it is wrong of, where there are.

    Wrong ones are those it was surest of, right ones those of which it was as sure as it mostly is;
    no class comes twice before every other one has come. Of clips that are much longer than others
    none is chosen.

    Args:
        scores: What the model says of the test clips, in their order.
        data: The data.
    """
    chosen = []
    for right in (True, False):
        numbers = [
            number
            for number, each in enumerate(scores)
            if (each.decision() == each.label) is right and len(each.valid) <= _MOST_FRAMES
        ]
        sure = {number: _sureness(scores[number]) for number in numbers}
        middle = float(np.median(list(sure.values()))) if right and sure else np.inf
        numbers.sort(key=lambda number: abs(sure[number] - middle) if right else -sure[number])
        chosen += _of_many_classes(numbers, scores)[:OF_EACH]
    return [
        Example(
            data.clips[int(data.split.test[number])],
            scores[number].log_probabilities,
            scores[number].label,
            scores[number].decision(),
        )
        for number in chosen
    ]


def _sureness(scores: ClipScores) -> float:
    """The mean log-probability of the decision."""
    return float(scores.seen[:, scores.decision()].mean(dtype=np.float64))


def _of_many_classes(numbers: Sequence[int], scores: Sequence[ClipScores]) -> list[int]:
    """The same numbers in turns: the first of each class, then the second."""
    turns: dict[int, int] = {}
    turn_of = {}
    for number in numbers:
        label = scores[number].label
        turn_of[number] = turns[label] = turns.get(label, -1) + 1
    return sorted(numbers, key=lambda number: turn_of[number])
