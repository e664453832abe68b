"""Columns that name joints: `x1,y1,z1,v1,...`, `nose_x,nose_y,...`, or a line for each joint."""

import re
from collections.abc import Sequence

import numpy as np

from keras_drnn.recordings.arrangement import Arrangement
from keras_drnn.recordings.formats import joint_names
from keras_drnn.recordings.formats.arrays import make_recording
from keras_drnn.recordings.formats.frame_numbers import place_frames
from keras_drnn.recordings.formats.number_table import NumberTable
from keras_drnn.recordings.recording import Recording
from keras_drnn.skeletons.layouts import MEDIAPIPE_33, JointLayout

_LETTERS = {axis: axis for axis in "xyz"} | dict.fromkeys(
    ("v", "vis", "visibility", "c", "conf", "confidence", "s", "score", "likelihood"), "c"
)
_LETTER = f"({'|'.join(sorted(_LETTERS, key=len, reverse=True))})"
_NUMBERED = re.compile(rf"{_LETTER}[ _.-]?(\d+)", re.IGNORECASE)
_NAMED = re.compile(rf"(.+?)[ _.-]+{_LETTER}", re.IGNORECASE)

_FRAMES = ("frame", "frame_id", "frame_index", "frame_no", "frame_number", "frame_num", "time")
_FRAMES = (*_FRAMES, "timestamp", "timestamp_ms")
_JOINT_NAMES = ("landmark_name", "joint_name", "keypoint_name", "name", "part", "bodypart")
_JOINT_NUMBERS = ("landmark_id", "landmark_index", "landmark_number", "joint_id", "joint_index")
_JOINT_NUMBERS = (*_JOINT_NUMBERS, "keypoint_id", "keypoint_index", "id", "index")
_EITHER = ("landmark", "joint", "keypoint", "point")
_BODIES = ("person", "person_id", "body", "body_id", "pose_id", "pose", "track_id")


def read_wide(table: NumberTable, arrangement: Arrangement) -> Recording | None:
    """A line for each frame, or `None` if the columns are not those of joints.

    Columns like `acc_x` are of joints only if a layout is given, or they are the joints of one, or
    there are confidences.
    """
    columns: dict[str, dict[str, int]] = {}
    for column, name in enumerate(table.header or ()):
        if not (found := _joint_and_letter(name)):
            continue
        joint, letter = found
        if letter in columns.setdefault(joint, {}):
            raise table.source.error(
                f"expected each column once, received {name!r} as column "
                f"{columns[joint][letter] + 1} and {column + 1}",
                "column count",
                line=1,
            )
        columns[joint][letter] = column
    columns = {joint: each for joint, each in columns.items() if {"x", "y"} <= each.keys()}
    if len(columns) < 2:
        return None
    letters = set.intersection(*(set(each) for each in columns.values()))
    names = sorted(columns, key=int) if all(map(str.isdigit, columns)) else list(columns)
    layout = arrangement.layout or joint_names.layout_of(names)
    if layout is None and "c" not in letters:
        return None
    layout = layout or _mediapipe(len(names), letters)
    if layout and not names[0].isdigit():
        names = [names[place] for place in joint_names.places(table.source, names, layout)]
    used = [columns[name][letter] for name in names for letter in "xyzc" if letter in letters]
    values = table.numbers(used).reshape(len(table.lines), len(names), len(letters))
    return _recording(table, values, arrangement, layout, letters, used)


