"""Tables as text: commas, semicolons or tabs between the cells.

A first line such as `sep=;`, which Excel understands, says which of them it is.

Read by Python's own `csv`. The readers of pandas and PyArrow are faster, but do not say in which
line a row begins, and stop at a row with a wrong number of cells or leave it out unsaid.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

from keras_drnn.recordings.raw_table import RawTable, undecoded
from keras_drnn.recordings.table_columns import count_columns

_SEPARATORS = ",;\t"
_SAID = re.compile(rf'"?sep=([{_SEPARATORS}])"?[{_SEPARATORS}]*\s*', re.IGNORECASE)


def read_text_table(path: Path, data: bytes) -> RawTable:
    """Read a table that is a text.

    Args:
        path: The file, for messages.
        data: What is in it.

    Raises:
        ValueError: If it is no text, or nothing is in it.
    """
    lines = list(io.StringIO(_decoded(path, data), newline=""))
    said = _SAID.fullmatch(lines[0]) if lines else None
    if said:
        lines[0] = "\n"  # blank, so that the lines after it keep their numbers
    separator = said[1] if said else max(_SEPARATORS, key=lambda each: _fit(lines, each))
    records = _records(lines, separator)
    line, header = next(records, (0, []))
    if not header:
        raise ValueError(
            "Expected a table with the columns file and label, and a row for each recording. "
            f"Received: {path}, which is empty"
        )
    if isinstance(header, str):
        raise ValueError(
            f"Expected the names of the columns in line {line}. Received: {path}, with {header}"
        )
    if any("\0" in name or undecoded(name) for name in header):
        raise _no_text(path, data)
    return RawTable(tuple(header), records, separator)


def _decoded(path: Path, data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise _no_text(path, data) from error
    return data.decode("utf-8-sig", errors="surrogateescape")


def _no_text(path: Path, data: bytes) -> ValueError:
    return ValueError(
        f"Expected a table as text in UTF-8, or as Parquet. Received: {path}, which begins with "
        f"{data[:24]!r}. Save it as one of these (in Excel: CSV UTF-8)"
    )


def _fit(lines: list[str], separator: str) -> tuple[int, int]:
    """How good a header the first row makes with a separator: columns known, and in all."""
    _, header = next(_records(lines, separator), (0, []))
    # With another separator, the quote that is the problem is a letter like any other.
    return (0, len(lines[0])) if isinstance(header, str) else (count_columns(header), len(header))


def _records(lines: list[str], separator: str) -> Iterator[tuple[int, list[str] | str]]:
    """The rows that are not blank, the header the first of them.

    A row that a stray quote joins with those after it is given up at its first line, and reading
    goes on at the next one.
    """
    position = 0
    beyond = False  # whether a row went on after the last line

    def following() -> Iterator[str]:
        nonlocal position, beyond
        while position < len(lines):
            position += 1
            yield lines[position - 1]
        beyond = True

    def reader():
        return csv.reader(following(), delimiter=separator, skipinitialspace=True)

    width, rows = 0, reader()
    while position < len(lines):
        first = position
        try:
            cells = next(rows)
        except csv.Error as error:
            cells, problem = [], f"what csv cannot read: {error}"
        else:
            if not any(map(str.strip, cells)) and not beyond:
                continue
            width = width or len(cells)
            problem = f"{len(cells)} cells" if len(cells) != width else ""
            if position > first + 1 and problem:
                problem += f" in the lines {first + 1} to {position}"
            if beyond:
                problem = "a quote that is never closed"
        if problem:
            position, beyond, rows = first + 1, False, reader()
        yield first + 1, problem or cells
