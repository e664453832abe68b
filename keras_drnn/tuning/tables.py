"""The tables of a finished search, for the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from keras_drnn.reporting.names import model_style
from keras_drnn.reporting.tables import new_table
from keras_drnn.skeletons.words import counted

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table

_BEST = 5
_ACCURACY = "/sequence_accuracy"


def search_tables(outcomes: Sequence[Mapping[str, Any]]) -> Group:
    """Lay searches out as tables: the best trials and the front of each, then their winners.

    Accuracies are by clip and in percent, `mean±sample standard deviation` over the trainings of a
    winner.

    Args:
        outcomes: The content of `outcome.json`, one for each cell that was searched.

    Returns:
        A Rich renderable, to be printed on a `rich.console.Console`.
    """
    from rich.console import Group
    from rich.text import Text

    parts: list[Any] = []
    for outcome in outcomes:
        label = model_style(outcome["cell"]).label
        counts = outcome["counts"]
        said = f"{counted(counts['finished'], 'trial')} finished"
        for what in ("failed", "infeasible"):
            if counts[what]:
                said += f", {counts[what]} {what}"
        parts += [
            trial_table(f"{label}: the best trials", best_trials(outcome)),
            Text(said, style="dim"),
            Text(),
            trial_table(f"{label}: the front, the best for its size", outcome["front"]),
            Text(),
        ]
    parts += [
        winner_table(outcomes),
        Text(note(outcomes), "dim"),
    ]
    errors = [error for each in outcomes if each["winner"] for error in _errors(each["winner"])]
    if errors:
        parts.append(Text("\n".join(errors), style="bold red"))
    return Group(*parts)


def best_trials(outcome: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The best few trials of a search, the best first.

    Args:
        outcome: The content of `outcome.json`.
    """
    scored = [trial for trial in outcome["trials"] if trial["score"] is not None]
    return sorted(scored, key=lambda trial: (-trial["score"], trial["parameters"]))[:_BEST]


def trial_table(title: str, trials: Sequence[Mapping[str, Any]]) -> Table:
    """Trials as a table.

    Args:
        title: What stands above.
        trials: Lines of `trial_lines`.
    """
    table = new_table(title)
    table.add_column("Trial", no_wrap=True)
    table.add_column("Delays", overflow="fold")
    table.add_column("Units", justify="right", overflow="fold")
    for column in ("Parameters", "Mult-adds\na frame", "Accuracy"):
        table.add_column(column, justify="right", no_wrap=True)
    for trial in trials:
        units = trial["units"]
        table.add_row(
            trial["trial"].removeprefix("trial-"),
            trial["delays"] or "-",
            "+".join(map(str, units)) if isinstance(units, list) else str(units),
            f"{trial['parameters']:,}",
            "-" if trial["multiply_adds"] is None else f"{trial['multiply_adds']:,.0f}",
            f"{100 * trial['score']:.1f} %",
        )
    return table


def winner_table(outcomes: Sequence[Mapping[str, Any]]) -> Table:
    """The winners of searches as a table.

    Args:
        outcomes: The content of `outcome.json` of each.
    """
    winners = [outcome for outcome in outcomes if outcome["winner"]]
    names = [
        name for each in winners for name in each["winner"]["mean"] if name.endswith(_ACCURACY)
    ]
    parts = list(dict.fromkeys(name.removesuffix(_ACCURACY) for name in names))
    # Of what is left running, the whole test side is enough.
    parts = [part for part in parts if "/" not in part]
    # The subsets of a data set's test side stand between the two that there always are.
    parts.sort(key=lambda part: (part == "validation") - (part == "test"))
    table = new_table("The winners, trained anew")
    table.add_column("Model", no_wrap=True)
    table.add_column("Delays", overflow="fold")
    for column in ("Parameters", *(f"{part.capitalize()}, %" for part in parts)):
        table.add_column(column, justify="right", no_wrap=True)
    for outcome in winners:
        winner = outcome["winner"]
        shown = []
        for part in parts:
            name = part + _ACCURACY
            if name in winner["mean"]:
                spread = f"±{100 * winner['spread'][name]:.1f}" if len(winner["runs"]) > 1 else ""
                shown.append(f"{100 * winner['mean'][name]:.1f}{spread}")
            else:
                shown.append("-")
        table.add_row(
            model_style(outcome["cell"]).label,
            winner["params"].get("delays", "-"),
            f"{winner['mean']['parameters']:,.0f}",
            *shown,
        )
    return table


def note(outcomes: Sequence[Mapping[str, Any]]) -> str:
    """How the trials of searches are judged, in words.

    Args:
        outcomes: The content of `outcome.json` of each.
    """
    running = any(each["settings"].get("objective") == "stream" for each in outcomes)
    how = "by clip, trials left running over the clips without a reset" if running else "by clip"
    return f"{how}; trials on held-out training subjects, winners on the test side"


def _errors(winner: Mapping[str, Any]) -> list[str]:
    return [f"not exported: {error}" for error in winner["export_errors"]]
