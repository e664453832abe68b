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
        The files written; those for which nothing is known yet are missing.

    Raises:
        ValueError: If it is not the folder of a comparison.
    """
    comparison = Comparison(Path(folder))
    return [save(figure, comparison.folder / name) for name, figure in _figures(comparison)]


def _figures(comparison: Comparison) -> Iterator[tuple[str, "Figure"]]:
    data = comparison.about["data"]
    runs: dict[str, list[Run]] = {}
    for run in comparison.runs():
        runs.setdefault(run.about["model"], []).append(run)
    told: dict[str, Any] = {
        "data": f"{data['name']}, {data['protocol']}",
        "synthetic": data["synthetic"],
    }
    histories = {model: _histories(of_model) for model, of_model in runs.items()}
    histories = {model: found for model, found in histories.items() if found}
    if histories:
        yield "accuracy_steps.png", plots.accuracy_while_training(histories, "step", **told)
        yield "accuracy_time.png", plots.accuracy_while_training(histories, "seconds", **told)
    outcomes = {
        model: [
            run.outcome() for run in of_model if run.about["status"] == "finished" and run.outcome()
        ]
        for model, of_model in runs.items()
    }
    outcomes = {model: found for model, found in outcomes.items() if found}
    if outcomes:
        curves = {
            model: [outcome["accuracy_by_fraction"] for outcome in found]
            for model, found in outcomes.items()
        }
        fractions = next(iter(outcomes.values()))[0]["fractions"]
        yield "accuracy_fraction.png", plots.accuracy_by_fraction(fractions, curves, **told)
    for model, found in outcomes.items():
        counts = np.sum([outcome["confusion"] for outcome in found], axis=0)
        yield (
            f"confusion_{model}.png",
            plots.confusion(
                counts, data["classes"], model=model_style(model).label, seeds=len(found), **told
            ),
        )


def _histories(runs: list[Run]) -> list[list[dict[str, float]]]:
    known = [(run, history) for run in runs if (history := run.history())]
    # The mean ends where the first seed does: a seed that has failed must not end it early.
    sound = [history for run, history in known if run.about["status"] != "failed"]
    return sound or [history for _, history in known]


def save(figure: "Figure", path: Path) -> Path:
    """Write a figure as a PNG file.

    Args:
        figure: The figure.
        path: The file.
    """
    write_whole(path, lambda file: figure.savefig(file, dpi=_DOTS_PER_INCH, format="png"))
    return path
