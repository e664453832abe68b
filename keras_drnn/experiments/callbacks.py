"""Callbacks of a training, in Keras' form."""

import json
import math
import time
from collections.abc import Callable
from pathlib import Path

import keras

from keras_drnn.experiments.checkpoint import Progress, save_checkpoint
from keras_drnn.system.atomic_writes import write_text

CHECKPOINT = "checkpoint.npz"


class TrainingDivergedError(ValueError):
    """The loss is no longer a number."""


class StepCounter(keras.callbacks.Callback):
    """Calls a function with the number of steps done, before every step.

    Args:
        on_step: The function.
    """

    # At the beginning of a step, where Keras has no logs to wait for: after a step, it would wait
    # for the accelerator to finish it.

    def __init__(self, on_step: Callable[[int], object]) -> None:
        super().__init__()
        self._on_step = on_step
        self._interval = self._epoch = 0

    def set_params(self, params: dict) -> None:
        super().set_params(params)
        self._interval = params["steps"]

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self._epoch = epoch

    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        self._on_step(self._epoch * self._interval + batch)


class Evaluation(keras.callbacks.Callback):
    """After every interval: evaluates the model and writes a line of `history.jsonl`.

    The callbacks that come later find what was measured in their logs too.

    Args:
        folder: Where `history.jsonl` is.
        progress: Its history gets one entry more.
        interval: Steps of an interval.
        evaluate: Gives what is measured, by name.
    """

    def __init__(
        self,
        folder: Path,
        progress: Progress,
        interval: int,
        evaluate: Callable[[], dict[str, float]],
    ) -> None:
        super().__init__()
        self._folder = folder
        self._history = progress.history
        self._interval = interval
        self._evaluate = evaluate
        self._begin = 0.0

    def on_train_begin(self, logs: dict | None = None) -> None:
        # An interruption may have left a line that is not in the checkpoint.
        self._write()

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self._begin = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        seconds = time.perf_counter() - self._begin
        logs = {} if logs is None else logs
        step = (epoch + 1) * self._interval
        if not math.isfinite(logs["loss"]):
            raise TrainingDivergedError(
                f"The training loss was {logs['loss']} by step {step}. Try a smaller learning "
                "rate, or another seed; what was trained before is kept."
            )
        of_training = {f"train/{name}": float(value) for name, value in logs.items()}
        measured = self._evaluate()
        logs.update(measured)
        # By Keras' own names too, by which it knows whether more is better.
        for name, value in measured.items():
            logs[name.replace("validation/", "val_", 1)] = value
        before = self._history[-1]["seconds"] if self._history else 0.0
        self._history.append(
            {
                "step": step,
                "seconds": before + seconds,
                **of_training,
                **measured,
            }
        )
        self._write()

    def _write(self) -> None:
        entries = [entry | {"step": int(entry["step"])} for entry in self._history]
        lines = "".join(json.dumps(entry) + "\n" for entry in entries)
        write_text(self._folder / "history.jsonl", lines)


class Checkpoint(keras.callbacks.Callback):
    """Keeps the state of the training after every interval.

    It has to be the last callback, so that what the others change is kept too.

    Args:
        folder: Where the checkpoint is.
        progress: How far the training is.
        trained: The model.
    """

    def __init__(self, folder: Path, progress: Progress, trained: keras.Model) -> None:
        super().__init__()
        self._folder = folder
        self._trained = trained
        self._progress = progress

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        # What a callback has ended is kept when the callbacks have had their last word.
        if not self._trained.stop_training:
            self._save()

    def on_train_end(self, logs: dict | None = None) -> None:
        self._progress.finished = True
        self._save()

    def _save(self) -> None:
        save_checkpoint(self._folder / CHECKPOINT, self._trained, self._progress)
