"""How answers are judged."""

from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np


@dataclass(frozen=True)
class Measure:
    """A loss to train with, and a number to judge by.

    Args:
        name: What the number is, in results.
        loss: Makes the loss of `keras`.
        value: The number, from the answers that are right and those of a model.
        larger_is_better: Which way is better.
    """

    name: str
    loss: Callable[[], keras.losses.Loss]
    value: Callable[[np.ndarray, np.ndarray], float]
    larger_is_better: bool

    def better(self, one: float, other: float) -> bool:
        """Whether one value is better than another; what is not a number is never."""
        return bool(one > other if self.larger_is_better else one < other)

    def solves(self, value: float, bound: float) -> bool:
        """Whether a value is at least as good as a bound."""
        return value == bound or self.better(value, bound)


def _accuracy(right: np.ndarray, logits: np.ndarray) -> float:
    return float(np.mean(np.argmax(logits, axis=-1) == right))


def _squared_error(right: np.ndarray, answers: np.ndarray) -> float:
    return float(np.mean((answers - right) ** 2))


def _bits(right: np.ndarray, logits: np.ndarray) -> float:
    logits = logits.astype("float64")
    largest = logits.max(axis=-1, keepdims=True)
    total = np.log(np.exp(logits - largest).sum(axis=-1)) + largest[..., 0]
    chosen = np.take_along_axis(logits, right[..., None].astype(int), axis=-1)[..., 0]
    return float(np.mean(total - chosen) / np.log(2))


def recall(marks: int) -> Measure:
    """Of a task that ends with `marks` marks to be said again: how many are right."""

    def value(right: np.ndarray, logits: np.ndarray) -> float:
        return _accuracy(right[:, -marks:], logits[:, -marks:])

    return Measure("recall", _cross_entropy, value, larger_is_better=True)


def _cross_entropy() -> keras.losses.Loss:
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)


ACCURACY = Measure("accuracy", _cross_entropy, _accuracy, larger_is_better=True)
SQUARED_ERROR = Measure(
    "squared_error", keras.losses.MeanSquaredError, _squared_error, larger_is_better=False
)
BITS = Measure("bits", _cross_entropy, _bits, larger_is_better=False)
