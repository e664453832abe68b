"""Sequences in arrays: batches to train on, and how right a model is."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from keras_drnn.classifier.order import batches_of_numbers
from keras_drnn.tuning.objective import SCORE

_SILENT: Any = 0  # its default, a string, misleads type checkers


def batches(
    x: np.ndarray, y: np.ndarray, chosen: np.ndarray, size: int, seed: int, first_step: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Batches without end, each pass in an order of its own; the same from wherever it begins.

    Args:
        x: The sequences.
        y: The class of each.
        chosen: Numbers of those to train on.
        size: Sequences in a batch.
        seed: Seed of the order.
        first_step: How many batches to leave out.
    """
    for batch in batches_of_numbers(chosen, size, seed, first_step):
        yield x[batch], y[batch]


def measured(model: keras.Model, x: np.ndarray, y: np.ndarray, part: str) -> dict[str, float]:
    """Loss and accuracy of a model.

    Args:
        model: A model that gives a score for each class.
        x: The sequences.
        y: The class of each.
        part: What stands before the slash in their names.
    """
    scores = np.asarray(model.predict(x, verbose=_SILENT), "float64")
    highest = scores.max(axis=-1, keepdims=True)
    logs = scores - highest - np.log(np.exp(scores - highest).sum(axis=-1, keepdims=True))
    return {
        f"{part}/loss": float(-logs[np.arange(len(y)), y].mean()),
        f"{part}/{SCORE.partition('/')[2]}": float((scores.argmax(axis=-1) == y).mean()),
    }
