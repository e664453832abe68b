"""Draws the pictures of a comparison into its folder."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from keras_drnn.reporting import plots
from keras_drnn.reporting.names import model_style
from keras_drnn.reporting.run_folder import Comparison, Run
from keras_drnn.system.atomic_writes import write_whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DOTS_PER_INCH = 150


def save_pictures(folder: str | Path) -> list[Path]:
    """Draw what the runs of a comparison have reached so far, as PNG files beside `report.json`.

    - `accuracy_steps.png`, `accuracy_time.png`: validation accuracy by frame while training;
    - `accuracy_fraction.png`: accuracy by clip against the share of the clip that was seen;
    - `confusion_<model>.png`: decisions of all the model's finished runs added up.

    Args:
        folder: The folder of the comparison.

    Returns:
        The files written; those that there is nothing to draw in yet are missing.

    Raises:
        ValueError: If it is not the folder of a comparison.
    """
    comparison = Comparison(Path(folder))
    return [save(figure, comparison.folder / name) for name, figure in _figures(comparison)]


def _figures(comparison: Comparison) -> Iterator[tuple[str, "Figure"]]:
    data = comparison.description["data"]
    runs: dict[str, list[Run]] = {}
    for run in comparison.runs():
        runs.setdefault(run.description["model"], []).append(run)
    labels: dict[str, Any] = {
        "data": f"{data['name']}, {data['protocol']}",
        "synthetic": data["synthetic"],
    }
    histories = {model: _histories(of_model) for model, of_model in runs.items()}
    histories = {model: of_seeds for model, of_seeds in histories.items() if of_seeds}
    if histories:
        yield "accuracy_steps.png", plots.accuracy_while_training(histories, "step", **labels)
        yield "accuracy_time.png", plots.accuracy_while_training(histories, "seconds", **labels)
    outcomes = {
        model: [
            run.outcome()
            for run in of_model
            if run.description["status"] == "finished" and run.outcome()
        ]
        for model, of_model in runs.items()
    }
    outcomes = {model: of_seeds for model, of_seeds in outcomes.items() if of_seeds}
    if outcomes:
        curves = {
            model: [outcome["accuracy_by_fraction"] for outcome in of_seeds]
            for model, of_seeds in outcomes.items()
        }
        fractions = next(iter(outcomes.values()))[0]["fractions"]
        yield "accuracy_fraction.png", plots.accuracy_by_fraction(fractions, curves, **labels)
    for model, of_seeds in outcomes.items():
        counts = np.sum([outcome["confusion"] for outcome in of_seeds], axis=0)
        yield (
            f"confusion_{model}.png",
            plots.confusion(
                counts,
                data["classes"],
                model=model_style(model).label,
                seeds=len(of_seeds),
                **labels,
            ),
        )


def _histories(runs: list[Run]) -> list[list[dict[str, float]]]:
    begun = [(run, history) for run in runs if (history := run.history())]
    # The mean ends where the first seed does: a seed that has failed must not end it early.
    sound = [history for run, history in begun if run.description["status"] != "failed"]
    return sound or [history for _, history in begun]


def save(figure: "Figure", path: Path) -> Path:
    """Write a figure as a PNG file.

    Args:
        figure: The figure.
        path: The file.
    """
    write_whole(path, lambda file: figure.savefig(file, dpi=_DOTS_PER_INCH, format="png"))
    return path
