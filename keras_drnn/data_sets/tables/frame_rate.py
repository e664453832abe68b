"""Recordings of other frame rates, brought to one without looking ahead."""

import numpy as np


def at_rate(values: np.ndarray, rate: float, wanted: float) -> np.ndarray:
    """Bring frames to another rate: at each moment, the last frame that was there by then.

    Args:
        values: `(frames, ...)`.
        rate: Frames per second of the values.
        wanted: Frames per second of the result.

    Example:

    >>> at_rate(np.arange(6), rate=30, wanted=15).tolist()
    [0, 2, 4]
    >>> at_rate(np.arange(3), rate=10, wanted=20).tolist()
    [0, 0, 1, 1, 2, 2]
    """
    if rate == wanted or not len(values):
        return values
    count = frames_at_rate(len(values), rate, wanted)
    # Less than a thousandth of a frame early is rounding.
    moments = np.floor(np.arange(count) * (rate / wanted) + 1e-3).astype(int)
    return values[np.minimum(moments, len(values) - 1)]


def frames_at_rate(frames: int, rate: float, wanted: float) -> int:
    """How many frames there are at another rate, at least one.

    Args:
        frames: Frames of a recording.
        rate: Frames per second of them.
        wanted: Frames per second of the result.
    """
    return max(1, round(frames * wanted / rate))
