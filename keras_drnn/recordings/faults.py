"""What is wrong with a cell or a row of a table."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Counts = Literal["line", "row", "clip"]
_NUMBERED = {"line": "{}, line {}", "row": "{}, row {}", "clip": "{}[{}]"}


def numbered(name: object, number: int, counts: Counts) -> str:
    """A row of a table, or a clip of an array, for messages.

    Args:
        name: The table or the array.
        number: The number of the row, or of the clip.
        counts: What the number counts.

    Example:

    >>> numbered("clips.csv", 7, "line"), numbered("X.npy", 6, "clip")
    ('clips.csv, line 7', 'X.npy[6]')
    """
    return _NUMBERED[counts].format(name, number)


class CellError(ValueError):
    """A text in a table that cannot be used.

    Args:
        expected: What was expected.
        received: What is there.
        advice: What to do about it.
    """

    def __init__(self, expected: str, received: str, advice: str) -> None:
        super().__init__(expected, received, advice)
        self.expected = expected
        self.received = received
        self.advice = advice


@dataclass(frozen=True)
class TableFault:
    """Why a row of a table is left out.

    Args:
        path: The table, or the array of all clips.
        line: Line of the text file where the row begins, as an editor counts them, from 1; of a
            Parquet file, the row; of an array, the clip, from 0.
        column: The column, or the array, or `None` if the row as a whole is at fault.
        expected: What was expected.
        received: What is there.
        advice: What to do about it.
        counts: What `line` counts.
        file: The file that the row names, without symbolic links, where that is known and the row
            says nothing that another one says as well.

    Example:

    >>> fault = TableFault(Path("a.csv"), 3, "fps", "a number above 0", "'0'", "Correct it.")
    >>> str(fault)
    "a.csv, line 3, column fps: expected a number above 0, received '0'. Correct it."
    """

    path: Path
    line: int
    column: str | None
    expected: str
    received: str
    advice: str
    counts: Counts = "line"
    file: str | None = field(default=None, compare=False)

    @property
    def kind(self) -> str:
        """What is at fault, in a word or two: what a summary groups by."""
        if self.column is None:
            return "row"
        return f"{'array' if self.counts == 'clip' else 'column'} {self.column}"

    @property
    def reason(self) -> str:
        """What was expected, what is there and what to do."""
        return f"expected {self.expected}, received {self.received}. {self.advice}"

    def where(self, name: object) -> str:
        """The row, for messages.

        Args:
            name: What to call the table.
        """
        return numbered(name, self.line, self.counts)

    def __str__(self) -> str:
        column = f", {self.kind}" if self.column else ""
        return f"{self.where(self.path)}{column}: {self.reason}"
