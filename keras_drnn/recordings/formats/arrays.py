"""From an array, as it stands in a file, to a recording."""

import numpy as np

from keras_drnn.recordings.arrangement import Arrangement
from keras_drnn.recordings.flat_order import find_order
from keras_drnn.recordings.formats.source import Source
from keras_drnn.recordings.recording import Recording
from keras_drnn.skeletons.layouts import JointLayout, find_layout, layout_names

_COLUMNS = {2: "xy", 3: "xyz", 4: "xyzc"}
_SHAPES = (
    "(frames, joints, axes), (frames, bodies, joints, axes), or (frames, numbers), which with a "
    "layout are those of all joints"
)


def make_recording(
    source: Source,
    array: np.ndarray,
    arrangement: Arrangement,
    *,
    confidence: np.ndarray | None = None,
    default_layout: JointLayout | None = None,
    zeros_missing: bool = False,
    **facts,
) -> Recording:
    """Make a recording of an array, or say what is wrong with it.

    Args:
        source: Where it comes from.
        array: `(frames, joints, numbers)`, `(frames, bodies, joints, numbers)`, `(frames, numbers)`
            or `(frames,)`.
        arrangement: What the user says of it.
        confidence: Its confidences, of its shape without the last axis.
        default_layout: The layout, if the format has only this one.
        zeros_missing: Whether a joint whose axes are all zero is a missing one in this format.
        **facts: The other fields of the recording.

    Raises:
        RecordingError: If the array is not one of these.
    """
    if array.dtype.kind not in "iuf":
        raise source.error(f"expected numbers, received values of type {array.dtype}", "type")
    layout = _layout(source, arrangement, default_layout)
    if array.ndim == 1:
        array = array[:, None]
    if not array.size:
        raise source.error(f"expected at least 1 frame, received shape {array.shape}", "no frames")
    told = layout is not None or arrangement.columns is not None
    if array.ndim == 2 and not told:
        return Recording(_finite(source, array), **facts)
    if array.ndim == 2:
        array = _unflatten(source, array, arrangement, layout)
    if array.ndim == 3:
        array = array[:, None]
        confidence = None if confidence is None else _with_body(confidence)
    if array.ndim == 5 and array.shape[1:4] == (1, 1, 17) and array.shape[4] == 3:
        # MoveNet's outputs, (1, 1, 17, 3) for each frame.
        array = array[:, 0]
        arrangement = Arrangement(layout, arrangement.columns or "yxc")
        layout = layout or find_layout("coco_17")
    if array.ndim != 4:
        raise source.error(f"expected {_SHAPES}, received shape {array.shape}", "shape")
    if layout and array.shape[2] != len(layout):
        raise source.error(
            f"expected {len(layout)} joints, as {layout.name} has, received {array.shape[2]} in an "
            f"array of shape {array.shape}, read as (frames, bodies, joints, numbers)",
            "joint count",
        )
    columns = _columns(source, array, arrangement, layout, confidence is not None)
    values = _finite(source, array[..., list(Arrangement(columns=columns).axes)])
    if "c" in columns:
        confidence = array[..., columns.index("c")]
    values, confidence = _mark_missing(source, values, confidence, zeros_missing)
    return Recording(values, confidence, layout=layout.name if layout else None, **facts)


def _layout(
    source: Source, arrangement: Arrangement, default_layout: JointLayout | None
) -> JointLayout | None:
    said, own = arrangement.layout, default_layout
    if said and own and said.name != own.name and said.name in layout_names():
        raise source.error(
            f"expected joints of the layout {said.name}, received those of {own.name}. Leave the "
            "layout out, or name this one",
            "layout",
        )
    return said or own


def _columns(
    source: Source,
    array: np.ndarray,
    arrangement: Arrangement,
    layout: JointLayout | None,
    has_confidence: bool,
) -> str:
    numbers = array.shape[3]
    columns = arrangement.columns or _COLUMNS.get(numbers)
    if columns is None or len(columns) != numbers:
        expected = arrangement.columns or "2, 3 or 4 numbers"
        raise source.error(
            f"expected {expected} for each joint, received {numbers} in an array of shape "
            f"{array.shape}, read as (frames, bodies, joints, numbers)",
            "axis count",
        )
    if columns == "xyz" and not arrangement.columns and not has_confidence and layout:
        if looks_like_scores(array, layout):
            raise source.error(
                "expected to be told what the three numbers of a joint are, because the third is "
                "always from 0 to 1, as a confidence is. Write "
                'columns = "xyc" (x, y, confidence), "yxc" or "xyz" into a description (TOML)',
                "ambiguous",
            )
    return columns


