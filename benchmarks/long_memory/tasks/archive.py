"""Small data sets of the UEA and UCR archives that the wheel of `aeon` has in it.

Data: Bagnall et al., "The UEA multivariate time series classification archive, 2018"; Dau et al.,
"The UCR time series archive", 2019.
"""

import importlib.util
from dataclasses import dataclass

import numpy as np

from benchmarks.long_memory.tasks.measures import ACCURACY
from benchmarks.long_memory.tasks.task import ArrayTask, Samples

NAMES = {
    "japanese_vowels": "JapaneseVowels",
    "basic_motions": "BasicMotions",
    "pickup_gesture": "PickupGestureWiimoteZ",
}
FOLDS = 5  # of each class, every fifth training sequence is held out


@dataclass(frozen=True)
class ArchiveTask(ArrayTask):
    """Few sequences: each seed from 0 to 4 holds out another fifth of them."""

    sequences: tuple = ()

    def of_seed(self, seed: int) -> "ArchiveTask":
        return split(self.name, *self.sequences, fold=seed % FOLDS)


def archive(name: str) -> ArchiveTask:
    """One of the tasks `NAMES`, in the archive's own split.

    Channels are scaled by mean and standard deviation of the training steps. Shorter sequences
    start with zeros, so that all end at the last step.
    """
    if importlib.util.find_spec("aeon") is None:
        raise ValueError(f"The data of {name} are in the wheel of aeon: pip install aeon")
    from aeon.datasets import load_classification

    x, labels = load_classification(NAMES[name], split="train", load_equal_length=False)
    x_test, labels_test = load_classification(NAMES[name], split="test", load_equal_length=False)
    return split(name, list(x), labels, list(x_test), labels_test)


def split(
    name: str,
    train: list[np.ndarray],
    labels: np.ndarray,
    test: list[np.ndarray],
    test_labels: np.ndarray,
    fold: int = 0,
) -> ArchiveTask:
    """A task of sequences `(channels, steps)` and labels of any kind.

    Args:
        name: Of the task.
        train: Sequences to train on and to choose by.
        labels: Theirs.
        test: Sequences to test on.
        test_labels: Theirs.
        fold: Which fifth of the sequences of each class is held out, from 0 to 4.
    """
    classes, y = np.unique(labels, return_inverse=True)
    number = {label: index for index, label in enumerate(classes)}
    steps = max(sequence.shape[1] for sequence in [*train, *test])
    held_out = np.zeros(len(train), bool)
    for each in range(len(classes)):
        held_out[np.flatnonzero(y == each)[FOLDS - 1 - fold :: FOLDS]] = True
    kept = np.concatenate([train[index] for index in np.flatnonzero(~held_out)], axis=1)
    mean, scale = kept.mean(1), kept.std(1) + 1e-8

    def padded(sequences: list[np.ndarray]) -> np.ndarray:
        x = np.zeros((len(sequences), steps, len(mean)), "float32")
        for row, sequence in zip(x, sequences, strict=True):
            row[steps - sequence.shape[1] :] = (sequence.T - mean) / scale
        return x

    x, y = padded(train), y.astype("int32")
    y_test = np.array([number[label] for label in test_labels], "int32")
    parts = {
        "train": Samples(x[~held_out], y[~held_out]),
        "validation": Samples(x[held_out], y[held_out]),
        "test": Samples(padded(test), y_test),
    }
    sequences = (train, labels, test, test_labels)
    return ArchiveTask(
        name,
        steps,
        len(mean),
        len(classes),
        ACCURACY,
        padded=True,
        parts=parts,
        sequences=sequences,
    )
