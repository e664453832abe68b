"""Sequential MNIST: a picture one pixel at a time, in rows or in an order that makes no sense."""

from pathlib import Path

import numpy as np

from benchmarks.long_memory.tasks.measures import ACCURACY
from benchmarks.long_memory.tasks.task import ArrayTask, Samples, digest

PIXELS, DIGITS = 784, 10
HELD_OUT = 5_000  # the last of the training pictures
PERMUTATION_SEED = 92916


def permutation() -> np.ndarray:
    """The order of pixels of the permuted task, one for all pictures."""
    return np.random.default_rng(PERMUTATION_SEED).permutation(PIXELS)


def read_pictures(path: Path) -> tuple[dict[str, Samples], str]:
    """Pictures as sequences of 784 values from 0 to 1, and their digits, in three parts; and digits
    that tell these data from others.

    Args:
        path: `mnist.npz` as Keras has it, or with flat pictures: `x_train`, `y_train`, `x_test`,
            `y_test`.
    """
    with np.load(path) as arrays:
        x, y, x_test, y_test = (arrays[name] for name in ("x_train", "y_train", "x_test", "y_test"))
    if len(x) <= HELD_OUT or x[0].size != PIXELS:
        raise ValueError(
            f"Expected more than {HELD_OUT} training pictures of {PIXELS} pixels in {path}. "
            f"Received: x_train of shape {x.shape}"
        )
    parts = {
        "train": _sequences(x[:-HELD_OUT], y[:-HELD_OUT]),
        "validation": _sequences(x[-HELD_OUT:], y[-HELD_OUT:]),
        "test": _sequences(x_test, y_test),
    }
    # Of the numbers, not of the file: pictures may be flat in it, and packed otherwise.
    return parts, digest(*(each for part in parts.values() for each in part))


def _sequences(pictures: np.ndarray, digits: np.ndarray) -> Samples:
    x = pictures.reshape(len(pictures), PIXELS, 1).astype("float32") / np.float32(255)
    return Samples(x, digits.astype("int32"))


def mnist(path: Path, permuted: bool) -> ArrayTask:
    """The task `smnist` or `psmnist`."""
    order = pixel_order(permuted)
    read, data = read_pictures(path)
    parts = {name: Samples(x[:, order], y) for name, (x, y) in read.items()}
    name = "psmnist" if permuted else "smnist"
    return ArrayTask(name, PIXELS, 1, DIGITS, ACCURACY, data=data, parts=parts)


def pixel_order(permuted: bool) -> np.ndarray:
    """In which order the pixels of every picture are read."""
    return permutation() if permuted else np.arange(PIXELS)
