"""The description beside a table: what the recordings have in common, as TOML.

A key that is not there says nothing, unless a default is named here:

- `table`: the table, relative to the description. In its place, for arrays of all clips, `x` and
  `y`, and where they are known `lengths`, `subject` (or `groups`), `camera` and
  `session`: files, `.npy`, or `.npz` in which the array has the name of the key.
- `root`: the folder that the files are in, relative to the description, or absolute. Paths are
  relative to it, and none leads out of it. By default it is the folder of the table; for arrays,
  that of the description.
- `layout`: the name of a layout, or a table: `joints`, their names in the order of the files;
  `bones`, pairs of names; `hip` and `shoulder_centre`, a joint or a list of joints whose mean it
  is; `left_shoulder`, `right_shoulder`, `left_hip`, `right_hip`; `mirror`, pairs of names.
- `fps`: frames per second of the recordings for which the table does not say it.
- `times`: what `start` and `end` count, `"seconds"` (the default) or `"frames"`, the first of which
  is 0. A part has its start and all up to its end, but not the end itself.
- `split`: `"split"`, `"subject"`, `"camera"`, `"session"`, `"loso"` or `"kfold:5"`; beside arrays
  also the file of one that says `train`, `validation` or `test` of each clip.
- `background`: what lies between the parts of a recording is a class of its own; `true`, or the
  name of the class.
- `units`: `"metres"`, `"centimetres"`, `"millimetres"`, `"pixels"` or `"normalised"` (the picture
  is 1 wide and 1 high).
- `up`: the axis that points up, with its sign: `"y"`, `"-y"`, `"z"` ...
- `confidence`: joints with less than this, from 0 to 1, are missing.
- `columns`: what the numbers of a joint are, in their order, for files that do not say it:
  `["x", "y", "score"]`, or in letters `"xyc"`.
- `order`: of rows that hold a whole frame, `"joint"` if the numbers of one joint stand together
  (x1, y1, x2, y2, ...), `"axis"` if those of one axis do (x1, x2, ..., y1, y2, ...).

Example:

    table = "clips.csv"
    fps = 30
    units = "metres"
    up = "y"
    split = "loso"

    [layout]
    joints = ["hip", "chest", "left shoulder", "right shoulder"]
    bones = [["hip", "chest"], ["chest", "left shoulder"], ["chest", "right shoulder"]]
    hip = "hip"
"""

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, cast

from keras_drnn.recordings.arrangement import Arrangement
from keras_drnn.recordings.faults import CellError
from keras_drnn.recordings.files import Files
from keras_drnn.recordings.layout_description import LayoutDescription, parse_layout
from keras_drnn.recordings.split_rule import SplitRule, parse_split
from keras_drnn.recordings.toml_section import Section

Times = Literal["seconds", "frames"]

_ARRAYS = ("x", "y", "lengths", "subject", "groups", "camera", "session")
_KEYS = (
    *("table", "root", "layout", "fps", "times", "split", "background", "units", "up"),
    *("confidence", "columns", "order", *_ARRAYS),
)
_UNITS = {
    **{word: "metres" for word in ("metres", "meters", "m")},
    **{word: "centimetres" for word in ("centimetres", "centimeters", "cm")},
    **{word: "millimetres" for word in ("millimetres", "millimeters", "mm")},
    **{word: "pixels" for word in ("pixels", "px")},
    **{word: "normalised" for word in ("normalised", "normalized")},
}
_COLUMNS = {
    **{axis: axis for axis in "xyz"},
    **{word: "c" for word in ("c", "confidence", "score", "visibility", "likelihood")},
}
_UP = {f"{sign}{axis}": f"{sign.strip('+')}{axis}" for axis in "xyz" for sign in ("", "+", "-")}


@dataclass(frozen=True)
class ArrayFiles:
    """Arrays of all clips, in place of a table.

    Args:
        x: The clips.
        y: The class of each clip.
        lengths: Frames of each clip, where they differ.
        subject: Who is in each clip.
        camera: Which camera recorded it.
        session: In which session it was recorded.
        split: On which side it is.
    """

    x: Path
    y: Path
    lengths: Path | None = None
    subject: Path | None = None
    camera: Path | None = None
    session: Path | None = None
    split: Path | None = None


@dataclass(frozen=True)
class Description:
    """What a description says; the keys are explained at the top of this module.

    Args:
        path: The description; `None` for a table that has none.
        table: The table, unless there are arrays.
        arrays: The arrays, unless there is a table.
        root: The folder that the files are in, if it is named.
        layout: The joints: the name of a layout, or one of its own.
        fps: Frames per second.
        times: What `start` and `end` count.
        split: How clips are divided.
        background: Name of the class of what lies between the parts of a recording.
        units: What the coordinates are in.
        up: The axis that points up, with its sign.
        confidence: Joints with less are missing.
        columns: What the numbers of a joint are, a letter each; see `Arrangement`.
        order: How rows hold the numbers of a frame; see `Arrangement`.
    """

    path: Path | None = None
    table: Path | None = None
    arrays: ArrayFiles | None = None
    root: Path | None = None
    layout: str | LayoutDescription | None = None
    fps: float | None = None
    times: Times = "seconds"
    split: SplitRule | None = None
    background: str | None = None
    units: str | None = None
    up: str | None = None
    confidence: float | None = None
    columns: str | None = None
    order: str | None = None


