"""Missing joints: held, by a rule that looks at the past alone, so that a stream can follow it."""

import numpy as np


def hold_missing(
    values: np.ndarray, confidence: np.ndarray | None = None, threshold: float = 0.0
) -> np.ndarray:
    """Fill what is missing with what was seen last.

    - A joint that is not seen stays where it was seen last.
    - Before its first sight it stands at the mean of those joints of its body that are there.
    - A body of which no joint is seen is absent: exactly zero. When it comes back nothing is left
      of what was held: it may be someone else.
    - A channel that is missing keeps its last value; before the first one it is zero.

    What a frame becomes depends on it and on earlier ones alone.

    Args:
        values: Joints `(frames, bodies, joints, axes)` or channels `(frames, channels)`; NaN where
            one is missing.
        confidence: `(frames, bodies, joints)`, or `None`.
        threshold: Joints of less confidence count as missing too, as do those of confidence 0.

    Returns:
        The same shape in float32, without NaN.

    Example:

    >>> hold_missing(np.array([[np.nan, 1.0], [2.0, np.nan], [np.nan, 3.0]])).tolist()
    [[0.0, 1.0], [2.0, 1.0], [2.0, 3.0]]
    """
    if values.ndim == 2:
        return _hold(values[..., None], ~np.isnan(values), np.zeros(len(values), bool))[..., 0]
    if confidence is not None:
        values = mark_missing(values, confidence, threshold)
    seen = np.logical_not(np.isnan(values).any(axis=-1))
    absent = np.logical_not(seen.any(axis=-1))
    held = np.empty(values.shape, np.float32)
    for body in range(values.shape[1]):
        held[:, body] = _hold(values[:, body], seen[:, body], absent[:, body])
    held[absent] = 0
    return held


def mark_missing(values: np.ndarray, confidence: np.ndarray, threshold: float) -> np.ndarray:
    """Joints, NaN where their confidence is 0 or less than a threshold.

    Args:
        values: `(frames, bodies, joints, axes)`.
        confidence: `(frames, bodies, joints)`.
        threshold: Joints of less confidence are missing.
    """
    sure = (confidence > 0) & (confidence >= threshold)
    return np.where(sure[..., None], values, np.array(np.nan, values.dtype))


def _hold(values: np.ndarray, seen: np.ndarray, absent: np.ndarray) -> np.ndarray:
    """Hold each part of `(frames, parts, axes)`, starting anew behind frames that are absent."""
    frames = np.arange(len(values))
    last = np.maximum.accumulate(np.where(seen, frames[:, None], -1), axis=0)
    start = np.maximum.accumulate(np.where(absent, frames, -1))
    held = np.take_along_axis(values, np.maximum(last, 0)[..., None], axis=0).astype(np.float32)
    seen_before = last > start[:, None]
    held[~seen_before] = 0
    if values.shape[-1] > 1:
        count = np.maximum(seen_before.sum(axis=1), 1)[:, None, None]
        middle = (held.sum(axis=1, keepdims=True) / count).astype(np.float32)
        held = np.where(seen_before[..., None], held, middle)
    return held
