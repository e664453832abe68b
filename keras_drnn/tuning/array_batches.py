"""Batches of sequences: what they must be, and how right a model is on them."""

from collections.abc import Iterable
from typing import Any

import keras
import numpy as np

from keras_drnn.tuning.objective import SCORE

_SILENT: Any = 0  # its default, a string, misleads type checkers


def check_sequences(name: str, x: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
    """Sequences and their classes as arrays.

    Args:
        name: What they are called in an error.
        x: The sequences.
        y: The class of each.

    Raises:
        ValueError: If they are none.
    """
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


def measured(model: keras.Model, x: np.ndarray, y: np.ndarray, part: str) -> dict[str, float]:
    """Loss and accuracy of a model.

    Args:
        model: A model that gives a score for each class.
        x: The sequences.
        y: The class of each.
        part: What stands before the slash in their names.
    """
    return _judged(model, np.asarray(model.predict(x, verbose=_SILENT)), y, part)


def measured_in_batches(
    model: keras.Model, batches: Iterable[tuple[np.ndarray, np.ndarray]], part: str
) -> dict[str, float]:
    """Loss and accuracy of a model, of which no more than one batch is kept.

    Args:
        model: A model that gives a score for each class.
        batches: Sequences and classes.
        part: What stands before the slash in their names.
    """
    scores, classes = [], []
    for x, y in batches:
        scores.append(np.asarray(model.predict_on_batch(x)))
        classes.append(y)
    return _judged(model, np.concatenate(scores), np.concatenate(classes), part)


def _judged(model: keras.Model, scores: np.ndarray, y: np.ndarray, part: str) -> dict[str, float]:
    # By the model's own loss: whether it gives logits or probabilities is its own affair.
    loss: Any = keras.ops.convert_to_numpy(model.compute_loss(y=y, y_pred=scores))
    return {
        f"{part}/loss": float(loss),
        f"{part}/{SCORE.partition('/')[2]}": float((scores.argmax(axis=-1) == y).mean()),
    }
