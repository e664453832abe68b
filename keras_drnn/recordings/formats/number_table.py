"""Text files of numbers, in lines and columns."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from keras_drnn.recordings.formats.source import Source

if TYPE_CHECKING:
    import pandas as pd

_COMMENT = "#"
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+(e[-+]?\d+)?", re.IGNORECASE)
_MISSING = ("", "na", "nan", "none", "null", "n/a", "-nan")


@dataclass(frozen=True, eq=False)
class NumberTable:
    """The columns of a text file.

    Args:
        source: The file.
        header: The names of the columns, or `None` if the first line is of numbers.
        cells: The columns, by their number.
        lines: The line that each row stands in, counted from 1.
    """

    source: Source
    header: tuple[str, ...] | None
    cells: "pd.DataFrame"
    lines: Sequence[int]

    def numbers(self, columns: Sequence[int]) -> np.ndarray:
        """Some of the columns, as float64 `(rows, columns)`; empty cells are NaN.

        Raises:
            RecordingError: If a cell is not a number.
        """
        cells = self.cells[list(columns)].to_numpy()
        if cells.dtype.kind in "iuf":
            return cells.astype(np.float64)
        return np.stack([self._column(column) for column in columns], axis=-1)

    def name(self, column: int) -> str:
        """What to call a column in messages."""
        return repr(self.header[column]) if self.header else str(column + 1)

    def is_numeric(self, column: int) -> bool:
        """Whether every cell of a column is a number or empty."""
        return self.cells[column].dtype.kind in "iuf"

    def _column(self, column: int) -> np.ndarray:
        import pandas as pd

        cells = self.cells[column]
        if self.is_numeric(column):
            return np.asarray(cells, np.float64)
        numbers = pd.to_numeric(cells.astype("object"), errors="coerce")
        wrong = np.flatnonzero(numbers.isna() & cells.notna())
        if wrong.size or cells.dtype.kind == "b":
            row = wrong[0] if wrong.size else 0
            raise self.source.error(
                f"expected a number in column {self.name(column)}, received "
                f"{str(cells.iloc[row])!r:.60}",
                "not a number",
                line=self.lines[row],
            )
        return np.asarray(numbers, np.float64)


def read_table(source: Source) -> NumberTable:
    """Read a text file of numbers, with a line of names above them or without.

    Separated by commas, semicolons, tabs or blanks; with decimal commas where nothing else can be
    meant. Empty lines and lines that begin with `#` are passed over.

    Raises:
        RecordingError: If it has no numbers, or lines of different lengths.
    """
    import pandas as pd

    text = source.text.split("\n")
    lines = [
        number
        for number, line in enumerate(text, start=1)
        if line.strip() and not line.lstrip().startswith(_COMMENT)
    ]
    if not lines:
        raise source.error("expected lines of numbers, received none", "no frames", line=1)
    first = text[lines[0] - 1]
    separator, decimal = _punctuation(first, text[lines[min(1, len(lines) - 1)] - 1])
    names = [name.strip().strip("\"'") for name in _split(first, separator)]
    has_header = not all(_is_number(name, decimal) for name in names)
    if has_header:
        lines = lines[1:]
        if not lines:
            raise source.error("expected lines below the names, received none", "no frames", line=1)
    kept = [text[number - 1] for number in lines]
    try:
        cells = pd.read_csv(
            io.StringIO("\n".join(kept)),
            sep=separator,
            decimal=decimal,
            header=None,
            skipinitialspace=True,
            na_values=_MISSING,
            low_memory=False,
        )
    except pd.errors.ParserError as error:
        raise _uneven(source, kept, lines, separator, len(names)) or source.error(
            f"expected lines of numbers: {error}", "structure"
        ) from error
    # pandas fills up a line that is too short.
    if cells.shape[1] != len(names) or cells.iloc[:, -1].isna().any():
        fault = _uneven(source, kept, lines, separator, len(names))
        if fault:
            raise fault
    return NumberTable(source, tuple(names) if has_header else None, cells, lines)


def _punctuation(first: str, second: str) -> tuple[str, str]:
    """The separator and the decimal point, by the first two lines."""
    for separator in (";", "\t"):
        if separator in first:
            return separator, "," if "," in second and "." not in second else "."
    words = second.split()
    if words and all(_DECIMAL_COMMA.fullmatch(word) for word in words) and len(words) > 1:
        return r"\s+", ","
    return (",", ".") if "," in first else (r"\s+", ".")


def _split(line: str, separator: str) -> list[str]:
    return line.split() if separator == r"\s+" else line.split(separator)


def _is_number(word: str, decimal: str) -> bool:
    try:
        float(word.replace(decimal, "."))
    except ValueError:
        return word.lower() in _MISSING
    return True


def _uneven(
    source: Source, kept: list[str], lines: list[int], separator: str, width: int
) -> ValueError | None:
    for line, number in zip(kept, lines, strict=True):
        found = len(_split(line, separator))
        if found != width:
            return source.error(
                f"expected {width} numbers, as in the first line, received {found}",
                "truncated" if number == lines[-1] and found < width else "column count",
                line=number,
            )
    return None
