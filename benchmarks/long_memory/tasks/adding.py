"""The adding problem (Hochreiter and Schmidhuber, 1997): the sum of two marked numbers."""

from dataclasses import dataclass

import numpy as np

from benchmarks.long_memory.tasks.measures import SQUARED_ERROR
from benchmarks.long_memory.tasks.task import DrawnTask, Samples

SOLVED = 0.001  # who always says 1 has an error of 1/6


@dataclass(frozen=True)
class AddingTask(DrawnTask):
    """A number from 0 to 1 at each step; one in the first half and one in the second are marked."""

    def draw(self, samples: int, rng: np.random.Generator) -> Samples:
        numbers = rng.random((samples, self.steps), dtype="float32")
        marks = np.zeros_like(numbers)
        rows, half = np.arange(samples), self.steps // 2
        marks[rows, rng.integers(0, half, samples)] = 1
        marks[rows, rng.integers(half, self.steps, samples)] = 1
        return Samples(np.stack([numbers, marks], -1), (numbers * marks).sum(1, keepdims=True))


def adding(steps: int) -> AddingTask:
    """The task `adding`, of any length from 2 on.

    Raises:
        ValueError: If it is shorter.
    """
    if steps < 2:
        raise ValueError(f"Expected adding of 2 steps or more. Received: {steps}")
    return AddingTask(f"adding{steps}", steps, 2, 1, SQUARED_ERROR, solved=SOLVED)
