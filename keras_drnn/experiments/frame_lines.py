"""Frames as lines of text: a JSON array, or numbers with blanks between them."""

import json
from collections.abc import Sequence

import numpy as np


def frame_of_line(line: str, shape: Sequence[int]) -> np.ndarray | None:
    """The frame that a line holds.

    Args:
        line: A JSON array, nested like a frame or flat, `null` in it where something is missing; or
            numbers with blanks or commas between them. Nothing, or `null`, is a lost frame.
        shape: Bodies, joints and axes. Bodies that are left out at the end are absent.

    Returns:
        `shape` float64, NaN where something is missing; `None` for a lost frame.

    Raises:
        ValueError: If it is neither, or of another size.

    Example:

    >>> frame_of_line("1 2 3 4", (2, 2, 2))[0].tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    """
    text = line.strip().removeprefix("\ufeff").strip()
    values = _values(text)
    if values is None:
        return None
    bodies, joints, axes = shape
    person = joints * axes
    size = bodies * person
    # Nested as a frame is, or as one person in it is.
    fits = values.ndim == 1 or values.shape[1:] == (joints, axes) or values.shape == (joints, axes)
    people, rest = divmod(values.size, person)
    if not fits or rest or not 1 <= people <= bodies:
        expected = f"{size} numbers, {bodies} x {joints} x {axes} (bodies, joints, axes)"
        if bodies > 1:
            expected += f", or {person} of one body"
        given = " x ".join(map(str, values.shape)) if values.ndim > 1 else values.size
        raise ValueError(f"expected {expected}. Received: {given}")
    frame = np.zeros(size)
    frame[: values.size] = values.ravel()
    return frame.reshape(bodies, joints, axes)


def _values(text: str) -> np.ndarray | None:
    if text in ("", "null"):
        return None
    if not text.startswith("["):
        try:
            return np.array([float(word) for word in text.replace(",", " ").split()])
        except ValueError as error:
            raise ValueError(
                f"expected a JSON array or numbers. Received: {_short(text)}"
            ) from error
    try:
        return np.array(json.loads(text), "float64")
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"expected a JSON array of numbers, as many in each row. Received: {_short(text)} "
            f"({error})"
        ) from error


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."
