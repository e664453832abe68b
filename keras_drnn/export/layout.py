"""Where each part of what a model remembers is in the tensors that a caller carries."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from keras_drnn import ops
from keras_drnn.ops import Tensor
from keras_drnn_runtime.names import CLOCK, STATE

#: The type of each tensor that a caller carries.
TYPES = {STATE: "float32", CLOCK: "int32"}


class Place(NamedTuple):
    """Where a part is: in which tensor, from which column on, and how many."""

    tensor: str
    begin: int
    size: int


class Layout:
    """How the parts stand in two tensors, floats in `state`, whole numbers in `clock`.

    Args:
        parts: Name, number of columns, and whether they are whole numbers, in order.
    """

    def __init__(self, parts: Iterable[tuple[str, int, bool]]):
        #: As they were given.
        self.parts = [(str(name), int(size), bool(whole)) for name, size, whole in parts]
        self.places: dict[str, Place] = {}
        widths = dict.fromkeys(TYPES, 0)
        for name, size, whole in self.parts:
            tensor = CLOCK if whole else STATE
            self.places[name] = Place(tensor, widths[tensor], size)
            widths[tensor] += size
        #: Columns of each tensor that there is.
        self.widths = {tensor: width for tensor, width in widths.items() if width}

    def inside(self, tensor: str) -> list[str]:
        """Names of the parts in a tensor, in its order."""
        return [name for name, place in self.places.items() if place.tensor == tensor]

    def unpack(self, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The parts of the tensors."""
        return {
            name: tensors[tensor][:, begin : begin + size]
            for name, (tensor, begin, size) in self.places.items()
        }

    def pack(self, parts: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The tensors of the parts."""
        return {
            tensor: ops.concatenate([parts[name] for name in self.inside(tensor)], axis=1)
            for tensor in self.widths
        }

    def zeros(self) -> dict[str, np.ndarray]:
        """The tensors before the first frame."""
        return {
            tensor: np.zeros((1, width), TYPES[tensor]) for tensor, width in self.widths.items()
        }
