"""What a step costs in a stream."""

from collections.abc import Iterator

import keras
import numpy as np


def multiply_adds(model: keras.Model) -> float:
    """Multiplications of a step by matrices of weights, on average, with an answer at every step.

    What groups with delays or periods do not compute at a step is not counted; products of number
    by number, such as gates and scales, are not either.
    """
    return sum(_of_layer(layer) for layer in _leaves(model))


def _of_layer(layer: keras.layers.Layer) -> float:
    cell = getattr(layer, "cell", layer)
    every = getattr(cell, "delays" if hasattr(cell, "group_units") else "periods", None)
    if every is not None:
        kernels = zip(cell.kernels, cell.recurrent_kernels, every, strict=True)
        return sum((_size(u) + _size(w)) / delay for u, w, delay in kernels)
    matrices = [weight for weight in layer.trainable_weights if len(weight.shape) > 1]
    # The biases of Keras' GRU are a matrix as well, of two rows.
    weights = sum(_size(weight) for weight in matrices if weight.name != "bias")
    return weights + sum(_size(matrix) for matrix in getattr(cell, "matrices", ()))


def _size(array) -> int:
    return int(np.prod(array.shape))


def _leaves(model: keras.Model) -> Iterator[keras.layers.Layer]:
    for layer in model.layers:
        yield from _leaves(layer) if isinstance(layer, keras.Model) else (layer,)
