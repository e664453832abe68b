"""Tables of what was reached, in Markdown: of tasks, and of how far back their models look."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from math import isfinite

from benchmarks.long_memory import elsewhere, reach
from benchmarks.long_memory.groups import ERRORS, Group
from benchmarks.long_memory.published import Figure
from benchmarks.long_memory.stepping import cost
from benchmarks.long_memory.table import spread
from benchmarks.long_memory.titles import named

COLUMNS = (
    "steps", "model", "pooling", "adversarial", "test", "published", "parameters", "epochs",
    "seeds", "held out", "training, s", "µs a step", "products a step",
)  # fmt: skip
REACHES = [
    f"{when}, beyond {distance}" for when in ("before", "after") for distance in reach.BEYOND
]


def tables(
    groups: Sequence[Group], figures: Sequence[Figure], steps: dict, reaches: dict | None = None
) -> dict[str, str]:
    """A table for each task, with all its lengths, those of other benchmarks, and the sources.

    Args:
        groups: Of tested runs.
        figures: What others have published.
        steps: What a step costs, of `stepping`.
        reaches: How far back models look, of `reach`, by task and run.

    Returns:
        Markdown by the table's name: a task's is its own, without its steps; that of how far back
        its models look begins with `reach of`.
    """
    found = {}
    for name, of_task in groupby(sorted(groups, key=_best_first), key=_name):
        each = list(of_task)
        rows = [_measured(group, steps) for group in each]
        if {group.recipe.pooling for group in each} == {"last"}:
            rows = [{**row, "pooling": ""} for row in rows]
        rows += [_published(figure) for figure in figures if figure.task == name]
        found[name] = markdown(COLUMNS, rows)
        rows = [row for group in each for row in _reaching(group, reaches or {})]
        if rows:
            columns = ("steps", "model", "parameters", "epochs", "seeds", *REACHES)
            found[f"reach of {name}"] = markdown(columns, rows)
    used = [figure for figure in figures if figure.task in found]
    if used:
        found["sources"] = "\n".join(_sources(used))
    return {**found, "poses": markdown(elsewhere.COLUMNS, elsewhere.rows())}


def markdown(every: Iterable[str], rows: Sequence[dict[str, str]]) -> str:
    """A table, without columns that say nothing."""
    columns = [name for name in every if any(row.get(name) for row in rows)]
    lines = ["| " + " | ".join(columns) + " |", "|---" * len(columns) + "|"]
    lines += ["| " + " | ".join(row.get(name, "") for name in columns) + " |" for row in rows]
    return "\n".join(lines)


def _name(group: Group) -> str:
    return named(group.task)[0]


def _steps(group: Group) -> str:
    steps = named(group.task)[1]
    return f"{steps:,}" if steps else ""


def _measured(group: Group, steps: dict) -> dict[str, str]:
    used = group.processor_seconds
    microseconds = cost(group, steps)
    return {
        "steps": _steps(group),
        "model": f"`{group.model}`",
        "pooling": group.recipe.pooling,
        "adversarial": f"{group.recipe.adversarial:g}" if group.recipe.adversarial else "",
        "test": spread(group.tested, group.measure),
        "parameters": f"{group.parameters:,}",
        "epochs": str(group.recipe.epochs),
        "seeds": str(len(group.tested)),
        "held out": spread(group.held_out, group.measure),
        "training, s": "" if used is None else f"{used:,.0f}" if used >= 10 else f"{used:.1f}",
        "µs a step": "" if microseconds is None else f"{microseconds:.1f}",
        "products a step": f"{group.first['multiply_adds']:,}",
    }


def _reaching(group: Group, known: dict) -> Iterator[dict[str, str]]:
    """Shares of the influence on the last answer, the mean over the seeds that were measured, but
    for those whose answer nothing moves any more, which are counted."""
    measured = reach.of_group(group, known.get(group.task, {}))
    found = [each for each in measured if each["before"] and each["after"]]
    if not found:
        return
    shares = {
        f"{when}, beyond {distance}": [each[when]["beyond"][str(distance)] for each in found]
        for when in ("before", "after")
        for distance in reach.BEYOND
        if str(distance) in found[0][when]["beyond"]
    }
    lost = len(measured) - len(found)
    yield {
        "steps": _steps(group),
        "model": f"`{group.model}`",
        "parameters": f"{group.parameters:,}",
        "epochs": str(group.recipe.epochs),
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
    found = (f"- {each.model}: {each.paper}; {each.source}" for each in figures)
    return list(dict.fromkeys(found))


def _best_first(group: Group) -> tuple:
    found = [each for each in group.tested if isfinite(each)]
    mean = sum(found) / len(found) if found else 0.0
    lost = len(group.tested) - len(found)
    return *named(group.task), group.budget, lost, mean if group.measure in ERRORS else -mean
