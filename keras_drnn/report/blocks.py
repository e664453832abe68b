"""What a section of a report is made of, before it is HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from rich.table import Table as RichTable


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    text: str
    kind = "text"


@dataclass(frozen=True)
class Note:
    """A paragraph that names what is not there, or what its reader has to know."""

    text: str
    kind = "note"


@dataclass(frozen=True)
class Items:
    """A list, with a line above it."""

    lead: str
    items: Sequence[str]
    kind = "items"


@dataclass(frozen=True)
class Code:
    """Something to type."""

    text: str
    kind = "code"


@dataclass(frozen=True)
class Table:
    """A table; its columns are texts but for those that are numbers, which stand to the right.

    Args:
        head: The headings.
        rows: The cells, as texts.
        title: What stands above, if anything.
        caption: What stands below, if anything.
        right: The numbers of the columns that stand to the right.
    """

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    title: str = ""
    caption: str = ""
    right: frozenset[int] = frozenset()
    kind = "table"

    @classmethod
    def of(cls, table: RichTable) -> Table:
        """The table that the terminal shows."""
        heads = [str(column.header) for column in table.columns]
        return cls(
            # In the terminal long words are divided.
            [head.replace("-\n", "").replace("\n", " ") for head in heads],
            list(zip(*(map(str, column.cells) for column in table.columns), strict=True)),
            title=str(table.title or ""),
            caption=str(table.caption or ""),
            right=frozenset(
                number for number, column in enumerate(table.columns) if column.justify == "right"
            ),
        )


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture.

    Args:
        figure: The figure; its title and the line under it become the caption.
        caption: The caption, where the figure has none.
        wide: Whether it needs the whole width of the page, and more than a phone has.
    """

    figure: Figure
    caption: str = ""
    wide: bool = False
    kind = "picture"


@dataclass(frozen=True)
class Html:
    """A piece of HTML."""

    html: str
    kind = "html"


Block = Text | Note | Items | Code | Table | Picture | Html


@dataclass(frozen=True)
class Section:
    """A part of a report.

    Args:
        name: Its name in addresses within the page.
        title: Its heading.
        blocks: What is in it.
    """

    name: str
    title: str
    blocks: Sequence[Block]
