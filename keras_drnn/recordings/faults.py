"""What is wrong with a cell or a row of a table."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal


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
        path: The table.
        line: Line of the text file where the row begins, as an editor counts them, from 1; of a
            Parquet file, the row.
        column: The column, or `None` if the row as a whole is at fault.
        expected: What was expected.
        received: What is there.
        advice: What to do about it.
        counts: What `line` counts.

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
    counts: Literal["line", "row"] = "line"

    def __str__(self) -> str:
        column = f", column {self.column}" if self.column else ""
        return (
            f"{self.path}, {self.counts} {self.line}{column}: expected {self.expected}, "
            f"received {self.received}. {self.advice}"
        )
