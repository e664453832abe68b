"""Searches on sequences of your own, with our model or yours."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import keras

from keras_drnn.data_sets.recipe import Recipe
from keras_drnn.experiments.callbacks import StepCounter
from keras_drnn.experiments.memory import forget_models
from keras_drnn.experiments.named_callbacks import make_callbacks
from keras_drnn.experiments.recorded_run import record_run
from keras_drnn.experiments.training import fit_in_intervals
from keras_drnn.system.atomic_writes import write_whole
from keras_drnn.tuning.export_latency import export_latency
from keras_drnn.tuning.hypermodel import DelayedRNNHyperModel
from keras_drnn.tuning.limits import Cost, cost_of
from keras_drnn.tuning.objective import History, Listeners
from keras_drnn.tuning.own_build import (
    TRIAL_KEYS,
    Build,
    BuildIdentity,
    built,
    check_scores,
    identity_of,
    parameters_of,
)
from keras_drnn.tuning.recipe_candidate import RecipeCandidate
from keras_drnn.tuning.sequences import Sequences
from keras_drnn.tuning.settings import SearchSettings
from keras_drnn.tuning.values import Values, recipe_of

_STEPS = 1000
_PROTOCOL = "own"
# What the model of `DelayedRNNHyperModel` and its training are decided by.
_PARAMS = ("cell", *TRIAL_KEYS, "steps", "batch_size")


class OwnObjective:
    """Models judged by sequences that were held out.

    Args:
        data: The sequences.
        settings: The search.
        build: Builds a model of your own; `None` for ours.
        identity: What is known of `build` where it was defined, if that was in another process.

    Raises:
        ValueError: If the settings are not for sequences of your own, or `build` gives no model
            that can be judged by them.
    """

    def __init__(
        self,
        data: Sequences,
        settings: SearchSettings,
        build: Build | None = None,
        identity: BuildIdentity | None = None,
    ) -> None:
        if settings.cell != "drnn" or settings.preset != "best" or settings.objective != "clips":
            raise ValueError(
                "A search on data of your own has no cell but drnn, no presets, and no objective "
                f"but clips. Received: cell={settings.cell!r}, preset={settings.preset!r}, "
                f"objective={settings.objective!r}"
            )
        self.data = data
        self.name = data.name
        self.folds = data.folds
        self.longest_delay = data.longest_delay
        self.callbacks = settings.callbacks
        self.own_build = build
        self.identity = identity or (None if build is None else identity_of(build))
        self.counts_unbuilt = build is None
        self.recipe = Recipe("drnn", steps=settings.steps or _STEPS, batch_size=data.batch_size)
        if build is not None:
            self._check_build(settings)

    def candidate(self, values: Values, steps: int | None = None) -> "OwnCandidate":
        """The model of a trial."""
        recipe = recipe_of(values, self.recipe)
        return OwnCandidate(self, replace(recipe, steps=steps or recipe.steps))

    def description(self) -> dict[str, Any]:
        """The data, as `search.json` describes it."""
        return {
            "name": self.name,
            "protocol": _PROTOCOL,
            "synthetic": False,
            "classes": [str(number) for number in range(self.data.classes)],
            "clips": dict(self.data.counts),
        }

    def decisive(self) -> dict[str, Any]:
        """What must be the same for a search to go on."""
        decisive = {
            **self.data.identity(),
            "longest_delay": self.longest_delay,
            "steps": self.recipe.steps,
            "batch_size": self.recipe.batch_size,
            "backend": keras.backend.backend(),
        }
        if self.identity is not None:
            decisive["build"] = self.identity
        return decisive

    def build(self, recipe: Recipe) -> keras.Model:
        """A compiled model, with fresh weights."""
        if self.own_build is not None:
            return built(self.own_build, recipe, self.data.typical)
        data = self.data
        hypermodel = DelayedRNNHyperModel(
            data.features, data.classes, longest_delay=self.longest_delay
        )
        return hypermodel.model(recipe)

    def _check_build(self, settings: SearchSettings) -> None:
        """Find what is wrong with a user's function before anything is trained."""
        from keras_tuner import HyperParameters

        limit = settings.limits.multiply_adds
        if limit is not None:
            raise ValueError(
                "The multiply-adds of a model of your own are not known. Limit `parameters` or "
                f"`latency_milliseconds`. Received: build and multiply_adds={limit!r}"
            )
        space = HyperParameters()
        settings.space.declare(space)
        forget_models()
        model = self.build(recipe_of(space.values, self.recipe))
        check_scores(model, self.data.typical, self.data.classes)


class OwnCandidate(RecipeCandidate[OwnObjective]):
    """The model of one trial, trained on sequences."""

    @property
    def params(self) -> dict[str, Any]:
        """What decides the model and its training."""
        values = {name: getattr(self.recipe, name) for name in _PARAMS}
        values["delays"] = ",".join(map(str, self.recipe.delays))
        identity = self.objective.identity
        return values if identity is None else values | {"build": identity["name"]}

    @property
    def cost(self) -> Cost:
        """What the model costs."""
        if self.objective.own_build is not None:
            return Cost(self._counted, None)
        data = self.objective.data
        return cost_of(self.recipe, features=data.features, classes=data.classes)

    @cached_property
    def _counted(self) -> int:
        forget_models()
        return parameters_of(self.objective.build(self.recipe))

    def latency_milliseconds(self, scratch: Path) -> float:
        """How long the exported, untrained model takes for a sequence."""
        model = self.objective.build(self.recipe)
        return export_latency(model, self.objective.data.typical, scratch)

    def train_fold(self, folder: Path, fold: int, on_step: Callable[[int], None]) -> History:
        """Train with some of the sequences held out."""
        folder.mkdir(exist_ok=True)
        return self._train(fold, folder, fold, [StepCounter(on_step)])[1]

    def train_winner(self, folder: Path, seed: int, listeners: Listeners) -> None:
        """Train, evaluate on the test side and export."""
        data = self.objective.data

        def train() -> dict[str, Any]:
            callbacks = [
                StepCounter(listeners.on_step),
                keras.callbacks.LambdaCallback(
                    on_epoch_end=lambda epoch, logs: listeners.on_evaluation()
                ),
            ]
            model, history = self._train(None, folder, seed, callbacks)
            write_whole(folder / "model.keras", model.save)
            reached = {key: value for key, value in history[-1].items() if "validation/" in key}
            return {
                "parameters": parameters_of(model),
                **data.tested(model),
                **reached,
                "train_seconds": history[-1]["seconds"],
            }

        record_run(
            folder,
            model=self.recipe.cell,
            protocol=_PROTOCOL,
            seed=seed,
            params=self.params,
            train=train,
            check_inputs=data.check_inputs,
            on_evaluation=listeners.on_evaluation,
        )
        listeners.on_step(self.steps)

    def _train(
        self,
        fold: int | None,
        folder: Path,
        seed: int,
        callbacks: Sequence[keras.callbacks.Callback],
    ) -> tuple[keras.Model, History]:
        forget_models()
        keras.utils.set_random_seed(seed)
        model = self.objective.build(self.recipe)
        data = self.objective.data
        history = fit_in_intervals(
            model,
            self.steps,
            lambda step: data.batches(fold, seed, step),
            lambda: data.validated(model, fold),
            folder=folder,
            callbacks=[*callbacks, *make_callbacks(self.objective.callbacks, folder)],
        )
        return model, history
