"""Searches on arrays of your own: sequences of equal length, one class each."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_drnn.data_sets.recipe import Recipe
from keras_drnn.experiments.callbacks import StepCounter
from keras_drnn.experiments.memory import forget_models
from keras_drnn.experiments.named_callbacks import make_callbacks
from keras_drnn.experiments.recorded_run import record_run
from keras_drnn.experiments.training import fit_in_intervals
from keras_drnn.system.atomic_writes import write_whole
from keras_drnn.tuning.array_batches import batches, measured
from keras_drnn.tuning.export_latency import export_latency
from keras_drnn.tuning.folds import Parts, group_folds
from keras_drnn.tuning.hypermodel import DelayedRNNHyperModel
from keras_drnn.tuning.limits import Cost, cost_of, longest_delay
from keras_drnn.tuning.objective import History, Listeners
from keras_drnn.tuning.recipe_candidate import RecipeCandidate
from keras_drnn.tuning.settings import SearchSettings
from keras_drnn.tuning.values import Values, recipe_of

_STEPS, _BATCH_SIZE = 1000, 32
# What the model of `DelayedRNNHyperModel` and its training are decided by.
_PARAMS = (
    "cell",
    "units",
    "delays",
    "first_step",
    "activation",
    "head_units",
    "dropout",
    "learning_rate",
    "steps",
    "batch_size",
)
_HELD_OUT = 5  # one part of so many is held out where `folds` is 1, and for the winner
_CHECKED = 8  # sequences on which an export is compared with Keras


class ArrayObjective:
    """Models judged by sequences that were held out.

    Args:
        x: The training sequences, `(sequences, steps, features)`.
        y: The class of each.
        settings: The search.
        test: Sequences and classes of the test side.
        groups: For each training sequence its group; a group is held out as a whole.

    Raises:
        ValueError: If an argument is not as described.
    """

    name = "arrays"

    def __init__(
        self,
        x: np.ndarray,
        y: np.ndarray,
        settings: SearchSettings,
        *,
        test: tuple[np.ndarray, np.ndarray],
        groups: np.ndarray | None = None,
    ) -> None:
        if settings.cell != "drnn" or settings.preset != "best":
            raise ValueError(
                "A search on arrays has no cell but drnn and no presets. "
                f"Received: cell={settings.cell!r}, preset={settings.preset!r}"
            )
        self.x, self.y = _checked("x, y", x, y)
        self.test_x, self.test_y = _checked("test", *test)
        if self.test_x.shape[1:] != self.x.shape[1:]:
            raise ValueError(
                "`test` must be sequences of the shape of the training ones, "
                f"{self.x.shape[1:]}. Received: {self.test_x.shape[1:]}"
            )
        own = np.arange(len(self.y)) if groups is None else np.asarray(groups)
        if own.shape != self.y.shape:
            raise ValueError(
                f"`groups` must be one for each of {len(self.y)} sequences. "
                f"Received: shape {own.shape}"
            )
        self.callbacks = settings.callbacks
        held_out = group_folds(own, self.y, _HELD_OUT)
        self.winner_parts = held_out[0]
        self.parts = (
            held_out[:1] if settings.folds == 1 else group_folds(own, self.y, settings.folds)
        )
        self.folds = len(self.parts)
        self.groups = own
        self.classes = int(max(self.y.max(), self.test_y.max())) + 1
        steps = self.x.shape[1]
        self.longest_delay = longest_delay(np.full(len(self.x), steps), steps)
        self.recipe = Recipe(
            "drnn",
            steps=settings.steps or _STEPS,
            batch_size=settings.batch_size or _BATCH_SIZE,
        )

    def candidate(self, values: Values, steps: int | None = None) -> "ArrayCandidate":
        """The model of a trial."""
        recipe = recipe_of(values, self.recipe)
        return ArrayCandidate(self, replace(recipe, steps=steps or recipe.steps))

    def description(self) -> dict[str, Any]:
        """The data, as `search.json` describes it."""
        return {
            "name": self.name,
            "protocol": "own",
            "synthetic": False,
            "classes": [str(number) for number in range(self.classes)],
            "clips": {
                "train": len(self.winner_parts.train),
                "validation": len(self.winner_parts.validation),
                "test": len(self.test_y),
            },
        }

    def decisive(self) -> dict[str, Any]:
        """What must be the same for a search to go on."""
        digest = hashlib.sha256()
        for array in (self.x, self.y, self.test_x, self.test_y, self.groups):
            digest.update(str((array.dtype, array.shape)).encode())
            digest.update(np.ascontiguousarray(array).tobytes())
        return {
            "arrays": digest.hexdigest()[:16],
            "longest_delay": self.longest_delay,
            "steps": self.recipe.steps,
            "batch_size": self.recipe.batch_size,
            "backend": keras.backend.backend(),
        }

    def build(self, recipe: Recipe) -> keras.Model:
        """A compiled model, with fresh weights."""
        features = self.x.shape[-1]
        hypermodel = DelayedRNNHyperModel(features, self.classes, longest_delay=self.longest_delay)
        return hypermodel.model(recipe)


class ArrayCandidate(RecipeCandidate[ArrayObjective]):
    """The model of one trial, trained on sequences."""

    @property
    def params(self) -> dict[str, Any]:
        """What decides the model and its training."""
        values = {name: getattr(self.recipe, name) for name in _PARAMS}
        return values | {"delays": ",".join(map(str, self.recipe.delays))}

    @property
    def cost(self) -> Cost:
        """What the model costs."""
        features = self.objective.x.shape[-1]
        return cost_of(self.recipe, features=features, classes=self.objective.classes)

    def latency_milliseconds(self, scratch: Path) -> float:
        """How long the exported, untrained model takes for a sequence."""
        return export_latency(self.objective.build(self.recipe), self.objective.x[0], scratch)

    def train_fold(self, folder: Path, fold: int, on_step: Callable[[int], None]) -> History:
        """Train with some of the sequences held out."""
        folder.mkdir(exist_ok=True)
        parts = self.objective.parts[fold]
        return self._train(parts, folder, fold, [StepCounter(on_step)])[1]

    def train_winner(self, folder: Path, seed: int, listeners: Listeners) -> None:
        """Train, evaluate on the test side and export."""
        objective = self.objective

        def train() -> dict[str, Any]:
            callbacks = [
                StepCounter(listeners.on_step),
                keras.callbacks.LambdaCallback(
                    on_epoch_end=lambda epoch, logs: listeners.on_evaluation()
                ),
            ]
            model, history = self._train(objective.winner_parts, folder, seed, callbacks)
            write_whole(folder / "model.keras", model.save)
            reached = {key: value for key, value in history[-1].items() if "validation/" in key}
            return {
                "parameters": model.count_params(),
                **measured(model, objective.test_x, objective.test_y, "test"),
                **reached,
                "train_seconds": history[-1]["seconds"],
            }

        record_run(
            folder,
            model=self.recipe.cell,
            protocol=objective.description()["protocol"],
            seed=seed,
            params=self.params,
            train=train,
            check_inputs=lambda: list(objective.test_x[:_CHECKED]),
            on_evaluation=listeners.on_evaluation,
        )
        listeners.on_step(self.steps)

    def _train(
        self,
        parts: Parts,
        folder: Path,
        seed: int,
        callbacks: Sequence[keras.callbacks.Callback],
    ) -> tuple[keras.Model, History]:
        forget_models()
        keras.utils.set_random_seed(seed)
        model = self.objective.build(self.recipe)
        x, y = self.objective.x, self.objective.y
        history = fit_in_intervals(
            model,
            self.steps,
            lambda step: batches(x, y, parts.train, self.recipe.batch_size, seed, step),
            lambda: measured(model, x[parts.validation], y[parts.validation], "validation"),
            folder=folder,
            callbacks=[*callbacks, *make_callbacks(self.objective.callbacks, folder)],
        )
        return model, history


def _checked(name: str, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    x, y = np.asarray(x, "float32"), np.asarray(y)
    if x.ndim != 3 or y.shape != x.shape[:1] or not len(y):
        raise ValueError(
            f"`{name}` must be sequences (sequences, steps, features) and a class for each. "
            f"Received: shapes {x.shape} and {y.shape}"
        )
    if not np.isfinite(x).all():
        raise ValueError(f"`{name}` must be finite numbers. Received: some that are not")
    if not np.issubdtype(y.dtype, np.integer) or y.min() < 0:
        raise ValueError(
            f"The classes of `{name}` must be whole numbers from 0 up. Received: {y.dtype}, "
            f"{y.min()} the least"
        )
    return x, y
