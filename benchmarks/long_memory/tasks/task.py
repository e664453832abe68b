"""What a task is: data to train on, to choose by and to test on, and how answers are judged."""

import hashlib
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from benchmarks.long_memory.tasks.measures import Measure


def digest(*data: bytes | np.ndarray) -> str:
    """Digits of data, to tell them from others."""
    found = hashlib.sha256()
    for each in data:
        found.update(each if isinstance(each, bytes) else np.ascontiguousarray(each))
    return found.hexdigest()[:16]


class Samples(NamedTuple):
    """Sequences `(samples, steps, features)` and their answers."""

    x: np.ndarray
    y: np.ndarray


@dataclass(frozen=True)
class Task(ABC):
    """A task.

    Args:
        name: Its name in results.
        steps: How long a sequence is.
        features: Numbers in a step.
        outputs: Numbers that a model answers with: of each step where `every_step`.
        every_step: Whether each step is answered, or the last one alone.
        measure: How answers are judged.
        padded: Whether sequences that are shorter start with steps of zeros alone.
        solved: From which value of the measure on the task counts as solved, or `None`.
        data: Digits that tell apart the files of data that a user may give; empty where the
            benchmark has its own.
    """

    name: str
    steps: int
    features: int
    outputs: int
    measure: Measure
    every_step: bool = False
    padded: bool = False
    solved: float | None = None
    data: str = ""

    @property
    @abstractmethod
    def size(self) -> int:
        """How many sequences an epoch has."""

    def of_seed(self, seed: int) -> "Task":
        """The task as a run of this seed has it: where data are few, another part is held out."""
        return self

    @abstractmethod
    def epoch(self, seed: int, number: int) -> Samples:
        """The training data of an epoch, in the order to be trained in: the same when repeated."""

    @abstractmethod
    def validation(self) -> Samples:
        """What models are chosen by; never trained on."""

    @abstractmethod
    def test(self) -> Samples:
        """What a chosen model is tested on, once."""


@dataclass(frozen=True)
class ArrayTask(Task):
    """A task of finite data, which each epoch shuffles."""

    parts: dict[str, Samples] | None = None

    @property
    def size(self) -> int:
        return len(self.parts["train"].x)

    def epoch(self, seed: int, number: int) -> Samples:
        train = self.parts["train"]
        order = np.random.default_rng([seed, number]).permutation(self.size)
        return Samples(train.x[order], train.y[order])

    def validation(self) -> Samples:
        return self.parts["validation"]

    def test(self) -> Samples:
        return self.parts["test"]


# Seeds of the generator for what is not trained on: no seed of a training, which are from 0 up.
_VALIDATION, _TEST = 2**31, 2**31 + 1


@dataclass(frozen=True)
class DrawnTask(Task):
    """A task whose sequences are drawn anew for each epoch."""

    training_samples: int = 20_000
    held_out_samples: int = 2_000

    @property
    def size(self) -> int:
        return self.training_samples

    @abstractmethod
    def draw(self, samples: int, rng: np.random.Generator) -> Samples:
        """So many sequences."""

    def epoch(self, seed: int, number: int) -> Samples:
        return self.draw(self.training_samples, np.random.default_rng([seed, number]))

    def validation(self) -> Samples:
        return self.draw(self.held_out_samples, np.random.default_rng(_VALIDATION))

    def test(self) -> Samples:
        return self.draw(self.held_out_samples, np.random.default_rng(_TEST))
