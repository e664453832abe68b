"""A confusion matrix that people can read: the order of its classes, and its worst pairs."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike


class ConfusedPair(NamedTuple):
    """A class that is taken for another one.

    Args:
        true: The true class.
        decision: What it is taken for.
        clips: How many of its clips are.
        share: The share of its clips that are.
    """

    true: int
    decision: int
    clips: int
    share: float


def clustered_order(counts: ArrayLike) -> np.ndarray:
    """An order of the classes in which those that are taken for each other lie side by side.

    Groups of classes are joined, those that are confused most in the mean first, and laid end to
    end so that what is confused most meets.

    Args:
        counts: `(classes, classes)` clips; a row is a true class, a column a decision.

    Returns:
        `(classes,)` class numbers; the same counts always give the same order.

    Example:

    >>> clustered_order([[9, 0, 1], [0, 9, 0], [2, 0, 9]]).tolist()
    [0, 2, 1]
    """
    shares = row_shares(counts)
    close = shares + shares.T
    sums, sizes = close.copy(), np.ones(len(close))
    groups = {label: [label] for label in range(len(close))}
    while len(groups) > 1:
        means = sums / np.outer(sizes, sizes)
        gone = [label for label in range(len(close)) if label not in groups]
        means[gone], means[:, gone], means[np.tril_indices(len(close))] = -1, -1, -1
        first, second = map(int, np.unravel_index(means.argmax(), means.shape))
        sums[first] += sums[second]
        sums[:, first] += sums[:, second]
        sizes[first] += sizes[second]
        groups[first] = _end_to_end(groups[first], groups.pop(second), close)
    return np.array(groups[0])


def worst_pairs(counts: ArrayLike, most: int = 10) -> list[ConfusedPair]:
    """The pairs that are confused most, by the share of the true class' clips.

    Args:
        counts: `(classes, classes)` clips; a row is a true class, a column a decision.
        most: How many pairs at most.

    Example:

    >>> worst_pairs([[9, 1], [4, 6]], most=1)
    [ConfusedPair(true=1, decision=0, clips=4, share=0.4)]
    """
    table = np.asarray(counts)
    shares = row_shares(table)
    pairs = [
        ConfusedPair(int(row), int(column), int(table[row, column]), float(shares[row, column]))
        for row, column in zip(*np.nonzero(table), strict=True)
        if row != column
    ]
    return sorted(pairs, key=lambda pair: (-pair.share, -pair.clips, pair.true, pair.decision))[
        :most
    ]


def in_words(pairs: Sequence[ConfusedPair], classes: Sequence[str]) -> list[str]:
    """Confused pairs as sentences.

    Args:
        pairs: The pairs.
        classes: The names of the classes.
    """
    return [
        f"{classes[pair.true]} is taken for {classes[pair.decision]}: "
        f"{100 * pair.share:.0f} % ({pair.clips:,} {'clip' if pair.clips == 1 else 'clips'})"
        for pair in pairs
    ]


def row_shares(counts: ArrayLike) -> np.ndarray:
    """Counts as shares of their row; a class without clips has zeros.

    Args:
        counts: `(classes, classes)` clips.
    """
    table = np.asarray(counts)
    totals = table.sum(axis=1, keepdims=True)
    return np.divide(table, totals, out=np.zeros(table.shape), where=totals > 0)


def _end_to_end(left: list[int], right: list[int], close: np.ndarray) -> list[int]:
    ways = [(a, b) for a in (left, left[::-1]) for b in (right, right[::-1])]
    a, b = max(ways, key=lambda way: close[way[0][-1], way[1][0]])
    return a + b
