"""Training that resumes where it was interrupted, with the same result as without interruption."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_drnn.experiments.callbacks import CHECKPOINT, Checkpoint, Evaluation
from keras_drnn.experiments.checkpoint import load_checkpoint
from keras_drnn.experiments.data import Data
from keras_drnn.experiments.evaluation import clip_scores
from keras_drnn.experiments.losses import FrameAccuracy, FrameCrossentropy
from keras_drnn.experiments.memory import forget_models
from keras_drnn.experiments.models import model_for
from keras_drnn.experiments.recipes import Recipe
from keras_drnn.reporting.metrics import ClipScores, frame_accuracy, sequence_accuracy
from keras_drnn.skeletons.batches import Clips, clip_batches
from keras_drnn.skeletons.layouts import JointLayout
from keras_drnn.skeletons.split import Split
from keras_drnn.skeletons.stream_batches import stream_batches

EVALUATIONS = 40  # at most, spread evenly over a training
# A short training would spend its time on evaluations: it has so many, or one every 50 steps.
SHORT_EVALUATIONS = 10
SHORT_INTERVAL = 50
_SILENT: Any = 0  # its default, a string, misleads type checkers
WARM_UP = 0.05  # share of the steps over which AdamW's learning rate rises


@dataclass(frozen=True, eq=False)
class TrainingData:
    """Clips, and which of them to train on and to watch the training by.

    Args:
        clips: The clips.
        split: Which are for what, and the class of each.
        layout: What the joints are; `None` for channels.
    """

    clips: Clips
    split: Split
    layout: JointLayout | None


def compile_model(model: keras.Model, recipe: Recipe) -> None:
    """Give a model the optimizer and the loss of its recipe."""
    if recipe.optimizer == "adamw":
        warm_up = max(1, round(WARM_UP * recipe.steps))
        rate: Any = keras.optimizers.schedules.CosineDecay(
            0.0,
            max(1, recipe.steps - warm_up),
            warmup_target=recipe.learning_rate,
            warmup_steps=warm_up,
        )
        optimizer = keras.optimizers.AdamW(
            rate, weight_decay=recipe.weight_decay, global_clipnorm=1.0
        )
        optimizer.exclude_from_weight_decay(var_names=["bias"])
    else:
        optimizer = keras.optimizers.RMSprop(recipe.learning_rate)
    model.compile(
        optimizer,
        loss=FrameCrossentropy(recipe.clip_loss),
        metrics=[FrameAccuracy()],
    )


def train(
    model: keras.Model,
    recipe: Recipe,
    data: TrainingData,
    *,
    seed: int,
    folder: Path,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> list[dict[str, float]]:
    """Train a compiled model, and keep its state in a folder as it goes.

    A training is a number of equal intervals, Keras' epochs, with an evaluation after each. One
    that was interrupted goes on after the last of them and ends exactly as it would have ended.

    Args:
        model: A compiled model, fresh, built from `seed`.
        recipe: Its recipe.
        data: The clips.
        seed: Seed of everything random.
        folder: Where `checkpoint.npz` and `history.jsonl` are kept. It belongs to one model, recipe
            and seed.
        callbacks: Keras callbacks. At the end of an epoch their logs hold `loss`, `frame_accuracy`,
            `validation/loss`, `validation/frame_accuracy` and `validation/sequence_accuracy`, and
            the same as `val_loss` and so on. What they change in the model and its optimizer is
            kept; what a callback remembers itself, such as the patience of `EarlyStopping`, begins
            anew after an interruption.

    Returns:
        The evaluations: a list of the lines of `history.jsonl`.

    Raises:
        TrainingDivergedError: If the loss is no longer a number.
        ValueError: If the checkpoint is of another model.

    Example:

    >>> history = train(model, recipe, TrainingData(store, parts, KINECT_V2), seed=0, folder=folder,
    ...                 callbacks=[keras.callbacks.EarlyStopping("val_loss", patience=5)])
    """
    clips, parts = data.clips, data.split

    def batches(first_step: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        return training_batches(recipe, data, seed=seed, first_step=first_step)

    def evaluate() -> dict[str, float]:
        scores = clip_scores(model, clips, parts.validation, parts.labels[parts.validation])
        return {
            "validation/loss": mean_loss(scores),
            "validation/frame_accuracy": frame_accuracy(scores),
            "validation/sequence_accuracy": sequence_accuracy(scores),
        }

    return fit_in_intervals(
        model, recipe.steps, batches, evaluate, folder=folder, callbacks=callbacks
    )


def training_batches(
    recipe: Recipe, data: TrainingData, *, seed: int, first_step: int = 0
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The batches that a recipe's model is trained on: of clips, or of streams of them.

    Args:
        recipe: The recipe.
        data: The clips.
        seed: Seed of everything random.
        first_step: Number of the first batch.
    """
    chosen = data.split.train
    draw = clip_batches
    if recipe.streams:
        draw = partial(
            stream_batches,
            pause=recipe.pause,
            longest_pause=recipe.longest_pause,
            shortest=recipe.shortest,
        )
    return draw(
        data.clips,
        chosen,
        data.split.labels[chosen],
        layout=data.layout,
        batch_size=recipe.batch_size,
        frames=recipe.frames,
        seed=seed,
        augmentation=recipe.augmentation,
        first_step=first_step,
    )


