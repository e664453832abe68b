"""Numbers in messages."""

from collections.abc import Collection

import numpy as np


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """A number with its noun: `1 clip`, `2 clips`.

    Args:
        number: How many.
        noun: Of what, if it is one.
        plural: Of what, if it is not one; by default with an s.
    """
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def ranges(values: Collection[int] | np.ndarray) -> str:
    """Numbers in ascending order, runs of them shortened: `1-4, 8`.

    Args:
        values: The numbers, in any order, any of them several times.
    """
    numbers = np.unique(np.array(list(values), np.int64))
    if not numbers.size:
        return "(none)"
    runs = np.split(numbers, np.flatnonzero(np.diff(numbers) > 1) + 1)
    return ", ".join(f"{run[0]}" if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def in_frames(delays: Collection[int], frame_rate: float | None) -> str:
    """Delays in frames, and in seconds where that is known.

    Args:
        delays: In frames.
        frame_rate: Frames per second, or `None`.

    Example:

    >>> in_frames((1, 3, 9), 30)
    '1, 3, 9 frames (0.033, 0.1, 0.3 s at 30 frames per second)'
    """
    frames = f"{', '.join(map(str, delays))} {'frame' if tuple(delays) == (1,) else 'frames'}"
    if frame_rate is None:
        return frames
    seconds = ", ".join(f"{float(f'{delay / frame_rate:.2g}'):g}" for delay in delays)
    return f"{frames} ({seconds} s at {frame_rate:g} frames per second)"
