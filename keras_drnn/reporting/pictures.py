"""Draws the pictures of a comparison into its folder."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from keras_drnn.reporting import plots
from keras_drnn.reporting.metrics import FRACTIONS
from keras_drnn.reporting.names import model_style
from keras_drnn.reporting.pooling import (
    Seeds,
    finished_folds,
    fraction_curve,
    knowing,
    that_count,
)
from keras_drnn.reporting.run_folder import Comparison, Run
from keras_drnn.reporting.times_plot import draw_times_by_class
from keras_drnn.reporting.when_it_knows import Knowing, times_by_class, together
from keras_drnn.system.atomic_writes import write_whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DOTS_PER_INCH = 150


def save_pictures(folder: str | Path) -> list[Path]:
    """Draw what the runs of a comparison have reached so far, as PNG files beside `report.json`.

    - `accuracy_steps.png`, `accuracy_time.png`: validation accuracy by frame while training;
    - `accuracy_fraction.png`: accuracy by clip against the share of the clip that was seen;
    - `some_frame.png`, `settled.png`: clips that have been right at some frame, and that are right
      for good, likewise;
    - `times_<model>.png`: how long it takes, class by class;
    - `confusion_<model>.png`: decisions of all the model's finished runs added up.

    Args:
        folder: The folder of the comparison.

    Returns:
        The files written; those that there is nothing to draw in yet are missing.

    Raises:
        ValueError: If it is not the folder of a comparison.
    """
    comparison = Comparison(Path(folder))
    data, seeds = comparison.description["data"], comparison.seeds()
    drawn = figures(data, seeds, comparison.folds)
    return [save(figure, comparison.folder / f"{name}.png") for name, figure in drawn]


def figures(
    data: Mapping[str, Any], seeds: Mapping[str, Seeds], folds: Sequence[str]
) -> Iterator[tuple[str, "Figure"]]:
    """The pictures of some runs, each with its name.

    Args:
        data: What `comparison.json` says of the data.
        seeds: The runs by their model, their seed and their protocol.
        folds: The names of the protocols that every model is trained by.
    """
    labels: dict[str, Any] = {
        "data": f"{data['name']}, {data['protocol']}",
        "synthetic": data["synthetic"],
    }
    histories = {model: _histories(_runs(of_model)) for model, of_model in seeds.items()}
    histories = {model: of_seeds for model, of_seeds in histories.items() if of_seeds}
    if histories:
        how: dict[str, Any] = labels | {"folds": len(folds)}
        yield "accuracy_steps", plots.accuracy_while_training(histories, "step", **how)
        yield "accuracy_time", plots.accuracy_while_training(histories, "seconds", **how)
    counted = {
        model: that_count(finished_folds(of_model), folds) for model, of_model in seeds.items()
    }
    counted = {model: of_seeds for model, of_seeds in counted.items() if of_seeds}
    if counted:
        curves = {
            model: [fraction_curve(list(of_seed.values())) for of_seed in of_seeds.values()]
            for model, of_seeds in counted.items()
        }
        fractions = _runs(next(iter(counted.values())))[0].outcome()["fractions"]
        yield "accuracy_fraction", plots.accuracy_by_fraction(fractions, curves, **labels)
        yield from _when_it_knows(counted, data, labels)
    for model, of_seeds in counted.items():
        counts = np.sum([run.outcome()["confusion"] for run in _runs(of_seeds)], axis=0)
        yield (
            f"confusion_{model}",
            plots.draw_confusion(
                counts,
                data["classes"],
                model=model_style(model).label,
                seeds=len(of_seeds),
                **labels,
            ),
        )


def _when_it_knows(
    counted: Mapping[str, Seeds], data: Mapping[str, Any], labels: Mapping[str, Any]
) -> Iterator[tuple[str, "Figure"]]:
    known = {
        model: [knowing(of_seed.values()) for of_seed in of_seeds.values()]
        for model, of_seeds in counted.items()
    }
    # Of a model that reads backwards, and of a run of an older version, it is not known.
    sure = {model: [k for k in of_seeds if k is not None] for model, of_seeds in known.items()}
    sure = {model: of_seeds for model, of_seeds in sure.items() if of_seeds}
    if not sure:
        return
    for name, title, by in (
        ("some_frame", "Right at some frame so far", Knowing.right_by),
        ("settled", "Right, and for good", Knowing.settled_by),
    ):
        curves = {model: [by(each) for each in of_seeds] for model, of_seeds in sure.items()}
        yield (
            name,
            plots.accuracy_by_fraction(FRACTIONS, curves, title=title, of="clips, %", **labels),
        )
    for model, of_seeds in sure.items():
        yield (
            f"times_{model}",
            draw_times_by_class(
                times_by_class(together(of_seeds)),
                data["classes"],
                model=model_style(model).label,
                frame_rate=data.get("frame_rate"),
                **labels,
            ),
        )


def _runs(seeds: Seeds) -> list[Run]:
    return [run for of_seed in seeds.values() for run in of_seed.values()]


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
