"""What a table of recordings, or what stands in its place, says."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from keras_drnn.recordings.arrangement import Arrangement
from keras_drnn.recordings.clip_array import ArrayClip, ClipArray, settle
from keras_drnn.recordings.description import Description
from keras_drnn.recordings.faults import Counts, TableFault, numbered
from keras_drnn.recordings.row import RecordingRow

# Enough of them to find out what is the same in all.
_LOOKED_AT = 16


def spread(count: int) -> Sequence[int]:
    """Some numbers, spread over those below `count`.

    Example:

    >>> spread(3), len(spread(9999))
    ([0, 1, 2], 16)
    """
    return np.unique(np.linspace(0, count - 1, min(_LOOKED_AT, count)).astype(int)).tolist()


@dataclass(frozen=True)
class RecordingTable:
    """The recordings of a table, or of arrays of all clips.

    Args:
        path: The table; of arrays, the description that names them.
        rows: What is to be read, in order.
        faults: Why the others are left out, each with its line.
        columns: The columns that are understood; the arrays that are named.
        other_columns: Names of the other columns, as they are written.
        warnings: What is odd though no row is wrong: columns with a name like one that is
            understood, parts that overlap, classes that differ in capitals.
        description: What the description says; one that says nothing if there is none.
        counts: What the numbers of the rows count.
        array: The array that the clips are in, if they are in one.
    """

    path: Path
    rows: tuple[RecordingRow, ...]
    faults: tuple[TableFault, ...]
    columns: tuple[str, ...]
    other_columns: tuple[str, ...]
    warnings: tuple[str, ...]
    description: Description
    counts: Counts = "line"
    array: ClipArray | None = None

    @property
    def unit(self) -> str:
        """What a clip is read from, in a word."""
        return "row" if self.array is None else "clip"

    @property
    def column(self) -> str:
        """What says something of all rows, in a word."""
        return "column" if self.array is None else "array"

    @property
    def a_column(self) -> str:
        """The same with its article."""
        return f"{'a' if self.array is None else 'an'} {self.column}"

    @property
    def sample(self) -> Sequence[RecordingRow]:
        """Some rows, spread over all."""
        return [self.rows[i] for i in spread(len(self.rows))]

    def name(self, row: RecordingRow) -> str:
        """The name of a row, no name twice."""
        if self.array is not None:
            return row.origin.name
        where = numbered(self.path.name, row.line, self.counts)
        if row.background:
            return f"{where}: {row.origin.name}, background from {row.start:.10g} to {row.end:.10g}"
        return f"{where}: {row.origin.name}"

    def settle(self, arrangement: Arrangement) -> Arrangement:
        """How the numbers of the recordings are arranged, as far as that is the same in all.

        Args:
            arrangement: What is said of it.

        Raises:
            RecordingError: If it has to be said.
        """
        clips = [row.origin for row in self.sample if isinstance(row.origin, ArrayClip)]
        return settle(clips, arrangement) if clips else arrangement
