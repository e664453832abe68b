"""Draws the pictures of a comparison into its folder."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from keras_drnn.reporting import plots
from keras_drnn.reporting.names import model_style
from keras_drnn.reporting.pooling import finished_folds, fraction_curve, that_count
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
    seeds, folds = comparison.seeds(), comparison.folds
    runs = {
        model: [run for of_seed in of_model.values() for run in of_seed.values()]
        for model, of_model in seeds.items()
    }
    labels: dict[str, Any] = {
        "data": f"{data['name']}, {data['protocol']}",
        "synthetic": data["synthetic"],
    }
    histories = {model: _histories(of_model) for model, of_model in runs.items()}
    histories = {model: of_seeds for model, of_seeds in histories.items() if of_seeds}
    if histories:
        how: dict[str, Any] = labels | {"folds": len(folds)}
        yield "accuracy_steps.png", plots.accuracy_while_training(histories, "step", **how)
        yield "accuracy_time.png", plots.accuracy_while_training(histories, "seconds", **how)
    counted = {
        model: that_count(finished_folds(of_model), folds) for model, of_model in seeds.items()
    }
    counted = {model: of_seeds for model, of_seeds in counted.items() if of_seeds}
    outcomes = {
        model: [run.outcome() for of_seed in of_seeds.values() for run in of_seed.values()]
        for model, of_seeds in counted.items()
    }
    if counted:
        curves = {
            model: [fraction_curve(list(of_seed.values())) for of_seed in of_seeds.values()]
            for model, of_seeds in counted.items()
        }
        fractions = next(iter(outcomes.values()))[0]["fractions"]
        yield "accuracy_fraction.png", plots.accuracy_by_fraction(fractions, curves, **labels)
    for model, of_seeds in counted.items():
        counts = np.sum([outcome["confusion"] for outcome in outcomes[model]], axis=0)
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
