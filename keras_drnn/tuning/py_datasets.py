"""Sequences that come batch by batch, from a `keras.utils.PyDataset`."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from keras_drnn.classifier.order import batches_of_numbers
from keras_drnn.tuning.array_batches import check_sequences, measured_in_batches
from keras_drnn.tuning.limits import longest_delay

_CHECKED = 8  # sequences at most on which an export is compared with Keras


class DatasetSequences:
    """Training, held-out and test sequences in datasets of batches.

    Each is read through once, to learn what is in it; never is more than a batch kept.

    Args:
        train: Batches to train on.
        validation: Batches that are held out.
        test: Batches of the test side.
        folds: Must be 1: what is held out is given.

    Raises:
        ValueError: If an argument is not as described.
    """

    name = "batches"

    def __init__(
        self,
        train: keras.utils.PyDataset,
        validation: keras.utils.PyDataset,
        test: keras.utils.PyDataset,
        *,
        folds: int,
    ) -> None:
        if folds != 1:
            raise ValueError(
                "A search on datasets holds out `validation` and has no other folds. Give "
                f"SearchSettings(folds=1). Received: folds={folds}"
            )
        self.train, self.validation, self.test = train, validation, test
        sides = {"train": train, "validation": validation, "test": test}
        self._facts = {name: _read_through(name, dataset) for name, dataset in sides.items()}
        of_training = self._facts["train"]
        for name, facts in self._facts.items():
            if facts.features != of_training.features:
                raise ValueError(
                    f"The batches of `{name}` must have the features of the training ones, "
                    f"{of_training.features}. Received: {facts.features}"
                )
        self.folds = 1
        self.features = of_training.features
        self.classes = max(facts.highest for facts in self._facts.values()) + 1
        self.longest_delay = longest_delay(of_training.steps, int(of_training.steps.max()))
        self.batch_size = of_training.batch_size
        self.counts = {name: len(facts.steps) for name, facts in self._facts.items()}

    @property
    def typical(self) -> np.ndarray:
        """The first training sequence."""
        return _batch("train", self.train, 0)[0][0]

    def batches(
        self, fold: int | None, seed: int, first_step: int
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Batches without end, each pass in an order of its own."""
        numbers = np.arange(self._facts["train"].batches)
        for (number,) in batches_of_numbers(numbers, 1, seed, first_step):
            yield _batch("train", self.train, int(number))

    def validated(self, model: keras.Model, fold: int | None) -> dict[str, float]:
        """Loss and accuracy on what is held out."""
        return measured_in_batches(model, self._all("validation", self.validation), "validation")

    def tested(self, model: keras.Model) -> dict[str, float]:
        """Loss and accuracy on the test side."""
        return measured_in_batches(model, self._all("test", self.test), "test")

    def check_inputs(self) -> Sequence[np.ndarray]:
        """The first sequences of the test side."""
        return list(_batch("test", self.test, 0)[0][:_CHECKED])

    def identity(self) -> dict[str, Any]:
        """Of each side the number of batches, the first of them, and all lengths and classes."""
        return {"batches": {name: facts.digest for name, facts in self._facts.items()}}

    def _all(
        self, name: str, dataset: keras.utils.PyDataset
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        return (_batch(name, dataset, number) for number in range(self._facts[name].batches))


@dataclass(frozen=True, eq=False)
class _Facts:
    """What there is to know of a dataset.

    Args:
        batches: How many batches it has.
        batch_size: Sequences in the first.
        features: Numbers in a step.
        highest: The highest class.
        steps: The length of every sequence.
        digest: Says whether another one is the same.
    """

    batches: int
    batch_size: int
    features: int
    highest: int
    steps: np.ndarray
    digest: str


def _read_through(name: str, dataset: keras.utils.PyDataset) -> _Facts:
    if not isinstance(dataset, keras.utils.PyDataset):
        raise ValueError(
            "`train`, `validation` and `test` must be three keras.utils.PyDataset. "
            f"Received: {name}={dataset!r:.80}"
        )
    count = dataset.num_batches
    if not count:
        raise ValueError(f"`{name}` must have a number of batches, 1 or more. Received: {count}")
    x, y = first = _batch(name, dataset, 0)
    digest = hashlib.sha256(str((count, x.shape, y.dtype)).encode())
    digest.update(np.ascontiguousarray(x).tobytes())
    steps, highest = [], 0
    for number in range(count):
        own_x, own_y = first if number == 0 else _batch(name, dataset, number)
        if own_x.shape[2] != x.shape[2]:
            raise ValueError(
                f"All batches of `{name}` must have as many features, {x.shape[2]} as the first. "
                f"Received: {own_x.shape[2]} in batch {number}"
            )
        digest.update(str(own_x.shape).encode())
        digest.update(np.ascontiguousarray(own_y).tobytes())
        steps.append(np.full(len(own_y), own_x.shape[1]))
        highest = max(highest, int(own_y.max()))
    return _Facts(
        count, len(y), x.shape[2], highest, np.concatenate(steps), digest.hexdigest()[:16]
    )


def _batch(name: str, dataset: keras.utils.PyDataset, number: int) -> tuple[np.ndarray, np.ndarray]:
    batch = dataset[number]
    if not isinstance(batch, tuple | list) or len(batch) != 2:
        raise ValueError(
            f"A batch of `{name}` must be (x, y), sequences and a class for each. "
            f"Received: {type(batch).__name__} for batch {number}"
        )
    return check_sequences(f"batch {number} of {name}", *batch)
