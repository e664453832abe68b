"""The recordings of a table, as a source of clips."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from keras_drnn.data_sets.tables.row_clip import SIDES, Reading, clip_of_row
from keras_drnn.recordings.recording_table import RecordingTable
from keras_drnn.recordings.row import RecordingRow
from keras_drnn.skeletons.errors import SkeletonFileError
from keras_drnn.skeletons.layouts import JointLayout
from keras_drnn.skeletons.listing import Listing
from keras_drnn.skeletons.source import Outcome
from keras_drnn.skeletons.summary import Fault

VERSION = 5  # raised whenever the same row would give another clip; makes old stores rebuild
# The attribute of a clip that has the number of a column's text.
COLUMNS = {"label": "action", "subject": "subject", "camera": "camera", "session": "setup"}


@dataclass(frozen=True, eq=False)
class TableClips:
    """The rows of a table, a clip each.

    Args:
        table: The table.
        reading: How its recordings are read.
        numbers: The numbers of labels, subjects, cameras and sessions, by column.
    """

    table: RecordingTable
    reading: Reading
    numbers: Mapping[str, Mapping[str, int]]

    @property
    def kind(self) -> str:
        """What the entries are."""
        return "table"

    @property
    def pattern(self) -> str:
        """The table, for messages."""
        return self.table.path.name

    @property
    def texts(self) -> Mapping[str, Mapping[int, str]]:
        """The texts of the table that numbers stand for."""
        texts = {
            COLUMNS[column]: {number: text for text, number in numbered.items()}
            for column, numbered in self.numbers.items()
        }
        return texts | {"part": {number: text for text, number in SIDES.items()}}

    @property
    def description(self) -> dict[str, Any]:
        """How other recordings are read like these, as JSON."""
        return self.reading.as_json()

    @property
    def layout(self) -> JointLayout | None:
        """What the joints are; `None` for channels."""
        return self.reading.layout

    @property
    def joint_names(self) -> tuple[str, ...]:
        """The names of the joints, or of the channels."""
        if self.layout is not None:
            return self.layout.joint_names
        return tuple(f"channel {number}" for number in range(1, self.shape[1] + 1))

    @property
    def shape(self) -> tuple[int, int, int]:
        """Bodies, joints and axes of a frame."""
        return self.reading.shape

    @property
    def listing(self) -> Listing:
        """The table, and what is odd in it."""
        return Listing(
            self.table.path,
            (),
            warnings=self.table.warnings,
            unit=self.table.unit,
        )

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The rows that cannot be used."""
        return tuple(
            Fault(fault.where(fault.path.name), None, fault.kind, fault.reason)
            for fault in self.table.faults
        )

    @property
    def entries(self) -> tuple[str, ...]:
        """The names of the rows: line and file."""
        return tuple(map(self.table.name, self.table.rows))

    @property
    def choice(self) -> list:
        """How the recordings are read."""
        return [repr(self.reading)]

    @property
    def state(self) -> dict:
        """The rows, and sizes and times of change of their files."""
        rows = [(repr(row), *row.origin.state) for row in self.table.rows]
        return {"version": VERSION, "rows": rows, "numbers": repr(self.numbers)}

    def task(self, number: int) -> Callable[[], Outcome]:
        """What reads a row."""
        row = self.table.rows[number]
        return partial(_read, row, self.reading, self.numbers, self.clip_name(row))

    def clip_name(self, row: RecordingRow) -> str:
        """The name of the clip of a row, no name twice."""
        name = f"{row.line:06d} {row.origin.stem}"
        return f"{name}, {row.start:.10g} to {row.end:.10g}" if row.background else name


def _read(
    row: RecordingRow, reading: Reading, numbers: Mapping[str, Mapping[str, int]], name: str
) -> Outcome:
    try:
        return clip_of_row(row, reading, numbers, name)
    except SkeletonFileError as error:
        return Outcome(error=error)
