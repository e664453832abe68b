"""Whether stretches of an action are found where they are: segment F1, and false alarms.

The F1 is that of Lea et al., Temporal Convolutional Networks for Action Segmentation and Detection,
CVPR 2017: it punishes what falls apart into many pieces, and not a shift by some frames.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from keras_drnn_runtime.decision import NOTHING

#: Shares of overlap, of what either covers, from which on a stretch counts as found.
OVERLAPS = (0.1, 0.25, 0.5)


@dataclass(frozen=True)
class Found:
    """What was found of the stretches of some streams.

    Args:
        right: Stretches that were found.
        wrong: What was told and is no stretch of its class, or one that was found already.
        missed: Stretches that were not found.
    """

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def __add__(self, other: "Found") -> "Found":
        return Found(self.right + other.right, self.wrong + other.wrong, self.missed + other.missed)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall; 1 where there is nothing and none is told."""
        every = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / every if every else 1.0


def runs(labels: np.ndarray) -> list[tuple[int, int, int]]:
    """The stretches of equal labels: class, first frame, and the frame behind the last one.

    Args:
        labels: `(frames,)` int; -1 where there is nothing, of which there are no stretches.

    Example:

    >>> runs(np.array([-1, 2, 2, 0, 2]))
    [(2, 1, 3), (0, 3, 4), (2, 4, 5)]
    """
    edges = np.flatnonzero(np.diff(labels, prepend=NOTHING, append=NOTHING))
    # A run of the first label has no edge before it where that label is the one put in front.
    pairs = zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)
    return [(int(labels[a]), a, b) for a, b in pairs if labels[a] != NOTHING]


def found_segments(truth: np.ndarray, told: np.ndarray, overlap: float) -> Found:
    """Count the stretches of an action that were found.

    What is told counts as right if the stretch of its class that it overlaps most is covered by so
    large a share of what both cover together, and has not been found before. Several stretches of
    one class without anything in between are one.

    Args:
        truth: `(frames,)` int, the class at each frame, -1 where nothing happens.
        told: Likewise, what was said.
        overlap: The share, in (0, 1].

    Example:

    >>> truth, told = np.array([0, 0, 0, 0, 1, 1]), np.array([0, 0, -1, 1, 1, 0])
    >>> found_segments(truth, told, 0.5)
    Found(right=2, wrong=1, missed=0)
    """
    there: dict[int, list[tuple[int, int]]] = {}
    for label, begin, end in runs(truth):
        there.setdefault(label, []).append((begin, end))
    hit: set[tuple[int, int]] = set()
    wrong = 0
    for label, begin, end in runs(told):
        share, best = max(
            ((min(end, b) - max(begin, a)) / (max(end, b) - min(begin, a)), (a, b))
            for a, b in there.get(label, [(end, end + 1)])
        )
        if share >= overlap and best not in hit:
            hit.add(best)
        else:
            wrong += 1
    return Found(len(hit), wrong, sum(map(len, there.values())) - len(hit))


def segment_f1(streams: Iterable[tuple[np.ndarray, np.ndarray]], overlap: float) -> float:
    """The segment F1 of several streams, all their stretches counted together.

    Args:
        streams: Pairs of what is there and what was told, as `found_segments` takes them.
        overlap: The share of overlap.
    """
    return sum((found_segments(*pair, overlap) for pair in streams), Found()).f1


def false_alarms(truth: np.ndarray, told: np.ndarray) -> int:
    """How many stretches were told that lie where nothing happens, from their begin to their end.

    Args:
        truth: `(frames,)` int, -1 where nothing happens.
        told: Likewise, what was said.
    """
    return sum(bool((truth[begin:end] == NOTHING).all()) for _, begin, end in runs(told))


def painted(events: Sequence[tuple[int, int, int]], length: int) -> np.ndarray:
    """What was told at each frame, `(length,)` int; -1 where nothing was.

    Args:
        events: Class, first frame and the frame behind the last one of each.
        length: Number of frames.
    """
    told = np.full(length, NOTHING)
    for label, begin, end in events:
        told[begin:end] = label
    return told
