"""Frames that bear numbers: where each belongs, and which are not there."""

import numpy as np

from keras_drnn.recordings.formats.source import Source
from keras_drnn.skeletons.words import ranges

# Frames in which nothing was found are often not written; but what counts milliseconds is no frame.
_MOST_GAPS = 10


def place_frames(source: Source, numbers: np.ndarray) -> tuple[np.ndarray, int, tuple[str, ...]]:
    """Place frames by their numbers; a number that is left out is a frame without a body.

    Numbers that are all more than 1 apart, as of every fifth frame, and those that are not whole,
    as times, only order the frames.

    Args:
        source: Where they come from.
        numbers: The number of each row; several rows may have the same.

    Returns:
        The frame of each row, counted from 0, the number of frames, and notes.

    Raises:
        RecordingError: If most of the numbers are left out.
    """
    distinct, places = np.unique(numbers, return_inverse=True)
    places = places.reshape(-1)
    gaps = np.diff(distinct)
    if not gaps.size or gaps.min() > 1 or (distinct % 1).any():
        return places, len(distinct), ()
    frames = int(distinct[-1] - distinct[0]) + 1
    if frames > _MOST_GAPS * len(distinct):
        raise source.error(
            f"expected frames with successive numbers, received {len(distinct)} from "
            f"{distinct[0]:g} to {distinct[-1]:g}",
            "frame numbers",
        )
    if frames == len(distinct):
        return places, frames, ()
    absent = np.setdiff1d(np.arange(distinct[0], distinct[-1]), distinct)
    note = f"frames not in the file, taken as without a body: {ranges(absent)}"
    return (numbers - distinct[0]).astype(int), frames, (note,)
