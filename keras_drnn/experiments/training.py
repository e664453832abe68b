"""Training that resumes where it was interrupted, with the same result as without interruption."""

import json
import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import keras
import numpy as np

from keras_drnn.experiments.checkpoint import load_checkpoint, save_checkpoint
from keras_drnn.experiments.evaluation import clip_scores
from keras_drnn.experiments.losses import FrameCrossentropy
from keras_drnn.experiments.recipes import Recipe
from keras_drnn.reporting.metrics import ClipScores, frame_accuracy, sequence_accuracy
from keras_drnn.skeletons.batches import Clips, training_stream
from keras_drnn.skeletons.layouts import JointLayout
from keras_drnn.system.atomic_writes import write_text

EVALUATIONS = 40  # at most, spread evenly over a training
# A short training would spend its time on evaluations: it has so many, or one every 50 steps.
SHORT_EVALUATIONS = 10
SHORT_INTERVAL = 50
WARM_UP = 0.05  # share of the steps over which AdamW's learning rate rises


class TrainingDivergedError(ValueError):
    """The loss is no longer a number."""


def compile_model(model: keras.Model, recipe: Recipe) -> None:
    """Give a model the optimizer and the loss of its recipe."""
    if recipe.optimizer == "adamw":
        warm_up = max(1, round(WARM_UP * recipe.steps))
        rate = keras.optimizers.schedules.CosineDecay(
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
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="frame_accuracy")],
    )


def train(
    model: keras.Model,
    recipe: Recipe,
    clips: Clips,
    train_clips: np.ndarray,
    validation_clips: np.ndarray,
    labels: np.ndarray,
    *,
    layout: JointLayout,
    seed: int,
    folder: Path,
    on_step: Callable[[int], None] = lambda step: None,
    on_evaluation: Callable[[], object] = lambda: None,
) -> list[dict[str, float]]:
    """Train a compiled model, and keep its state in a folder as it goes.

    Args:
        model: A compiled model, fresh, built from `seed`.
        recipe: Its recipe.
        clips: The clips.
        train_clips: Numbers of the clips to train on.
        validation_clips: Numbers of the clips to watch the training by.
        labels: Class of every clip.
        layout: What the joints are.
        seed: Seed of everything random.
        folder: Where `checkpoint.npz` and `history.jsonl` are kept. A training that was
            interrupted goes on from there.
        on_step: Called with the number of steps done.
        on_evaluation: Called after each evaluation, when its line is in `history.jsonl`.

    Returns:
        The evaluations: a list of the lines of `history.jsonl`.

    Raises:
        TrainingDivergedError: If the loss is no longer a number.
    """
    every = evaluation_interval(recipe.steps)
    checkpoint = folder / "checkpoint.npz"
    history = load_checkpoint(checkpoint, model)
    _write_history(folder, history)
    done = len(history)
    on_step(done * every)
    if done * every < recipe.steps:

        def batches() -> Iterator[tuple[np.ndarray, np.ndarray]]:
            stream = training_stream(
                clips,
                train_clips,
                labels[train_clips],
                layout=layout,
                batch_size=recipe.batch_size,
                frames=recipe.frames,
                seed=seed,
                augmentation=recipe.augmentation,
                first_step=done * every,
            )
            for step, batch in enumerate(stream, start=done * every):
                on_step(step)
                yield batch

        def evaluate() -> dict[str, float]:
            scores = clip_scores(model, clips, validation_clips, labels[validation_clips])
            return {
                "validation/loss": mean_loss(scores),
                "validation/frame_accuracy": frame_accuracy(scores),
                "validation/sequence_accuracy": sequence_accuracy(scores),
            }

        keeper = _Keeper(folder, history, every, evaluate, on_evaluation)
        model.fit(
            batches(),
            steps_per_epoch=every,
            initial_epoch=done,
            epochs=recipe.steps // every,
            shuffle=False,  # the stream has its own order
            callbacks=[keeper],
            verbose=0,
        )
    return history


def evaluation_interval(steps: int) -> int:
    """Steps between evaluations: as many evaluations as divide the steps, up to a limit."""
    limit = min(EVALUATIONS, max(SHORT_EVALUATIONS, steps // SHORT_INTERVAL))
    return steps // max(n for n in range(1, limit + 1) if steps % n == 0)


def mean_loss(scores: list[ClipScores]) -> float:
    """Cross-entropy per valid frame."""
    losses = [-score.log_probabilities[score.valid, score.label] for score in scores]
    return float(np.mean(np.concatenate(losses)))


class _Keeper(keras.callbacks.Callback):
    """After every interval: evaluate, note it, keep the state."""

    def __init__(self, folder, history, every, evaluate, on_evaluation):
        super().__init__()
        self._folder = folder
        self._history = history
        self._every = every
        self._evaluate = evaluate
        self._on_evaluation = on_evaluation
        self._begin = 0.0

    def on_epoch_begin(self, epoch, logs=None):
        self._begin = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        seconds = time.perf_counter() - self._begin
        logs = logs or {}
        step = (epoch + 1) * self._every
        if not math.isfinite(logs["loss"]):
            raise TrainingDivergedError(
                f"The training loss was {logs['loss']} by step {step}. Try a smaller learning "
                "rate, or another seed; what was trained before is kept."
            )
        before = self._history[-1]["seconds"] if self._history else 0.0
        entry = {
            "step": step,
            "seconds": before + seconds,
            "train/loss": float(logs["loss"]),
            "train/frame_accuracy": float(logs["frame_accuracy"]),
            **self._evaluate(),
        }
        self._history.append(entry)
        _write_history(self._folder, self._history)
        save_checkpoint(self._folder / "checkpoint.npz", self.model, self._history)
        self._on_evaluation()


def _write_history(folder: Path, history: list[dict[str, float]]) -> None:
    text = "".join(json.dumps(entry | {"step": int(entry["step"])}) + "\n" for entry in history)
    write_text(folder / "history.jsonl", text)
