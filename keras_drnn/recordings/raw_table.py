"""A table before anything in it has been understood: texts, and where each row begins."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

_ESCAPED = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True)
class RawTable:
    """The cells of a table.

    Args:
        header: The names of the columns, as they are written.
        rows: For each row that is not blank the line where it begins and its cells, as many as
            there are columns; in place of the cells a text that says why there are none.
        separator: What separates the cells in the file, nothing for Parquet.
        counts: What the numbers of the rows count.
    """

    header: tuple[str, ...]
    rows: Iterable[tuple[int, list[str] | str]]
    separator: str = ""
    counts: Literal["line", "row"] = "line"


def undecoded(text: str) -> bytes:
    """What is in a cell that is no UTF-8; nothing if all of it is.

    Args:
        text: The cell, decoded with the error handler `surrogateescape`, which lets such bytes
            through for the sake of the other rows.
    """
    if text.isascii() or not _ESCAPED.search(text):
        return b""
    return text.encode("utf-8", errors="surrogateescape")
