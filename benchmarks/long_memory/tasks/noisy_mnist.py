"""Sequential MNIST with a pause: a picture, then a thousand steps of noise, then the answer."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.long_memory.tasks.measures import ACCURACY
from benchmarks.long_memory.tasks.mnist import DIGITS, PIXELS, read_pictures
from benchmarks.long_memory.tasks.task import ArrayTask, Samples

PAUSE = 1_000
_VALIDATION, _TEST = 2**31, 2**31 + 1


@dataclass(frozen=True)
class NoisyTask(ArrayTask):
    """Pictures that noise from 0 to 1 follows, drawn anew for each epoch."""

    def epoch(self, seed: int, number: int) -> Samples:
        return self._followed(super().epoch(seed, number), [seed, number, 1])

    def validation(self) -> Samples:
        return self._followed(super().validation(), _VALIDATION)

    def test(self) -> Samples:
        return self._followed(super().test(), _TEST)

    def _followed(self, samples: Samples, seed) -> Samples:
        size = (len(samples.x), self.steps - PIXELS, 1)
        noise = np.random.default_rng(seed).random(size, dtype="float32")
        return Samples(np.concatenate([samples.x, noise], axis=1), samples.y)


def noisy_mnist(path: Path) -> NoisyTask:
    """The task `noisy_smnist`."""
    parts, data = read_pictures(path)
    return NoisyTask("noisy_smnist", PIXELS + PAUSE, 1, DIGITS, ACCURACY, data=data, parts=parts)
