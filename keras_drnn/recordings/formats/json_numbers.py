"""Numbers in JSON as arrays."""

import numpy as np

from keras_drnn.recordings.formats.source import Source


def to_array(source: Source, values: object, where: str = "") -> np.ndarray:
    """Nested lists of numbers as an array; `null` is NaN.

    Args:
        source: Where they come from.
        values: The lists.
        where: In which frame, for messages.

    Raises:
        RecordingError: If anything else is among them, or lists differ in length.
    """
    try:
        array = np.array(values)
    except ValueError as error:
        raise _uneven(source, values, where) from error
    if array.dtype.kind == "O" and set(map(type, array.flat)) <= {int, float, type(None)}:
        try:
            array = array.astype(np.float64)
        except OverflowError as error:
            raise source.error(f"expected finite numbers{where}: {error}", "not finite") from error
    if array.dtype.kind not in "iuf":
        raise source.error(
            f"expected numbers alone{where}, received {_other(values)!r:.60}", "not a number"
        )
    return array.astype(np.float64)


def _uneven(source: Source, values: object, where: str) -> ValueError:
    shapes: dict[tuple[int, ...] | None, int] = {}
    for frame, each in enumerate(values if isinstance(values, list) else (), start=1):
        try:
            shape = np.shape(each)
        except ValueError:
            shape = None
        shapes.setdefault(shape, frame)
        if shape is None or len(shapes) > 1:
            found = "lists of different lengths" if shape is None else f"shape {shape}"
            first = "" if frame == 1 else f" as in frame 1, {next(iter(shapes))}"
            return source.error(
                f"expected the same shape in all frames{first}, received {found} in frame {frame}",
                "joint count",
            )
    return source.error(f"expected lists of the same length{where}", "structure")


def _other(values: object) -> object:
    """The first thing that is not a number."""
    if isinstance(values, list):
        return next((other for each in values if (other := _other(each)) is not None), None)
    return None if type(values) in (int, float) else values
