"""Sequential MNIST whose training pictures are moved by a pixel, anew in each epoch."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.long_memory.tasks.mnist import mnist, pixel_order
from benchmarks.long_memory.tasks.task import ArrayTask, Samples

SHIFT = 1  # pixels, at most, in each direction
_SIDE = 28


@dataclass(frozen=True)
class ShiftedTask(ArrayTask):
    """Pictures of which those to train on are shifted; what is held out and tested is not.

    Args:
        order: In which a sequence reads the pixels; needed.
    """

    order: np.ndarray | None = None

    def epoch(self, seed: int, number: int) -> Samples:
        x, y = super().epoch(seed, number)
        pictures = x[:, np.argsort(self.order), 0].reshape(-1, _SIDE, _SIDE)
        moved = shifted(pictures, SHIFT, np.random.default_rng([seed, number, 1]))
        return Samples(moved.reshape(x.shape)[:, self.order], y)


def shifted(pictures: np.ndarray, most: int, rng: np.random.Generator) -> np.ndarray:
    """Each picture moved by -`most` to `most` pixels, down and to the right; zeros come in."""
    padded = np.pad(pictures, ((0, 0), (most, most), (most, most)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, pictures.shape[1:], axis=(1, 2))
    rows, columns = rng.integers(0, 2 * most + 1, (2, len(pictures)))
    return windows[np.arange(len(pictures)), rows, columns]


def shifted_mnist(path: Path, permuted: bool) -> ShiftedTask:
    """The task `shifted_smnist` or `shifted_psmnist`."""
    plain = mnist(path, permuted)
    of_plain = {**vars(plain), "name": f"shifted_{plain.name}"}
    return ShiftedTask(**of_plain, order=pixel_order(permuted))
