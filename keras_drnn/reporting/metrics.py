"""Accuracy of frame-by-frame class scores, in NumPy alone.

A model names an action at every frame, so there is more than one way of counting: by frame (what
the thesis reports), by clip, at the clip's end, at its best moment, or after part of it.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

#: The shares of a clip after which its accuracy is reported, unless others are asked for.
FRACTIONS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


@dataclass(frozen=True)
class ClipScores:
    """What a model said about one clip.

    Args:
        log_probabilities: `(frames, classes)` floats, the logarithm of the probability of each
            class at each frame.
        valid: `(frames,)` booleans, `False` at padding and at frames where nobody was seen.
        label: The true class, an int in `[0, classes)`.

    Raises:
        ValueError: If the shapes do not fit each other, no frame is valid, the label is not a
            class, or a valid frame holds NaN.

    Example:

    >>> scores = ClipScores(np.log([[0.9, 0.1], [0.2, 0.8]]), np.array([True, True]), label=0)
    >>> sequence_accuracy([scores])
    1.0
    """

    log_probabilities: np.ndarray
    valid: np.ndarray
    label: int

    def __post_init__(self) -> None:
        shape, mask = np.shape(self.log_probabilities), np.asarray(self.valid)
        if len(shape) != 2 or shape[1] == 0:
            raise ValueError(
                "The log-probabilities of a clip must be of shape (frames, classes). "
                f"Received: log_probabilities.shape={shape}"
            )
        if mask.shape != shape[:1] or mask.dtype != np.bool_:
            raise ValueError(
                f"The mask of a clip of {shape[0]} frames must be {shape[0]} booleans. "
                f"Received: valid.shape={mask.shape}, valid.dtype={mask.dtype}"
            )
        if not mask.any():
            raise ValueError(
                "A clip without a valid frame cannot be right or wrong: leave it out of the "
                f"evaluation. Received: valid={mask.size} times False"
            )
        if int(self.label) != self.label or not 0 <= self.label < shape[1]:
            raise ValueError(
                f"The label must be an integer from 0 to {shape[1] - 1}, one of the "
                f"{shape[1]} classes of the log-probabilities. Received: label={self.label}"
            )
        if np.isnan(self.log_probabilities[mask]).any():
            raise ValueError(
                "The log-probabilities of a valid frame are NaN: the model has diverged; train "
                "with a smaller learning rate or with gradient clipping. "
                f"Received: label={self.label}, frames={shape[0]}"
            )

    @property
    def seen(self) -> np.ndarray:
        """Log-probabilities of the valid frames alone, `(valid frames, classes)`."""
        return np.asarray(self.log_probabilities)[np.asarray(self.valid)]

    def decision(self, fraction: float = 1.0) -> int:
        """The class of the largest summed log-probability over the first part of the clip."""
        # The small subtraction undoes rounding: 0.3 as 0.30000000000000004 of 10 frames is 3.
        frames = max(1, math.ceil(fraction * np.count_nonzero(self.valid) - 1e-9))
        # float64: over long clips the sums of close classes differ by less than float32 resolves.
        return int(np.argmax(self.seen[:frames].sum(axis=0, dtype=np.float64)))


def frame_accuracy(scores: Iterable[ClipScores]) -> float:
    """Share of all valid frames, of all clips together, whose likeliest class is the true one.

    This is the accuracy that the thesis reports: a long clip counts more than a short one.

    Args:
        scores: The clips' scores.
    """
    right = [clip.seen.argmax(axis=1) == clip.label for clip in _checked(scores)]
    return float(np.concatenate(right).mean())


def sequence_accuracy(scores: Iterable[ClipScores]) -> float:
    """Share of clips whose largest log-probability, summed over valid frames, is the true class.

    Args:
        scores: The clips' scores.
    """
    return _share(clip.decision() == clip.label for clip in _checked(scores))


def last_frame_accuracy(scores: Iterable[ClipScores]) -> float:
    """Share of clips whose last valid frame is given the true class.

    Args:
        scores: The clips' scores.
    """
    return _share(clip.seen[-1].argmax() == clip.label for clip in _checked(scores))


def ever_correct(scores: Iterable[ClipScores]) -> float:
    """Share of clips with at least one valid frame that is given the true class.

    Args:
        scores: The clips' scores.
    """
    return _share((clip.seen.argmax(axis=1) == clip.label).any() for clip in _checked(scores))


def accuracy_by_fraction(
    scores: Iterable[ClipScores], fractions: Sequence[float] = FRACTIONS
) -> np.ndarray:
    """Sequence accuracy after only the first part of every clip was seen.

    After a fraction f of a clip of n valid frames, the decision is the largest log-probability
    summed over its first ceil(f n) valid frames.

    Args:
        scores: The clips' scores.
        fractions: Shares of a clip, each above 0 and at most 1.

    Returns:
        `(len(fractions),)` float64 accuracies.

    Raises:
        ValueError: If a fraction is not in (0, 1].
    """
    if not all(0 < fraction <= 1 for fraction in fractions):
        raise ValueError(
            "Each fraction of a clip must be above 0 and at most 1. "
            f"Received: fractions={tuple(fractions)}"
        )
    clips = _checked(scores)
    return np.array(
        [_share(clip.decision(part) == clip.label for clip in clips) for part in fractions]
    )


def confusion_matrix(scores: Iterable[ClipScores]) -> np.ndarray:
    """Count each pair of true class and sequence decision.

    Args:
        scores: The clips' scores.

    Returns:
        `(classes, classes)` int64 counts; a row is a true class, a column a decision.
    """
    clips = _checked(scores)
    classes = clips[0].log_probabilities.shape[1]
    counts = np.zeros((classes, classes), np.int64)
    for clip in clips:
        counts[int(clip.label), clip.decision()] += 1
    return counts


def summarise(scores: Iterable[ClipScores], prefix: str = "test") -> dict[str, float]:
    """All accuracies of one set of clips, under the names that `metrics.json` uses.

    Args:
        scores: The clips' scores.
        prefix: Which clips these are: `"test"`, `"clean"` or `"validation"`.

    Returns:
        `{"test/frame_accuracy": ..., "test/sequence_accuracy": ..., "test/last_frame_accuracy":
        ..., "test/ever_correct": ...}`, each in [0, 1].
    """
    clips = _checked(scores)
    measures = (frame_accuracy, sequence_accuracy, last_frame_accuracy, ever_correct)
    return {f"{prefix}/{measure.__name__}": measure(clips) for measure in measures}


def mean_and_spread(
    runs: Sequence[Mapping[str, float | None]],
) -> tuple[dict[str, float], dict[str, float | None]]:
    """Mean and sample standard deviation over runs that differ by their seed.

    Args:
        runs: One flat dictionary of metrics per run. Metrics that some run lacks, or has as
            `None`, are left out: a mean over fewer seeds would not be comparable.

    Returns:
        Two dictionaries with the same keys: the means, and the standard deviations with n - 1 in
        the denominator, which are `None` for a single run.

    Example:

    >>> mean_and_spread([{"accuracy": 0.5}, {"accuracy": 0.7}])[0]
    {'accuracy': 0.6}
    """
    if not runs:
        raise ValueError("The mean of no runs is not defined. Received: runs=[]")
    keys = [key for key in runs[0] if all(run.get(key) is not None for run in runs)]
    values = {key: np.array([run[key] for run in runs], np.float64) for key in keys}
    mean = {key: float(value.mean()) for key, value in values.items()}
    spread = {
        key: float(value.std(ddof=1)) if len(runs) > 1 else None for key, value in values.items()
    }
    return mean, spread


def _share(decisions: Iterable[bool | np.bool_]) -> float:
    return float(np.mean([bool(decision) for decision in decisions]))


def _checked(scores: Iterable[ClipScores]) -> list[ClipScores]:
    clips = list(scores)
    if not clips:
        raise ValueError("There is no clip to evaluate. Received: scores=[]")
    classes = {clip.log_probabilities.shape[1] for clip in clips}
    if len(classes) > 1:
        raise ValueError(
            "All clips must be scored over the same classes. "
            f"Received: numbers of classes {sorted(classes)}"
        )
    return clips
