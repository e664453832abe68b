"""Trains a model, from wherever a training that was killed had come to."""

import time
from pathlib import Path

import keras
import numpy as np

from benchmarks.long_memory.devices import computing
from benchmarks.long_memory.recipe import Recipe
from benchmarks.long_memory.results import check_data
from benchmarks.long_memory.tasks import Samples, Task
from keras_drnn.experiments.checkpoint import Progress, load_checkpoint, save_checkpoint


def train(
    model: keras.Model, task: Task, recipe: Recipe, seed: int, checkpoint: Path, say=print
) -> list[dict[str, float]]:
    """Train a model.

    Args:
        model: Built.
        task: What it is to learn.
        recipe: How.
        seed: Of the order of the training data.
        checkpoint: A file, written after each epoch. Where there is one, the training goes on. It
            has in it which data it is of and what computed each epoch.
        say: Called with a line of text after each epoch.

    Returns:
        What was found after each epoch, up to one whose loss is no number any more: the loss, the
        measure on what is held out, the seconds that the epoch took without it, and those of the
        processor's time, which other programs beside it change less; `data`, those of the task,
        and what `computing` says.

    Raises:
        ValueError: If the checkpoint is of a training on other data, or of another model.
    """
    batch = min(recipe.batch, task.size)
    batches = task.size // batch
    recipe.compile(model, task, recipe.epochs * batches)
    history = load_checkpoint(checkpoint, model).history
    if history:
        check_data(history[0].get("data"), task.data, checkpoint)
    circumstances = {"data": task.data, **computing()}
    for number in range(len(history), recipe.epochs):
        if history and not np.isfinite(history[-1]["loss"]):
            break
        x, y = task.epoch(seed, number)
        # Only whole batches: one of another size would be compiled anew.
        rows = batches * batch
        start, used = time.perf_counter(), time.process_time()
        found = model.fit(x[:rows], y[:rows], batch_size=batch, shuffle=False, verbose=0).history
        seconds, used = time.perf_counter() - start, time.process_time() - used
        value = judge(model, task, task.validation(), batch)
        history.append(
            {
                "loss": float(found["loss"][0]),
                "validation": value,
                "seconds": round(seconds, 3),
                "processor_seconds": round(used, 3),
                **circumstances,
            }
        )
        save_checkpoint(checkpoint, model, Progress(history))
        say(f"epoch {number + 1}: loss {history[-1]['loss']:.4f}, "
            f"{task.measure.name} {value:.4f} held out, {seconds:.0f} s")  # fmt: skip
    return history


def judge(model: keras.Model, task: Task, samples: Samples, batch: int) -> float:
    """The task's measure of a model's answers, and NaN where one of these is no finite number."""
    rows = len(samples.x)
    # Whole batches here too: the last one is filled up.
    x = np.take(samples.x, np.arange(-(-rows // batch) * batch), axis=0, mode="wrap")
    answers = model.predict(x, batch_size=batch, verbose=0)[:rows]
    # `argmax` of NaNs is 0: samples of the first class would count as right.
    return task.measure.value(samples.y, answers) if np.isfinite(answers).all() else float("nan")