def read_long(table: NumberTable, arrangement: Arrangement) -> Recording | None:
    """A line for each joint of each frame, or `None` if the columns are others."""
    keys = [re.sub(r"[ .-]+", "_", name.strip().lower()) for name in table.header or ()]
    letters = {_LETTERS[key]: keys.index(key) for key in keys if key in _LETTERS}
    frame, body = _first(keys, _FRAMES), _first(keys, _BODIES)
    either = _first(keys, _EITHER)
    of_names = either is not None and not table.is_numeric(either)
    named = either if of_names else _first(keys, _JOINT_NAMES)
    numbered = _first(keys, _JOINT_NUMBERS) if either is None or of_names else either
    if frame is None or (named is None and numbered is None) or not {"x", "y"} <= letters.keys():
        return None
    moments = table.numbers([frame])[:, 0]
    if len(np.unique(moments)) == len(moments):
        return None
    frames, count, notes = place_frames(table.source, moments)
    bodies = np.zeros(len(frames), int)
    if body is not None:
        bodies = np.unique(table.cells[body].to_numpy(), return_inverse=True)[1].reshape(-1)
    joints, joint_count, layout = _joints(table, named, numbered, arrangement.layout, letters)
    order = [letters[letter] for letter in "xyzc" if letter in letters]
    values = np.full((count, bodies.max() + 1, joint_count, len(order)), np.nan)
    flat = np.ravel_multi_index((frames, bodies, joints), values.shape[:3])
    repeated = np.flatnonzero(np.bincount(flat, minlength=1)[flat] > 1)
    if repeated.size:
        raise table.source.error(
            "expected one line for each joint of a frame, received a second one",
            "repeated joint",
            line=table.lines[repeated[1]],
        )
    values.reshape(-1, len(order))[flat] = table.numbers(order)
    used = [column for column in (frame, body, named, numbered, *order) if column is not None]
    return _recording(table, values, arrangement, layout, set(letters), used, notes)


def _joints(
    table: NumberTable,
    named: int | None,
    numbered: int | None,
    layout: JointLayout | None,
    letters: dict[str, int],
) -> tuple[np.ndarray, int, JointLayout | None]:
    """The joint of each row, the number of joints, and the layout."""
    if named is not None:
        names, rows = np.unique(table.cells[named].astype(str).to_numpy(), return_inverse=True)
        found = layout or joint_names.layout_of(list(names))
        if found and (layout is None or numbered is None):
            place = np.empty(len(names), int)
            place[joint_names.places(table.source, list(names), found)] = range(len(found))
            return place[rows.reshape(-1)], len(found), found
    if numbered is None:
        names = ", ".join(names[:5])
        raise table.source.error(
            f"expected joints with numbers, or with the names of a layout, received {names}",
            "joint count",
        )
    numbers = table.numbers([numbered])[:, 0]
    first, last = numbers.min(), numbers.max()
    if not (numbers % 1 == 0).all() or first < 0:
        raise table.source.error("expected joints with numbers from 0 or 1 up", "joint count")
    start = 1 if first == 1 and (layout is None or last == len(layout)) else 0
    count = int(last) + 1 - start
    layout = layout or _mediapipe(count, set(letters))
    if layout and count > len(layout):
        raise table.source.error(
            f"expected {len(layout)} joints, as {layout.name} has, received numbers up to {last:g}",
            "joint count",
        )
    return numbers.astype(int) - start, len(layout) if layout else count, layout


def _joint_and_letter(name: str) -> tuple[str, str] | None:
    numbered = _NUMBERED.fullmatch(name.strip())
    if numbered:
        return numbered[2].lstrip("0") or "0", _LETTERS[numbered[1].lower()]
    named = _NAMED.fullmatch(name.strip())
    return (named[1], _LETTERS[named[2].lower()]) if named else None


def _mediapipe(joints: int, letters: set[str]) -> JointLayout | None:
    return MEDIAPIPE_33 if joints == len(MEDIAPIPE_33) and "c" in letters else None


def _first(keys: Sequence[str], wanted: tuple[str, ...]) -> int | None:
    return next((keys.index(key) for key in wanted if key in keys), None)


def _recording(
    table: NumberTable,
    values: np.ndarray,
    arrangement: Arrangement,
    layout: JointLayout | None,
    letters: set[str],
    used: Sequence[int],
    notes: tuple[str, ...] = (),
) -> Recording:
    columns = "".join(letter for letter in "xyzc" if letter in letters)
    unused = [table.name(column) for column in table.cells if column not in used]
    if unused:
        notes = (*notes, f"columns not read: {', '.join(unused)}")
    arrangement = Arrangement(arrangement.layout or layout, columns)
    return make_recording(table.source, values, arrangement, notes=notes)
