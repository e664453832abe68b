"""Arrays of all clips in place of a table: what would be the columns of one, an array each."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from keras_drnn.recordings.array_file import open_array
from keras_drnn.recordings.clip_array import ArrayClip, ClipArray
from keras_drnn.recordings.description import Description
from keras_drnn.recordings.faults import CellError, TableFault
from keras_drnn.recordings.formats.source import Source
from keras_drnn.recordings.recording_table import RecordingTable, spread
from keras_drnn.recordings.row import RecordingRow, parse_label, parse_name, parse_side
from keras_drnn.recordings.table_warnings import label_warnings

# By the fact of a clip: what the array is called in a description and in a .npz, and what reads it.
_FACTS: dict[str, tuple[Sequence[str], Callable[[str], Any]]] = {
    "label": (("y",), parse_label),
    "subject": (("subject", "groups"), parse_name),
    "camera": (("camera",), parse_name),
    "session": (("session",), parse_name),
    "split": (("split",), parse_side),
}
_FACT = "a name or a whole number"


def read_array_table(description: Description) -> RecordingTable:
    """Read what arrays say of the clips, but not the clips.

    A clip that cannot be used is left out and named, with its number, as NumPy counts them.

    Args:
        description: A description with arrays.

    Raises:
        ValueError: If an array cannot be read, or does not fit the clips.
    """
    path, files = description.path, description.arrays
    assert path is not None and files is not None
    array = ClipArray(files.x)
    clips, frames = array.values.shape[:2]
    read: dict[str, Sequence[Any]] = {}
    for fact, (names, parse) in _FACTS.items():
        file = files.y if fact == "label" else getattr(files, fact)
        if file is not None:
            read[fact] = _facts(file, names, clips, parse)
    if files.lengths is not None:
        read["length"] = _facts(files.lengths, ("lengths",), clips, lambda n: _length(n, frames))
    rows: list[RecordingRow] = []
    faults: list[TableFault] = []
    for number, values in enumerate(zip(*read.values(), strict=True)):
        facts = dict(zip(read, values, strict=True))
        wrong = {fact: value for fact, value in facts.items() if isinstance(value, CellError)}
        faults += [_fault(files.x, number, fact, error) for fact, error in wrong.items()]
        if not wrong:
            clip = ArrayClip(array, number, facts.pop("length", None))
            rows.append(RecordingRow(number, clip, **facts, fps=description.fps))
    warnings = label_warnings(path, (row.label for row in rows))
    if files.lengths is None:
        warnings += _padding(path, [ArrayClip(array, n) for n in spread(clips)])
    return RecordingTable(
        path,
        tuple(rows),
        tuple(faults),
        ("x", *(_name(fact) for fact in read)),
        (),
        tuple(warnings),
        description,
        "clip",
        array,
    )


def _facts(path: Path, names: Sequence[str], clips: int, parse: Callable[[str], Any]) -> list[Any]:
    """What an array says of each clip; a `CellError` where it says nothing that can be used."""
    values = open_array(path, names)
    error = Source(path).error
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.shape != (clips,):
        hint = ""
        if values.ndim == 2 and values.shape[0] == clips and names == ("y",):
            hint = ". If a column is a class, save y.argmax(axis=1)"
        raise error(
            f"expected one value for each of the {clips} clips of x, an array of shape ({clips},), "
            f"received shape {values.shape}{hint}",
            "shape",
        )
    if values.dtype.kind not in "iufUS":
        raise error(f"expected whole numbers or text, received type {values.dtype}", "type")
    different, places = np.unique(values, return_inverse=True)
    parsed = [_parsed(value, parse) for value in different]
    return [parsed[place] for place in places]


def _parsed(value: Any, parse: Callable[[str], Any]) -> Any:
    try:
        return parse(_text(value))
    except CellError as error:
        return error


def _text(value: Any) -> str:
    """A value as the text that would stand in a table."""
    if isinstance(value, bytes):
        # Bytes that are no UTF-8 are told by what reads the text.
        return value.decode("utf-8", "surrogateescape")
    if not isinstance(value, np.floating):
        return str(value)
    if np.isnan(value):
        return ""
    if not np.isfinite(value) or value != np.round(value):
        raise CellError(_FACT, str(value), "Correct it.")
    return str(int(value))


def _length(text: str, frames: int) -> int:
    if not (text.isdecimal() and text.isascii() and 1 <= int(text) <= frames):
        expected = f"a number of frames from 1 to {frames}"
        raise CellError(expected, text or "nothing", "Correct it, or leave the clip out.")
    return int(text)


def _name(fact: str) -> str:
    """What a description calls a fact."""
    return {"label": "y", "length": "lengths"}.get(fact, fact)


def _fault(path: Path, number: int, fact: str, error: CellError) -> TableFault:
    return TableFault(
        path, number, _name(fact), error.expected, error.received, error.advice, "clip"
    )


def _padding(path: Path, clips: Sequence[ArrayClip]) -> list[str]:
    """What is said of padding that was found."""
    padded = [clip for clip in clips if len(clip.frames) < clip.array.values.shape[1]]
    if not padded:
        return []
    return [
        f"{path}: frames at the end of a clip that are all NaN, or all zero, are taken to be "
        f"padding, as those of {padded[0].name} behind the first {len(padded[0].frames)}. Name "
        "`lengths` if they are not."
    ]
