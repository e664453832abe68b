"""What a model says at each frame, and of all frames until then."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_ALL_SHOWN = 10  # of so many classes each has a row
_SHOWN = 8  # of more, the ones that the model thinks of most


@dataclass(frozen=True, eq=False)
class Answer:
    """The most probable class at each frame.

    Args:
        classes: `(frames,)` numbers of classes, -1 where there is no answer.
        probabilities: `(frames,)` theirs.
    """

    classes: np.ndarray
    probabilities: np.ndarray

    def runs(self) -> list[tuple[int, int, int]]:
        """`(begin, end, class)` of frames in a row with the same answer, those without one too."""
        cuts = np.flatnonzero(np.diff(self.classes)) + 1
        edges = [0, *cuts.tolist(), len(self.classes)]
        return [
            (begin, end, int(self.classes[begin]))
            for begin, end in zip(edges[:-1], edges[1:], strict=True)
        ]


@dataclass(frozen=True, eq=False)
class Answers:
    """What a model says of a clip.

    Args:
        names: Of all classes.
        label: Number of the true class, `None` if it is unknown or none of the model's.
        probabilities: `(frames, classes)`.
        shown: The classes that have a row: the true one, and those that come near.
        now: The answer by each frame alone.
        so_far: The answer by all frames until then; the last one is that for the clip.
    """

    names: tuple[str, ...]
    label: int | None
    probabilities: np.ndarray
    shown: tuple[int, ...]
    now: Answer
    so_far: Answer


def answers(
    probabilities: np.ndarray, names: Sequence[str], label: str | None, seen: np.ndarray
) -> Answers:
    """Work out what a model says.

    Args:
        probabilities: `(frames, classes)`.
        names: Of the classes.
        label: The true one, or `None`.
        seen: `(frames,)` bool; where nobody is seen there is no answer.

    Raises:
        ValueError: If they are not probabilities, or do not fit.
    """
    values = np.asarray(probabilities, np.float64)
    names = tuple(map(str, names))
    if values.shape != (len(seen), len(names)) or not names:
        raise ValueError(
            f"Expected probabilities ({len(seen)}, {len(names) or 'classes'}), a row for each "
            f"frame, and a name for each class. Received: probabilities of shape {values.shape}, "
            f"{len(names)} names"
        )
    rows = values[seen]
    if not (np.isfinite(rows).all() and (rows >= 0).all() and (rows <= 1 + 1e-4).all()):
        raise ValueError(
            "Expected probabilities from 0 to 1; of scores, give their softmax. Received: values "
            f"from {rows.min():.4g} to {rows.max():.4g}"
        )
    values = np.where(seen[:, None], values, 0.0).clip(0, 1)
    true = names.index(label) if label in names else None
    return Answers(
        names=names,
        label=true,
        probabilities=values,
        shown=_shown(values[seen], true),
        now=_answer(values, seen),
        so_far=_answer(_so_far(values, seen), seen),
    )


def _answer(probabilities: np.ndarray, seen: np.ndarray) -> Answer:
    best = probabilities.argmax(axis=1)
    of_best = np.take_along_axis(probabilities, best[:, None], axis=1)[:, 0]
    return Answer(np.where(seen, best, -1), np.where(seen, of_best, 0.0))


def _so_far(probabilities: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Probabilities from the mean of the log-probabilities of all frames that have been seen."""
    logs = np.log(probabilities.clip(np.finfo(np.float64).tiny))
    logs[~seen] = 0
    mean = logs.cumsum(axis=0) / np.maximum(seen.cumsum(), 1)[:, None]
    found = np.exp(mean - mean.max(axis=1, keepdims=True))
    return found / found.sum(axis=1, keepdims=True)


def _shown(probabilities: np.ndarray, label: int | None) -> tuple[int, ...]:
    classes = probabilities.shape[1]
    if classes <= _ALL_SHOWN:
        return tuple(range(classes))
    best_first = np.argsort(-probabilities.sum(axis=0), kind="stable").tolist()
    first = [] if label is None else [label]
    return tuple([*first, *(each for each in best_first if each != label)][:_SHOWN])
