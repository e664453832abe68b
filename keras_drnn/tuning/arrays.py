"""Sequences of equal length in arrays, parts of which are held out in turn."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np

from keras_drnn.classifier.order import batches_of_numbers
from keras_drnn.tuning.array_batches import check_sequences, measured
from keras_drnn.tuning.folds import Parts, group_folds
from keras_drnn.tuning.limits import longest_delay

_BATCH_SIZE = 32
_HELD_OUT = 5  # one part of so many is held out where `folds` is 1, and for the winner
_CHECKED = 8  # sequences on which an export is compared with Keras


class ArraySequences:
    """Sequences in arrays.

    Args:
        x: The training sequences, `(sequences, steps, features)`.
        y: The class of each.
        test: Sequences and classes of the test side.
        folds: Parts that are held out in turn.
        batch_size: Sequences in a batch.
        groups: For each training sequence its group; a group is held out as a whole.

    Raises:
        ValueError: If an argument is not as described.
    """

    name = "arrays"

    def __init__(
        self,
        x: np.ndarray,
        y: np.ndarray,
        *,
        test: tuple[np.ndarray, np.ndarray],
        folds: int,
        batch_size: int | None = None,
        groups: np.ndarray | None = None,
    ) -> None:
        self.x, self.y = check_sequences("x, y", x, y)
        self.test_x, self.test_y = check_sequences("test", *test)
        if self.test_x.shape[1:] != self.x.shape[1:]:
            raise ValueError(
                "`test` must be sequences of the shape of the training ones, "
                f"{self.x.shape[1:]}. Received: {self.test_x.shape[1:]}"
            )
        own = np.arange(len(self.y)) if groups is None else np.asarray(groups)
        if own.shape != self.y.shape:
            raise ValueError(
                f"`groups` must be one for each of {len(self.y)} sequences. "
                f"Received: shape {own.shape}"
            )
        held_out = group_folds(own, self.y, _HELD_OUT)
        self.winner_parts = held_out[0]
        self.parts = held_out[:1] if folds == 1 else group_folds(own, self.y, folds)
        self.folds = len(self.parts)
        self.groups = own
        self.classes = int(max(self.y.max(), self.test_y.max())) + 1
        _, steps, self.features = self.x.shape
        self.longest_delay = longest_delay(np.full(len(self.x), steps), steps)
        self.batch_size = batch_size or _BATCH_SIZE
        self.typical = self.x[0]
        self.counts = {
            "train": len(self.winner_parts.train),
            "validation": len(self.winner_parts.validation),
            "test": len(self.test_y),
        }

    def batches(
        self, fold: int | None, seed: int, first_step: int
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Batches without end, each pass in an order of its own."""
        chosen = self._part(fold).train
        for batch in batches_of_numbers(chosen, self.batch_size, seed, first_step):
            yield self.x[batch], self.y[batch]

    def validated(self, model: keras.Model, fold: int | None) -> dict[str, float]:
        """Loss and accuracy on what is held out."""
        held_out = self._part(fold).validation
        return measured(model, self.x[held_out], self.y[held_out], "validation")

    def tested(self, model: keras.Model) -> dict[str, float]:
        """Loss and accuracy on the test side."""
        return measured(model, self.test_x, self.test_y, "test")

    def check_inputs(self) -> Sequence[np.ndarray]:
        """The first sequences of the test side."""
        return list(self.test_x[:_CHECKED])

    def identity(self) -> dict[str, Any]:
        """A digest of all arrays."""
        digest = hashlib.sha256()
        for array in (self.x, self.y, self.test_x, self.test_y, self.groups):
            digest.update(str((array.dtype, array.shape)).encode())
            digest.update(np.ascontiguousarray(array).tobytes())
        return {"arrays": digest.hexdigest()[:16]}

    def _part(self, fold: int | None) -> Parts:
        return self.winner_parts if fold is None else self.parts[fold]
