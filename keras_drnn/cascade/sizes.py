"""Numbers of steps: Python's where they are static, tensors where only the running graph knows.

Static ones need no operations to compute with, and slices of static size compile to less.
"""

import keras
import numpy as np

from keras_drnn import ops
from keras_drnn.ops import Size, Tensor


def nothing(count: Size) -> bool:
    """Whether it is certain beforehand that there is nothing to count."""
    return isinstance(count, int) and count <= 0


def count_up_to(count: Size) -> np.ndarray | Tensor:
    """The integers from 0 to `count - 1`."""
    # At an array of NumPy's torch's compiler would give up the whole layer.
    if isinstance(count, int) and keras.backend.backend() != "torch":
        return np.arange(count, dtype="int32")
    return ops.arange(count, dtype="int32")
