"""Searches on skeletons: clips of a data set, with training subjects held out in turn."""

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_drnn.data_sets.recipe import Recipe
from keras_drnn.experiments import runs
from keras_drnn.experiments.callbacks import StepCounter
from keras_drnn.experiments.data import Data
from keras_drnn.experiments.models import model_for
from keras_drnn.experiments.named_callbacks import make_callbacks
from keras_drnn.experiments.stream_scores import clips_of, stream_scores, streams_of
from keras_drnn.experiments.training import build_and_train
from keras_drnn.reporting.metrics import sequence_accuracy
from keras_drnn.tuning.export_latency import export_latency
from keras_drnn.tuning.folds import fold_splits
from keras_drnn.tuning.limits import Cost, cost_of, longest_delay
from keras_drnn.tuning.objective import STREAM_SCORE, History, Listeners
from keras_drnn.tuning.recipe_candidate import RecipeCandidate
from keras_drnn.tuning.settings import SearchSettings
from keras_drnn.tuning.values import Values, recipe_of


class SkeletonObjective:
    """Models judged by clips of training subjects that were held out.

    Args:
        data: The clips.
        settings: The search; its preset and cell say what is not searched.

    Raises:
        ValueError: If the training subjects cannot be held out in so many parts.
    """

    counts_unbuilt = True

    def __init__(self, data: Data, settings: SearchSettings) -> None:
        self.data = data
        self.recipe = settings.recipe(data.data_set)
        self.callbacks = settings.callbacks
        self.score = settings.score
        self.splits = fold_splits(data, settings.folds)
        self.folds = len(self.splits)
        self.name = f"{data.name}-{data.protocol.name}"
        frames = data.clips.index.frames[data.split.train]
        self.longest_delay = longest_delay(frames, self.recipe.frames)

    def candidate(self, values: Values, steps: int | None = None) -> "SkeletonCandidate":
        """The model of a trial."""
        recipe = recipe_of(values, self.recipe)
        return SkeletonCandidate(self, replace(recipe, steps=steps or recipe.steps))

    def description(self) -> dict[str, Any]:
        """The data, as `search.json` describes it."""
        return self.data.description()

    def decisive(self) -> dict[str, Any]:
        """What must be the same for a search to go on."""
        return {
            "recipe": self.params_of(self.recipe),
            "longest_delay": self.longest_delay,
            "clips": self.data.clips.index.fingerprint,
            "protocol": self.data.protocol.name,
            "backend": keras.backend.backend(),
        }

    def params_of(self, recipe: Recipe) -> dict[str, Any]:
        """What a recipe is recorded as."""
        return runs.recipe_params(recipe, of_joints=self.data.layout is not None)

    def build(self, recipe: Recipe) -> keras.Model:
        """A model, with fresh weights."""
        return model_for(recipe, self.data, self.data.split, name=recipe.cell)

    @cached_property
    def features(self) -> int:
        """Numbers that describe a frame, as the model makes them from the joints."""
        return int(self.build(self.recipe).get_layer("frame").output.shape[-1])


class SkeletonCandidate(RecipeCandidate[SkeletonObjective]):
    """The model of one trial, trained on clips."""

    @property
    def params(self) -> dict[str, Any]:
        """The recipe."""
        return self.objective.params_of(self.recipe)

    @property
    def cost(self) -> Cost:
        """What the model costs."""
        classes = len(self.objective.data.split.class_names)
        return cost_of(self.recipe, features=self.objective.features, classes=classes)

    def latency_milliseconds(self, scratch: Path) -> float:
        """How long the exported, untrained model takes for a clip of median length."""
        data = self.objective.data
        lengths = data.clips.index.frames[data.split.train]
        typical = int(data.split.train[np.argsort(lengths, kind="stable")[len(lengths) // 2]])
        return export_latency(
            self.objective.build(self.recipe), data.clips[typical].joints, scratch
        )

    def train_fold(self, folder: Path, fold: int, on_step: Callable[[int], None]) -> History:
        """Train with some of the training subjects held out."""
        folder.mkdir(exist_ok=True)
        data, split = self.objective.data, self.objective.splits[fold]
        model, history = build_and_train(
            self.recipe,
            data,
            split,
            name=self.recipe.cell,
            seed=fold,
            folder=folder,
            callbacks=[
                StepCounter(on_step),
                *make_callbacks(self.objective.callbacks, folder),
            ],
        )
        if self.objective.score != STREAM_SCORE:
            return history
        held_out = replace(data, split=split)
        scores = clips_of(stream_scores(model, streams_of(held_out, split.validation)))
        return [*history[:-1], history[-1] | {STREAM_SCORE: sequence_accuracy(scores)}]

    def train_winner(self, folder: Path, seed: int, listeners: Listeners) -> None:
        """Train, evaluate on the test side and export."""
        runs.run(
            folder,
            self.recipe.cell,
            self.recipe,
            seed,
            self.objective.data,
            callbacks=self.objective.callbacks,
            on_step=listeners.on_step,
            on_evaluation=listeners.on_evaluation,
        )
