"""What a search needs of sequences of your own, however they are kept."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import keras
import numpy as np


class Sequences(Protocol):
    """Sequences with a class each: to train on, held out, and of the test side."""

    @property
    def name(self) -> str:
        """What they are called, in a word."""
        ...

    @property
    def folds(self) -> int:
        """Parts that are held out in turn."""
        ...

    @property
    def features(self) -> int:
        """Numbers in a step."""
        ...

    @property
    def classes(self) -> int:
        """Number of classes."""
        ...

    @property
    def longest_delay(self) -> int:
        """The longest delay that fits."""
        ...

    @property
    def batch_size(self) -> int:
        """Sequences in a batch, of the first where they differ."""
        ...

    @property
    def typical(self) -> np.ndarray:
        """A training sequence."""
        ...

    @property
    def counts(self) -> Mapping[str, int]:
        """How many there are of each side."""
        ...

    def batches(
        self, fold: int | None, seed: int, first_step: int
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Batches to train on without end; the same from wherever they begin.

        Args:
            fold: Which part is held out, `None` for the one that is held out for the winner.
            seed: Seed of the order.
            first_step: How many batches to leave out.
        """
        ...

    def validated(self, model: keras.Model, fold: int | None) -> dict[str, float]:
        """Loss and accuracy on what is held out.

        Args:
            model: The model.
            fold: Which part, `None` for the one that is held out for the winner.
        """
        ...

    def tested(self, model: keras.Model) -> dict[str, float]:
        """Loss and accuracy on the test side.

        Args:
            model: The model.
        """
        ...

    def check_inputs(self) -> Sequence[np.ndarray]:
        """Sequences on which an export is compared with Keras."""
        ...

    def identity(self) -> Mapping[str, Any]:
        """What must be the same for a search to go on."""
        ...
