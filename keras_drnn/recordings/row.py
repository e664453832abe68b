"""The rows of a table, each checked on its own."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Literal

from keras_drnn.recordings.faults import CellError, Counts, TableFault
from keras_drnn.recordings.files import Files
from keras_drnn.recordings.near_miss import did_you_mean
from keras_drnn.recordings.number_text import parse_number
from keras_drnn.recordings.origin import Origin
from keras_drnn.recordings.raw_table import undecoded
from keras_drnn.recordings.recording_file import RecordingFile

Side = Literal["train", "validation", "test"]

_SIDES: dict[str, Side] = {
    "train": "train",
    "validation": "validation",
    "val": "validation",
    "test": "test",
}
_TIMES = {"seconds": "a number of seconds from 0", "frames": "a whole number of frames from 0"}
_RATE = "a number of frames per second above 0"
_FILL = "Write it there, or delete the row."


@dataclass(frozen=True, slots=True)
class RecordingRow:
    """A recording, or a part of a longer one.

    Args:
        line: Line of the table where the row begins, from 1; of a Parquet file, the row; of an
            array of all clips, the number of the clip, from 0.
        origin: Where the recording is kept.
        label: Name of the class.
        subject: Who is in it, where known.
        camera: Which camera recorded it, where known.
        session: In which session it was recorded, where known.
        split: The side that the table puts it on, where it does.
        start: Where the part begins, in seconds or frames as the description says; `None` for the
            beginning of the file.
        end: Where it ends, likewise, itself no longer in it; `None` for the end of the file.
        fps: Frames per second, where known.
        background: Whether it is no row of the table, but what lies between the parts of one.
    """

    line: int
    origin: Origin
    label: str
    subject: str | None = None
    camera: str | None = None
    session: str | None = None
    split: Side | None = None
    start: float | None = None
    end: float | None = None
    fps: float | None = None
    background: bool = False

    @property
    def is_part(self) -> bool:
        """Whether it means a part of a recording, and not the whole."""
        return bool(self.start) or self.end is not None


class RowReader:
    """Makes of the cells of a row what they mean.

    Args:
        path: The table, for messages.
        places: Where each column is.
        files: What finds the files.
        times: What `start` and `end` count.
        fps: Frames per second of the rows that do not say it themselves.
        counts: What the numbers of the rows count.
        comma_separates: Whether the comma separates the cells of this table.
    """

    def __init__(
        self,
        path: Path,
        places: dict[str, int],
        files: Files,
        *,
        times: Literal["seconds", "frames"],
        fps: float | None,
        counts: Counts,
        comma_separates: bool,
    ) -> None:
        self._path = path
        self._files = files
        self._times = times
        self._fps = fps
        self._counts: Counts = counts
        self._comma_separates = comma_separates
        # Few labels stand in many rows, and many parts may be of one file.
        parsers = {
            "file": cache(self._file),
            "label": cache(parse_label),
            "split": cache(parse_side),
        }
        for column in ("start", "end", "fps"):
            parsers[column] = partial(self._number, column)
        self._columns = [
            (column, place, parsers.get(column) or cache(parse_name))
            for column, place in places.items()
        ]

    def read(self, line: int, cells: Sequence[str]) -> tuple[RecordingRow, str] | list[TableFault]:
        """Understand a row.

        Args:
            line: Its number.
            cells: Its cells.

        Returns:
            The row, and its file without symbolic links; or all that is wrong with it.
        """
        values, faults = {}, []
        for column, place, parse in self._columns:
            try:
                values[column] = parse(cells[place])
            except CellError as error:
                faults.append(self.fault(line, column, error))
        start, end = values.get("start"), values.get("end")
        if end is not None and end <= (start or 0):
            error = CellError(
                f"an end after the start, which is {start or 0:g}",
                f"{end:g}",
                "Correct one of the two.",
            )
            faults.append(self.fault(line, "end", error))
        file, real = values.pop("file", (None, None))
        if faults:
            return [replace(fault, file=real) for fault in faults]
        if values.get("fps") is None:
            values["fps"] = self._fps
        return RecordingRow(line, RecordingFile(file), **values), real

    def fault(self, line: int, column: str | None, error: CellError) -> TableFault:
        """Why a row is left out.

        Args:
            line: Its number.
            column: The column, or `None` if it is the row as a whole.
            error: What is wrong.
        """
        return TableFault(
            self._path, line, column, error.expected, error.received, error.advice, self._counts
        )

    def _file(self, cell: str) -> tuple[Path, str]:
        if not _decoded(cell):
            raise CellError("the path of a recording", "nothing", _FILL)
        return self._files.find(cell)

    def _number(self, column: str, cell: str) -> float | None:
        text = cell.strip()
        if not text:
            return None
        rate = column == "fps"
        expected = _RATE if rate else _TIMES[self._times]
        value = parse_number(
            text,
            expected,
            whole=not rate and self._times == "frames",
            comma_separates=self._comma_separates,
        )
        if value < 0 or (rate and value == 0):
            raise CellError(expected, f"{text!r:.80}", "Correct it, or leave the cell empty.")
        return value


def parse_label(cell: str) -> str:
    """The name of a class, which has to be there."""
    label = parse_name(cell)
    if label is None:
        raise CellError(
            "the name of a class", "nothing", "Write it there, or leave the recording out."
        )
    return label


def parse_name(cell: str) -> str | None:
    """A name, `None` if there is none."""
    return unicodedata.normalize("NFC", _decoded(cell)) or None


def parse_side(cell: str) -> Side | None:
    """The side of a split, `None` if there is none."""
    text = _decoded(cell)
    if text and text.casefold() not in _SIDES:
        raise CellError(
            "train, validation (or val) or test",
            f"{text!r:.80}",
            f"Write one of these, or leave it empty.{did_you_mean(text, _SIDES)}",
        )
    return _SIDES[text.casefold()] if text else None


def _decoded(cell: str) -> str:
    """The text of a cell, without blanks around it."""
    if raw := undecoded(cell):
        advice = "Save it as text in UTF-8 (in Excel: CSV UTF-8)."
        raise CellError("text in UTF-8", f"{raw!r:.80}", advice)
    return cell.strip()
