"""Frames with a varying number of people, as one array."""

from collections.abc import Mapping, Sequence

import numpy as np

from keras_drnn.recordings.formats.source import Source


def stack(source: Source, frames: Sequence[Sequence[np.ndarray]]) -> np.ndarray:
    """Stack the people of each frame, in the order of the file; who is not there is NaN.

    Args:
        source: Where they come from.
        frames: The people of each frame, each `(joints, numbers)`.

    Returns:
        `(frames, bodies, joints, numbers)`.

    Raises:
        RecordingError: If there is nobody, or someone has other joints than the first one has.
    """
    everybody = [(t, body) for t, bodies in enumerate(frames, start=1) for body in bodies]
    if not everybody:
        raise source.error(
            f"expected a body in some frame, received none in {len(frames)} frames", "no body"
        )
    first, shape = everybody[0][0], everybody[0][1].shape
    for t, body in everybody:
        if body.shape != shape:
            raise source.error(
                f"expected {shape[0]} joints of {shape[1]} numbers in frame {t}, as in frame "
                f"{first}, received {body.shape[0]} of {body.shape[1]}",
                "joint count",
            )
    stacked = np.full((len(frames), max(map(len, frames)), *shape), np.nan)
    for row, bodies in zip(stacked, frames, strict=True):
        row[: len(bodies)] = np.reshape(bodies, (len(bodies), *shape))
    return stacked


def name_of(person: Mapping, *keys: str) -> int | None:
    """The number by which a file knows someone again, or `None`.

    Args:
        person: What the file has of someone in a frame.
        keys: The number is under one of these; negative, or missing, where people are not followed.
    """
    for key in keys:
        number = person.get(key)
        if isinstance(number, list) and len(number) == 1:
            number = number[0]
        if type(number) is int and number >= 0:
            return number
    return None
