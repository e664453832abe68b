"""What was found so far, as a table in Markdown.

    python -m benchmarks.long_memory.table
    python -m benchmarks.long_memory.table --task psmnist --all

The settings of each model that do best on what is held out; with `--all` every one that was tried.
"""

import argparse
import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from benchmarks.long_memory.groups import SHARES, Group, read_groups
from benchmarks.long_memory.results import RESULTS

COLUMNS = (
    "task",
    "model",
    "parameters",
    "products a step",
    "epochs",
    "seeds",
    "held out",
    "test",
    "processor, s an epoch",
    "differs from the defaults in",
)


def rows(groups: Iterable[Group], every: bool) -> list[dict]:
    """A row for each settings of a model: means over seeds, best first within a task.

    Args:
        groups: Sorted.
        every: Whether all settings are shown, or the best alone of each model, budget, length,
            pooling and of adversarial training or none.
    """
    best: dict[tuple, Group] = {}
    for number, group in enumerate(groups):
        best.setdefault((*group.place, number) if every else group.place, group)
    return [_row(group) for group in best.values()]


def _row(group: Group) -> dict:
    used = group.epoch_seconds
    return {
        "task": group.task,
        "model": group.model,
        "parameters": group.parameters,
        "products a step": group.first.get("multiply_adds", ""),
        "epochs": group.recipe.epochs,
        "seeds": len(group.runs),
        "held out": spread(group.held_out, group.measure),
        "test": spread(group.tested, group.measure),
        "processor, s an epoch": "" if used is None else f"{used:.3g}",
        "differs from the defaults in": _differences(group.first),
    }


def spread(values: list[float], measure: str) -> str:
    """Mean and, of several seeds, sample standard deviation; shares in percent.

    Seeds whose training diverged have no number and are counted beside the others' mean.
    """
    if not values:
        return ""
    scale, digits, unit = (100, 2, " %") if measure in SHARES else (1, 4, "")
    found = [value for value in values if np.isfinite(value)]
    lost = len(values) - len(found)
    if not found:
        return "diverged"
    mean = f"{scale * np.mean(found):.{digits}f}"
    deviation = f" ± {scale * np.std(found, ddof=1):.{digits}f}" if len(found) > 1 else ""
    return mean + deviation + unit + (f", {lost} of {len(values)} diverged" if lost else "")


def _differences(run: dict) -> str:
    from benchmarks.long_memory.peers import PEERS
    from benchmarks.long_memory.recipe import Recipe

    usual = json.loads(json.dumps(PEERS[run["model"]].options({})))
    plain = {name: getattr(Recipe(), name) for name in run["recipe"] if name != "epochs"}
    differing = {
        **{name: run["options"][name] for name in usual if run["options"].get(name) != usual[name]},
        **{name: run["recipe"][name] for name in plain if run["recipe"][name] != plain[name]},
    }
    return ", ".join(f"{name} {value}" for name, value in differing.items())


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="What was found so far, as a table in Markdown.")
    parser.add_argument("--task", default="", help="the first letters of tasks")
    parser.add_argument("--all", action="store_true", help="every settings, not the best alone")
    parser.add_argument("--results", type=Path, default=RESULTS)
    given = parser.parse_args()
    print("| " + " | ".join(COLUMNS) + " |")
    print("|---" * len(COLUMNS) + "|")
    for row in rows(read_groups(given.results, given.task), given.all):
        print("| " + " | ".join(str(row[column]) for column in COLUMNS) + " |")


if __name__ == "__main__":
    main()
