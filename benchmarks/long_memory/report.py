"""Tables and pictures of the page on long memory, from the files of runs.

    python -m benchmarks.long_memory.report

writes them into `docs/long_memory.md`, between two comments, and beside it.
"""

import argparse
from collections.abc import Iterable, Iterator, Sequence
from math import isfinite
from pathlib import Path

from benchmarks.long_memory import elsewhere, reach
from benchmarks.long_memory.groups import ERRORS, Group, longest, read_groups, shown
from benchmarks.long_memory.pictures import draw
from benchmarks.long_memory.published import Figure, read_figures
from benchmarks.long_memory.results import RESULTS, read
from benchmarks.long_memory.stepping import NAME, cost
from benchmarks.long_memory.table import spread
from benchmarks.long_memory.titles import place, title

PAGE = Path(__file__).parents[2] / "docs" / "long_memory.md"
BEGIN, END = "<!-- results: written by benchmarks.long_memory.report -->", "<!-- end of results -->"
COLUMNS = (
    "model", "test", "published", "parameters", "epochs", "seeds", "held out", "training, s",
    "µs a step", "products a step",
)  # fmt: skip
REACHES = [
    f"{when}, beyond {distance}" for when in ("before", "after") for distance in reach.BEYOND
]


def tables(
    groups: Sequence[Group], figures: Sequence[Figure], steps: dict, reaches: dict | None = None
) -> str:
    """A heading and a table for each task, those of other benchmarks, and the sources.

    Args:
        groups: Of tested runs.
        figures: What others have published.
        steps: What a step costs, of `stepping`.
        reaches: How far back models look, of `reach`, by task and run.
    """
    names = sorted({group.task for group in groups}, key=place)
    lines = []
    for task in names:
        of_task = sorted((group for group in groups if group.task == task), key=_best_first)
        rows = [_measured(group, steps) for group in of_task]
        rows += [_published(figure) for figure in figures if figure.task == task]
        lines += [f"### {title(task)}", "", *markdown(COLUMNS, rows), ""]
        rows = [*_reaching(of_task, (reaches or {}).get(task, {}))]
        if rows:
            lines += [f"#### How far back the last answer looks: {task}", ""]
            lines += [*markdown(("model", "parameters", "epochs", "seeds", *REACHES), rows), ""]
    lines += ["### Poses, from this repository's other benchmarks", ""]
    lines += [*markdown(elsewhere.COLUMNS, elsewhere.rows()), ""]
    used = [figure for figure in figures if figure.task in names]
    if used:
        lines += ["Published figures were looked up here:", "", *_sources(used), ""]
    return "\n".join(lines)


def markdown(every: Iterable[str], rows: Sequence[dict[str, str]]) -> list[str]:
    """Lines of a table, without columns that say nothing."""
    columns = [name for name in every if any(row.get(name) for row in rows)]
    lines = ["| " + " | ".join(columns) + " |", "|---" * len(columns) + "|"]
    return lines + ["| " + " | ".join(row.get(name, "") for name in columns) + " |" for row in rows]


def _measured(group: Group, steps: dict) -> dict[str, str]:
    used = group.processor_seconds
    microseconds = cost(group, steps)
    return {
        "model": f"`{group.model}`",
        "test": spread(group.tested, group.measure),
        "parameters": f"{group.parameters:,}",
        "epochs": str(group.epochs),
        "seeds": str(len(group.tested)),
        "held out": spread(group.held_out, group.measure),
        "training, s": "" if used is None else f"{used:,.0f}" if used >= 10 else f"{used:.1f}",
        "µs a step": "" if microseconds is None else f"{microseconds:.1f}",
        "products a step": f"{group.first['multiply_adds']:,}",
    }


def _reaching(groups: Sequence[Group], known: dict) -> Iterator[dict[str, str]]:
    """Shares of the influence on the last answer, the mean over the seeds that were measured, but
    for those whose answer nothing moves any more, which are counted."""
    for group in groups:
        measured = reach.of_group(group, known)
        found = [each for each in measured if each["before"] and each["after"]]
        if not found:
            continue
        shares = {
            f"{when}, beyond {distance}": [each[when]["beyond"][str(distance)] for each in found]
            for when in ("before", "after")
            for distance in reach.BEYOND
            if str(distance) in found[0][when]["beyond"]
        }
        lost = len(measured) - len(found)
        yield {
            "model": f"`{group.model}`",
            "parameters": f"{group.parameters:,}",
            "epochs": str(group.epochs),
            "seeds": str(len(found)) + (f", of {lost} more nothing is left" if lost else ""),
            **{name: _share(sum(each) / len(each)) for name, each in shares.items()},
        }


def _share(value: float) -> str:
    if value < 0.001:
        return "< 0.1 %"
    return f"{100 * value:.0f} %" if value >= 0.01 else f"{100 * value:.1f} %"


def _published(figure: Figure) -> dict[str, str]:
    return {
        "model": figure.model,
        "published": f"{figure.accuracy:.2f} %",
        "parameters": f"{figure.parameters:,}" if figure.parameters else "",
    }


def _sources(figures: Sequence[Figure]) -> list[str]:
    found = {figure.model: f"{figure.paper}; {figure.source}" for figure in figures}
    return [f"- {model}: {where}" for model, where in found.items()]


def _best_first(group: Group) -> tuple:
    mean = sum(group.tested) / len(group.tested)
    diverged = not isfinite(mean)
    return group.budget, diverged, 0 if diverged else mean if group.measure in ERRORS else -mean


def write(page: Path, text: str) -> None:
    """Put text between the two comments of a page.

    Raises:
        ValueError: If the page lacks them.
    """
    before, begin, rest = page.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"Expected the lines {BEGIN} and {END} in {page}. Received: none")
    page.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}", "utf-8")


def main() -> None:
    """Write tables and pictures."""
    parser = argparse.ArgumentParser(description="Tables and pictures of the page on long memory.")
    parser.add_argument("--page", type=Path, default=PAGE)
    parser.add_argument("--results", type=Path, default=RESULTS)
    given = parser.parse_args()
    groups, figures = shown(read_groups(given.results)), read_figures()
    steps = (read(given.results / NAME) or {"steps": {}})["steps"]
    reaches = (read(given.results / reach.NAME) or {"runs": {}})["runs"]
    write(given.page, tables(groups, figures, steps, reaches))
    for axis in ("parameters", "training"):
        draw(longest(groups), figures, axis, given.page.with_name(f"long_memory_{axis}.png"))


if __name__ == "__main__":
    main()
