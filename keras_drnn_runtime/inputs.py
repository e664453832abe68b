"""What is asked of a file and of what it is to read, the same for clips and for streams."""

from pathlib import Path

import numpy as np


def open_interpreter(path: str | Path, threads: int):
    """The LiteRT interpreter of a file, or a `ValueError`."""
    from ai_edge_litert.interpreter import Interpreter

    try:
        return Interpreter(model_path=str(path), num_threads=threads)
    except (ValueError, RuntimeError) as error:
        raise ValueError(f"Expected a LiteRT model. Received: {path} ({error})") from error


def checked(
    values, expected: tuple[int | None, ...], name: str, lost: str = "", gaps: bool = False
) -> np.ndarray:
    """The values as float32, if their shape fits, with `None` for any size, and all are finite.

    Args:
        values: What somebody passed.
        expected: The shape.
        name: What they are, for the error.
        lost: Advice about what is missing as a whole, for the error.
        gaps: Whether NaN is a value, too: what is missing.
    """
    values = np.asarray(values, "float32")
    fits = len(values.shape) == len(expected) and all(
        got == size or (size is None and got)
        for size, got in zip(expected, values.shape, strict=True)
    )
    if not fits:
        sizes = ["any" if size is None else str(size) for size in expected]
        shown = f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"
        raise ValueError(f"Expected {name} of shape {shown}. Received: shape {values.shape}")
    wrong = np.isinf(values) if gaps else ~np.isfinite(values)
    if wrong.any():
        place = np.argwhere(wrong)[0].tolist()
        raise ValueError(
            f"Expected finite numbers; set what was not seen to {'NaN' if gaps else 0}{lost}. "
            f"Received: {values[tuple(place)]} at {place}"
        )
    return values
