"""From scores to log-probabilities, in NumPy alone."""

import numpy as np


def log_softmax(scores: np.ndarray) -> np.ndarray:
    """The logarithm of the probability of each class.

    Args:
        scores: Logits, classes along the last axis.

    Returns:
        float64 of the same shape; NaN for all classes where one score is NaN or inf.

    Example:

    >>> log_softmax(np.log([3.0, 1.0])).round(4).tolist()
    [-0.2877, -1.3863]
    """
    # float64: over long clips the sums of close classes differ by less than float32 resolves.
    scores = np.asarray(scores, "float64")
    with np.errstate(invalid="ignore"):
        scores = scores - scores.max(axis=-1, keepdims=True)
        return scores - np.log(np.exp(scores).sum(axis=-1, keepdims=True))
