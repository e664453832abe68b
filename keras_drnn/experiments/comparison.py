"""The thesis' comparison: several models, several seeds, the same data and recipe.

The same data may be split several times, by folds that test every clip once.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import keras

from keras_drnn import __version__
from keras_drnn.data_sets import DataSet
from keras_drnn.experiments import runs
from keras_drnn.experiments.accelerator import accelerator
from keras_drnn.experiments.data import Data
from keras_drnn.experiments.folds import Folds
from keras_drnn.experiments.named_callbacks import check_callbacks
from keras_drnn.experiments.recipes import Recipe, recipe_for
from keras_drnn.reporting.pictures import save_pictures
from keras_drnn.reporting.report import report
from keras_drnn.reporting.run_folder import Run
from keras_drnn.system.atomic_writes import write_json
from keras_drnn.system.environment import environment
from keras_drnn.system.locks import hold
from keras_drnn.tracking import ComparisonMirror


@dataclass(frozen=True)
class ComparisonSettings:
    """What is compared. Fields that are `None` are as the preset has them.

    Args:
        models: Names of the models.
        preset: `"best"`, `"stream"` or `"thesis"`.
        seeds: How many seeds, from 0 up.
        delays: Delays of the D-RNN, in frames.
        units: Units of the recurrent layer.
        steps: Batches to train on.
        batch_size: Clips in a batch.
        callbacks: Names of Keras callbacks, as `make_callbacks` takes them.

    Raises:
        ValueError: If there are no such callbacks.
    """

    models: tuple[str, ...]
    preset: str = "best"
    seeds: int = 1
    delays: tuple[int, ...] | None = None
    units: int | None = None
    steps: int | None = None
    batch_size: int | None = None
    callbacks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_callbacks(self.callbacks)

    @property
    def starts_with_its_delays(self) -> bool:
        """Whether a D-RNN has the delays that the data set starts from."""
        delayed = any(model.endswith("drnn") for model in self.models)
        return delayed and self.delays is None and self.preset == "best"

    def recipe(self, model: str, data: DataSet | str) -> Recipe:
        """The recipe of one of the models."""
        return recipe_for(
            model,
            preset=self.preset,
            data=data,
            delays=self.delays,
            units=self.units,
            steps=self.steps,
            batch_size=self.batch_size,
        )


@dataclass(frozen=True, eq=False)
class Training:
    """One training of a comparison.

    Args:
        model: Name of the model.
        seed: Seed of everything random.
        data: The data, as one protocol splits it.
        name: What it is called where there are others beside it.
    """

    model: str
    seed: int
    data: Data
    name: str


def trainings(settings: ComparisonSettings, folds: Folds) -> Iterator[Training]:
    """The trainings of a comparison, in their order.

    Args:
        settings: What is compared.
        folds: The data.
    """
    # Seed by seed and fold by fold, so that an unfinished comparison still compares like with like.
    for seed in range(settings.seeds):
        for data in folds.parts:
            for model in settings.models:
                name = f"{model}-seed{seed}"
                if len(folds.parts) > 1:
                    name += f"-{data.protocol.name}"
                yield Training(model, seed, data, name)


def comparison_folder(out: Path, settings: ComparisonSettings, folds: Folds) -> Path:
    """Where a comparison lives: the same settings and data, the same folder.

    Args:
        out: The folder of all comparisons.
        settings: What is compared.
        folds: The data.
    """
    recipes = [asdict(settings.recipe(model, folds.data_set)) for model in settings.models]
    decisive = [
        asdict(settings),
        recipes,
        folds.description(),
        folds.clips.index.fingerprint,
        keras.backend.backend(),
        __version__,
    ]
    digest = hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()[:8]
    return out / f"{folds.data_set.name}-{folds.name}-{settings.preset}-{digest}"


def compare(
    folder: Path,
    settings: ComparisonSettings,
    folds: Folds,
    tracking_uri: str | None,
    *,
    on_run: Callable[[str, int], Callable[[int], None]],
    on_best: Callable[[float], object] = lambda accuracy: None,
    command: str | None = None,
) -> dict:
    """Train, evaluate and export every model with every seed on every fold, or go on with it.

    Args:
        folder: As from `comparison_folder`.
        settings: What is compared.
        folds: The data.
        tracking_uri: An MLflow store that `check_store` has found good, `None` for none.
        on_run: Called with the name of a run and its steps as it begins; returns what is to be
            called with the number of steps done.
        on_best: Called after an evaluation with the best validation accuracy by clip that the
            training under way has reached.
        command: The command line that makes this comparison, if it is one that does.

    Returns:
        The content of `report.json`.

    Raises:
        LockHeldError: If another process is at work on the same comparison.
    """
    busy = (
        f"Another process is at work on this comparison ({folder}). Wait for it, or give another "
        "--out."
    )
    with hold(folder / ".lock", busy):
        if not (folder / "comparison.json").exists():
            description = _description(folder, settings, folds) | {"command": command}
            write_json(folder / "comparison.json", description)
        with _mirror(folder, tracking_uri) as mirror:
            for training in trainings(settings, folds):
                recipe = settings.recipe(training.model, folds.data_set)
                run = Run(folder / "runs" / training.name)
                runs.run(
                    run.folder,
                    training.model,
                    recipe,
                    training.seed,
                    training.data,
                    callbacks=settings.callbacks,
                    on_step=on_run(training.name, recipe.steps),
                    on_evaluation=partial(_evaluated, run, on_best, mirror),
                )
            content = report(folder)
            write_json(folder / "report.json", content)
            save_pictures(folder)
    return content


def _evaluated(
    run: Run, on_best: Callable[[float], object], mirror: ComparisonMirror | None
) -> None:
    key = "validation/sequence_accuracy"
    reached = [line[key] for line in run.history() if key in line]
    if reached:
        on_best(max(reached))
    if mirror:
        mirror.sync()


def _mirror(
    folder: Path, tracking_uri: str | None
) -> AbstractContextManager[ComparisonMirror | None]:
    return nullcontext() if tracking_uri is None else ComparisonMirror(folder, tracking_uri)


def _description(folder: Path, settings: ComparisonSettings, folds: Folds) -> dict:
    steps = {settings.recipe(model, folds.data_set).steps for model in settings.models}
    first = settings.recipe(settings.models[0], folds.data_set)
    gpu = accelerator()
    return {
        "id": folder.name,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "command_settings": {
            "models": ",".join(settings.models),
            "preset": settings.preset,
            "seeds": settings.seeds,
            "delays": ",".join(map(str, first.delays)),
            "units": first.units,
            "steps": max(steps),
            "batch_size": first.batch_size,
            **({"callbacks": ",".join(settings.callbacks)} if settings.callbacks else {}),
        },
        "data": folds.description(),
        "warnings": list(folds.warnings),
        "backend": keras.backend.backend(),
        "environment": environment() | ({"accelerator": gpu} if gpu else {}),
    }
