"""Tables and pictures of the pages on long memory, from the files of runs.

    python -m benchmarks.long_memory.report

writes each table into `docs/long_memory_results.md`, between the two comments that say where it
stands, and the pictures beside it.
"""

import argparse
import re
from pathlib import Path

from benchmarks.long_memory import reach
from benchmarks.long_memory.groups import best, read_groups, shown
from benchmarks.long_memory.pictures import draw
from benchmarks.long_memory.published import read_figures
from benchmarks.long_memory.result_tables import tables
from benchmarks.long_memory.results import RESULTS, read
from benchmarks.long_memory.stepping import NAME

PAGE = Path(__file__).parents[2] / "docs" / "long_memory_results.md"
BEGIN, END = "<!-- table: {} -->", "<!-- end of table -->"
_PLACE = re.compile(f"{BEGIN.format('([^>]+)')}(?:(?!<!-- table).)*?{END}", re.DOTALL)


def write(page: Path, found: dict[str, str]) -> None:
    """Put tables into their places on a page.

    Raises:
        ValueError: If a table has no place, or a place no table, or no end.
    """
    text = page.read_text("utf-8")
    places = _PLACE.findall(text)
    if sorted(places) != sorted(found) or text.count(END) != len(places):
        raise ValueError(
            f"Expected a place for each table on {page}, from {BEGIN.format('NAME')} to {END}. "
            f"Received: tables {sorted(found)}, places {sorted(places)}, {text.count(END)} ends"
        )

    def filled(place: re.Match) -> str:
        return f"{BEGIN.format(place[1])}\n\n{found[place[1]]}\n\n{END}"

    page.write_text(_PLACE.sub(filled, text), "utf-8")


def measured(results: Path) -> tuple[dict, dict]:
    """What steps in a stream cost, and how far back models look, as far as it was measured."""
    steps = read(results / NAME) or {"steps": {}}
    reaches = read(results / reach.NAME) or {"runs": {}}
    return steps["steps"], reaches["runs"]


def main() -> None:
    """Write tables and pictures."""
    parser = argparse.ArgumentParser(description="Tables and pictures of the pages on long memory.")
    parser.add_argument("--page", type=Path, default=PAGE)
    parser.add_argument("--results", type=Path, default=RESULTS)
    given = parser.parse_args()
    groups, figures = shown(read_groups(given.results)), read_figures()
    write(given.page, tables(groups, figures, *measured(given.results)))
    for axis in ("parameters", "training"):
        draw(best(groups), figures, axis, given.page.with_name(f"long_memory_{axis}.png"))


if __name__ == "__main__":
    main()
