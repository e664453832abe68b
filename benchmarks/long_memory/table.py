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


def rows(runs: Iterable[dict], every: bool) -> list[dict]:
    """A row for each settings of a model: means over seeds, best first within a task.

    Args:
        runs: What files of runs say.
        every: Whether all settings are shown, or the best of each model, budget and length alone.
    """
    groups: dict[str, list[dict]] = {}
    for run in runs:
        decided = [run[key] for key in ("task", "model", "parameters", "options", "recipe")]
        groups.setdefault(json.dumps(decided, sort_keys=True), []).append(run)
    found = [_row(group) for group in groups.values()]
    found.sort(key=lambda row: (row["task"], row["parameters"], -row["rank"]))
    if every:
        return found
    best: dict[tuple, dict] = {}
    for row in found:
        best.setdefault((row["task"], row["model"], row["budget"], row["epochs"]), row)
    return list(best.values())


def _row(runs: list[dict]) -> dict:
    first = runs[0]
    validation = [run["validation"] for run in runs]
    errors = first["measure"] in ("squared_error", "bits")
    used = [
        epoch["processor_seconds"]
        for run in runs
        for epoch in run["history"]
        if "processor_seconds" in epoch
    ]
    return {
        "task": first["task"],
        "model": first["model"],
        "budget": first["parameters"],
        "parameters": first["trained_parameters"],
        "products a step": first.get("multiply_adds", ""),
        "epochs": first["recipe"]["epochs"],
        "seeds": len(runs),
        "held out": _mean(validation, first["measure"]),
        "test": _mean([run["test"] for run in runs if "test" in run], first["measure"]),
        # The first epoch compiles.
        "processor, s an epoch": round(float(np.min(used))) if used else "",
        "differs from the defaults in": _differences(first),
        "rank": np.nan_to_num(-np.mean(validation) if errors else np.mean(validation), nan=-np.inf),
    }


def _mean(values: list[float], measure: str) -> str:
    """Mean and, of several seeds, sample standard deviation; shares in percent."""
    if not values:
        return ""
    percent = measure in ("accuracy", "recall")
    scale, digits, unit = (100, 2, " %") if percent else (1, 4, "")
    mean = f"{scale * np.mean(values):.{digits}f}"
    spread = f" ± {scale * np.std(values, ddof=1):.{digits}f}" if len(values) > 1 else ""
    return mean + spread + unit


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
    files = sorted(given.results.glob(f"{given.task}*/*.json"))
    print("| " + " | ".join(COLUMNS) + " |")
    print("|---" * len(COLUMNS) + "|")
    for row in rows((json.loads(file.read_text("utf-8")) for file in files), given.all):
        print("| " + " | ".join(str(row[column]) for column in COLUMNS) + " |")


if __name__ == "__main__":
    main()
