"""When a model knows what a clip shows, in NumPy alone: first right, right for good, right so far.

Time is counted in valid frames that have been seen, the frame of the answer with them: a model that
is right at once is right after 1 frame.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from keras_drnn.reporting.metrics import FRACTIONS, ClipScores


@dataclass(frozen=True, eq=False)
class Knowing:
    """When a model knew each of some clips.

    Args:
        labels: `(clips,)` the true class of each.
        frames: `(clips,)` valid frames of each.
        first_right: `(clips,)` float64, after how many frames its class was the likeliest for the
            first time; NaN if it never was.
        settled: `(clips,)` float64, from which frame on its class was the likeliest to the end; NaN
            if it was not at the end.

    Example:

    >>> scores = np.log([[[0.6, 0.4], [0.4, 0.6], [0.6, 0.4], [0.7, 0.3]]])
    >>> known = when_it_knows(scored_clips(scores, [0]))
    >>> known.first_right, known.settled
    (array([1.]), array([3.]))
    """

    labels: np.ndarray
    frames: np.ndarray
    first_right: np.ndarray
    settled: np.ndarray

    def right_by(self, fractions: Sequence[float] = FRACTIONS) -> np.ndarray:
        """Share of clips that have been right at some frame, against the share that was seen.

        At the whole clip it is `ever_correct`, the thesis' 80 %.

        Args:
            fractions: Shares of a clip, each above 0 and at most 1.
        """
        return self._by(self.first_right, fractions)

    def settled_by(self, fractions: Sequence[float] = FRACTIONS) -> np.ndarray:
        """Share of clips whose answer is right and stays so, against the share that was seen.

        Args:
            fractions: Shares of a clip, each above 0 and at most 1.
        """
        return self._by(self.settled, fractions)

    def _by(self, when: np.ndarray, fractions: Sequence[float]) -> np.ndarray:
        seen = frames_seen(self.frames, fractions)
        with np.errstate(invalid="ignore"):
            return (when[None] <= seen).mean(axis=1)


@dataclass(frozen=True)
class ClassTimes:
    """When a model knows the clips of one class.

    A quartile at which the clips are not right is infinite: they never are.

    Args:
        label: The class.
        clips: How many clips it has.
        first_right: Frames until the first right answer: the quartiles over its clips.
        settled: Frames until the answer is right for good, likewise.
        ever: Share of its clips that are right at some frame.
        at_the_end: Share of its clips that are right at their last frame.
    """

    label: int
    clips: int
    first_right: tuple[float, float, float]
    settled: tuple[float, float, float]
    ever: float
    at_the_end: float


def scored_clips(
    log_probabilities: Sequence[ArrayLike] | np.ndarray,
    labels: ArrayLike,
    valid: Sequence[ArrayLike] | np.ndarray | None = None,
) -> list[ClipScores]:
    """Arrays of scores as the clips that every measure here takes.

    Args:
        log_probabilities: `(clips, frames, classes)`, or an array `(frames, classes)` for each
            clip.
        labels: `(clips,)` true classes.
        valid: `(clips, frames)` booleans, or an array for each clip, `False` at padding and where
            nobody was seen; by default every frame is valid.

    Raises:
        ValueError: If there are not as many of each, or a clip is none, as `ClipScores` says.
    """
    classes = np.asarray(labels)
    count = len(log_probabilities)
    if classes.shape != (count,) or (valid is not None and len(valid) != count):
        masks = "none" if valid is None else len(valid)
        raise ValueError(
            "Every clip takes an array of log-probabilities, a label and, if there are any, a "
            f"mask. Received: {count} arrays, labels of shape {classes.shape}, {masks} masks"
        )
    arrays = [np.asarray(each) for each in log_probabilities]
    masks = [np.ones(len(each), bool) for each in arrays] if valid is None else valid
    return [
        ClipScores(array, np.asarray(mask), label)
        for array, mask, label in zip(arrays, masks, classes.tolist(), strict=True)
    ]


def when_it_knows(scores: Iterable[ClipScores]) -> Knowing:
    """When a model knew each clip.

    It asks what was likeliest at each frame. A model that reads backwards too has seen the whole
    clip before it says anything: of it this says nothing about time.

    Args:
        scores: What was said of each clip.

    Raises:
        ValueError: If there is no clip.
    """
    clips = list(scores)
    if not clips:
        raise ValueError("There is no clip to evaluate. Received: scores=[]")
    right = [clip.seen.argmax(axis=1) == clip.label for clip in clips]
    return Knowing(
        labels=np.array([clip.label for clip in clips]),
        frames=np.array([len(each) for each in right]),
        first_right=np.array([each.argmax() + 1.0 if each.any() else np.nan for each in right]),
        settled=np.array([_settled(each) for each in right]),
    )


def together(known: Sequence[Knowing]) -> Knowing:
    """The clips of several, such as of all seeds, as one.

    Args:
        known: When each clip was known.
    """
    return Knowing(
        *(
            np.concatenate([getattr(each, name) for each in known])
            for name in ("labels", "frames", "first_right", "settled")
        )
    )


def times_by_class(known: Knowing) -> list[ClassTimes]:
    """When a model knows the clips of each class that has any.

    Args:
        known: When it knew each clip.
    """
    found = []
    for label in np.unique(known.labels):
        of_class = known.labels == label
        first, settled = known.first_right[of_class], known.settled[of_class]
        found.append(
            ClassTimes(
                label=int(label),
                clips=int(of_class.sum()),
                first_right=_quartiles(first),
                settled=_quartiles(settled),
                ever=float(np.isfinite(first).mean()),
                at_the_end=float(np.isfinite(settled).mean()),
            )
        )
    return found


def frames_seen(frames: np.ndarray, fractions: Sequence[float] = FRACTIONS) -> np.ndarray:
    """How many frames of each clip have been seen after each share of it.

    Args:
        frames: `(clips,)` valid frames.
        fractions: Shares of a clip.

    Returns:
        `(fractions, clips)` whole numbers, at least 1.

    Raises:
        ValueError: If a fraction is not in (0, 1].
    """
    if not all(0 < fraction <= 1 for fraction in fractions):
        raise ValueError(
            "Each fraction of a clip must be above 0 and at most 1. "
            f"Received: fractions={tuple(fractions)}"
        )
    # The small subtraction undoes rounding, as in `ClipScores.decision`.
    shares = np.asarray(fractions, np.float64)[:, None]
    return np.maximum(1, np.ceil(shares * np.asarray(frames) - 1e-9)).astype(np.int64)


def _settled(right: np.ndarray) -> float:
    wrong = np.flatnonzero(~right)
    if not wrong.size:
        return 1.0
    return np.nan if wrong[-1] == len(right) - 1 else wrong[-1] + 2.0


def _quartiles(frames: np.ndarray) -> tuple[float, float, float]:
    """Of the clips themselves, so that nothing lies between a number and never."""
    known = np.where(np.isnan(frames), np.inf, frames)
    low, middle, high = np.quantile(known, (0.25, 0.5, 0.75), method="inverted_cdf")
    return float(low), float(middle), float(high)