def read_description(path: str | Path) -> Description:
    """Read a description.

    Args:
        path: A TOML file.

    Raises:
        ValueError: If it cannot be read, or a key or a value is wrong.
    """
    path = Path(path)
    section = Section(path, _values(path), _KEYS)
    root = _root(section, path)
    files = Files(root or path.parent)
    arrays = _arrays(section, files)
    split, sides = _split(section, None if arrays is None else files)
    table = section.text("table", "the path of the table")
    if (table is None) == (arrays is None):
        raise section.error("table", "either a table, or the arrays x and y in its place")
    layout = section["layout"]
    if "layout" in section and not isinstance(layout, str | dict):
        raise section.error("layout", "the name of a layout, or a table [layout]")
    return Description(
        path,
        path.parent / table if table else None,
        replace(arrays, split=sides) if arrays else None,
        root,
        parse_layout(path, layout)
        if isinstance(layout, dict)
        else section.text("layout", "the name of a layout, or a table [layout]"),
        fps=section.number("fps", "a number of frames per second above 0", lambda n: n > 0),
        times=cast(Times, section.choice("times", {n: n for n in ("seconds", "frames")}))
        or "seconds",
        split=split,
        background=_background(section),
        units=section.choice("units", _UNITS),
        up=section.choice("up", _UP),
        confidence=section.number("confidence", "a number from 0 to 1", lambda n: 0 <= n <= 1),
        columns=_columns(section),
        order=section.choice("order", {name: name for name in ("joint", "axis")}),
    )


def _values(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise ValueError(
            f"Expected a description as a TOML file: {error.strerror}. Received: {path}"
        ) from error
    except UnicodeDecodeError as error:
        raise ValueError(
            f"Expected a description in UTF-8. Received: {path}, which has "
            f"{error.object[error.start : error.start + 8]!r} at byte {error.start}"
        ) from error
    except tomllib.TOMLDecodeError as error:
        # What the backslashes of a Windows path in double quotes lead to.
        backslash = "'\\'" in str(error) or "hex value" in str(error)
        hint = " Put a path with \\ in it between single quotes." if backslash else ""
        raise ValueError(f"Expected TOML.{hint} Received: {path}: {error}") from error


def _root(section: Section, path: Path) -> Path | None:
    text = section.text("root", "a folder")
    if text is None:
        return None
    root = path.parent / text
    if not root.is_dir():
        raise section.error("root", "a folder that exists")
    return root


def _arrays(section: Section, files: Files) -> ArrayFiles | None:
    if not any(key in section for key in _ARRAYS):
        return None
    if "groups" in section and "subject" in section:
        raise section.error("groups", "either groups or subject, which mean the same")
    found = {key: _array(section, key, files) for key in _ARRAYS}
    x, y, groups = found.pop("x"), found.pop("y"), found.pop("groups")
    if x is None or y is None:
        raise section.error("x" if x is None else "y", "both x, the clips, and y, their classes")
    return ArrayFiles(x, y, **{**found, "subject": found["subject"] or groups})


def _array(section: Section, key: str, files: Files) -> Path | None:
    text = section.text(key, "the path of a file")
    if text is None:
        return None
    try:
        path, _ = files.find(text)
    except CellError as error:
        raise section.error(key, error.expected, f" {error.received}. {error.advice}") from error
    if not path.is_file():
        raise section.error(key, "the path of a file, not of a folder")
    return path


def _split(section: Section, files: Files | None) -> tuple[SplitRule | None, Path | None]:
    """The rule, or the array that says it all; `files` finds arrays, where there are any."""
    text = section.text("split", "split, subject, camera, session, loso, or kfold:5")
    if text is None:
        return None, None
    if files is not None and text.casefold().endswith((".npy", ".npz")):
        return None, _array(section, "split", files)
    try:
        return parse_split(text), None
    except ValueError as error:
        raise ValueError(f"{section.where('split')}: {error}") from error


def _columns(section: Section) -> str | None:
    if "columns" not in section:
        return None
    expected = (
        "the numbers of a joint in their order, each once: x, y, and z and score where they are "
        'there, as in ["x", "y", "score"]'
    )
    given = section["columns"]
    words = list(given) if isinstance(given, str) else section.names("columns", expected)
    letters = "".join(_COLUMNS.get(word.casefold(), "?") for word in words)
    try:
        return Arrangement(columns=letters).columns
    except ValueError as error:
        raise section.error("columns", expected) from error


def _background(section: Section) -> str | None:
    if section["background"] is True:
        return "background"
    if section["background"] is False:
        return None
    return section.text("background", "true, false, or the name of the class")