def _unflatten(
    source: Source, array: np.ndarray, arrangement: Arrangement, layout: JointLayout | None
) -> np.ndarray:
    """From rows of all numbers of a frame, or of a joint, to `(frames, joints, numbers)`."""
    rows, width = array.shape
    columns = arrangement.columns
    joints = len(layout) if layout else max(width // len(columns or "xy"), 1)
    numbers = width // joints
    if layout and width in ([len(columns)] if columns else _COLUMNS) and width < joints:
        if rows % joints:
            raise source.error(
                f"expected lines of one joint each, {joints} for a frame, received {rows} lines",
                "joint count",
            )
        return array.reshape(-1, joints, width)
    if width != joints * numbers or numbers not in ([len(columns)] if columns else _COLUMNS):
        expected = f"{len(columns)}" if columns else "2, 3 or 4"
        of_layout = f"of {layout.name}" if layout else "of a frame"
        raise source.error(
            f"expected {expected} numbers for each of the {joints} joints {of_layout}, received "
            f"{width} numbers a frame",
            "joint count",
        )
    order = arrangement.order or order_of(source, array, numbers, layout)
    if order == "axis":
        return array.reshape(rows, numbers, joints).swapaxes(1, 2)
    return array.reshape(rows, joints, numbers)


def order_of(source: Source, rows: np.ndarray, numbers: int, layout: JointLayout | None) -> str:
    """Find out in which order rows hold the numbers of a frame; see `Arrangement`.

    Args:
        source: Where they come from.
        rows: `(frames, joints * numbers)`.
        numbers: How many of them a joint has.
        layout: What the joints are.

    Raises:
        RecordingError: If the numbers do not show it.
    """
    by_joint = rows.reshape(len(rows), -1, numbers)
    by_axis = rows.reshape(len(rows), numbers, -1).swapaxes(1, 2)
    order = find_order(by_joint, by_axis, layout)
    if order is None:
        raise source.error(
            "expected to be told in which order the numbers of a frame stand, because they do not "
            'show it. Write order = "joint" (x1, y1, ..., x2, y2, ...) or "axis" (x1, x2, ..., y1, '
            "y2, ...) into a description (TOML)",
            "ambiguous",
        )
    return order


def looks_like_scores(numbers: np.ndarray, layout: JointLayout) -> bool:
    """Whether the third number of joints in a picture may be a confidence, from 0 to 1.

    Args:
        numbers: `(..., 3)`.
        layout: What the joints are.
    """
    last = numbers[..., 2]
    in_picture = layout.name.startswith(("coco", "openpose"))
    return in_picture and bool((np.isnan(last) | ((last >= 0) & (last <= 1))).all())


def _with_body(confidence: np.ndarray) -> np.ndarray:
    return confidence[:, None] if confidence.ndim == 2 else confidence


def _finite(source: Source, array: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        values = np.ascontiguousarray(array, np.float32)
    infinite = np.isinf(values)
    if infinite.any():
        place = np.argwhere(infinite)[0]
        part = f"joint {place[-2] + 1}" if values.ndim == 4 else f"channel {place[-1] + 1}"
        raise source.error(
            f"expected finite numbers, received {array[tuple(place)]} in frame {place[0] + 1}, "
            f"{part}",
            "not finite",
        )
    return values


def _mark_missing(
    source: Source, values: np.ndarray, confidence: np.ndarray | None, zeros_missing: bool
) -> tuple[np.ndarray, np.ndarray | None]:
    """Make joints that are missing NaN, by the rule of `Recording`."""
    missing = np.isnan(values).any(axis=-1)
    at_zero = (values == 0).all(axis=-1)
    missing |= at_zero if zeros_missing else at_zero.all(axis=-1, keepdims=True)
    if confidence is not None:
        if confidence.shape != missing.shape:
            raise source.error(
                f"expected confidences of shape {missing.shape}, received {confidence.shape}",
                "shape",
            )
        with np.errstate(over="ignore"):
            confidence = np.array(confidence, np.float32)
        if np.isinf(confidence).any():
            raise source.error("expected finite confidences, received infinite ones", "not finite")
        missing |= ~(confidence > 0)
        confidence[missing] = 0
    if missing.all():
        raise source.error(
            f"expected a body in some frame, received none in {len(values)} frames", "no body"
        )
    values[missing] = np.nan
    return values, confidence