def fit_in_intervals(
    model: keras.Model,
    steps: int,
    batches: Callable[[int], Iterator[tuple[np.ndarray, np.ndarray]]],
    evaluate: Callable[[], dict[str, float]],
    *,
    folder: Path,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> list[dict[str, float]]:
    """Fit a compiled model in equal intervals, or go on with it, as `train` says.

    Args:
        model: The model.
        steps: Batches to train on.
        batches: Given how many batches were trained on, gives those that follow.
        evaluate: Gives what is measured after an interval, by name.
        folder: Where `checkpoint.npz` and `history.jsonl` are kept.
        callbacks: Keras callbacks.

    Returns:
        The evaluations: a list of the lines of `history.jsonl`.
    """
    every = evaluation_interval(steps)
    progress = load_checkpoint(folder / CHECKPOINT, model)
    done = len(progress.history)
    if progress.finished or done * every >= steps:
        return progress.history
    model.fit(
        batches(done * every),
        steps_per_epoch=every,
        initial_epoch=done,
        epochs=steps // every,
        shuffle=False,  # the stream has its own order
        callbacks=[
            Evaluation(folder, progress, every, evaluate),
            *callbacks,
            Checkpoint(folder, progress, model),
        ],
        verbose=_SILENT,
    )
    return progress.history


def build_and_train(
    recipe: Recipe,
    data: Data,
    split: Split,
    *,
    name: str,
    seed: int,
    folder: Path,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> tuple[keras.Model, list[dict[str, float]]]:
    """Build a recipe's model from a seed and train it, in a process that has trained others.

    Args:
        recipe: The recipe.
        data: The data.
        split: Which of its clips to train on, and which to watch the training by.
        name: Name of the model.
        seed: Seed of everything random.
        folder: As for `train`.
        callbacks: As for `train`.

    Returns:
        The model and its evaluations.
    """
    forget_models()
    keras.utils.set_random_seed(seed)
    model = model_for(recipe, data, split, name=name)
    compile_model(model, recipe)
    clips = TrainingData(data.clips, split, data.layout)
    history = train(model, recipe, clips, seed=seed, folder=folder, callbacks=callbacks)
    return model, history


def evaluation_interval(steps: int) -> int:
    """Steps between evaluations: as many evaluations as divide the steps, up to a limit."""
    limit = min(EVALUATIONS, max(SHORT_EVALUATIONS, steps // SHORT_INTERVAL))
    return steps // max(n for n in range(1, limit + 1) if steps % n == 0)


def mean_loss(scores: list[ClipScores]) -> float:
    """Cross-entropy per valid frame."""
    losses = [-score.log_probabilities[score.valid, score.label] for score in scores]
    return float(np.mean(np.concatenate(losses)))
