"""The plain recurrence that a group of units runs, `h_k = activation(z_k + h_{k-1} W)`.

One reference in Keras operations, and one implementation per backend with that backend's own
fastest tools. `recurrence` picks; what it picks never changes the values beyond rounding.
"""

from collections.abc import Callable

import keras

from keras_drnn.ops import Tensor
from keras_drnn.recurrence.reference import recurrence as reference


def recurrence(
    z: Tensor,
    h0: Tensor,
    recurrent_kernel: Tensor,
    activation: Callable[[Tensor], Tensor],
    dropout_mask: Tensor | None = None,
    unroll: bool = False,
) -> Tensor:
    """States of a group at each of its updates.

    Args:
        z: What drives the group at its updates, `x_k U + b`: `(updates, batch, units)`.
        h0: Its state before the first update, `(batch, units)`.
        recurrent_kernel: `W`, `(units, units)`.
        activation: A function of a tensor.
        dropout_mask: Factors for `h_{k-1}`, `(batch, units)`, or `None`.
        unroll: Whether to write the loop out (needs a static number of updates).

    Returns:
        A tensor `(updates, batch, units)`.
    """
    arguments = (z, h0, recurrent_kernel, activation)
    if dropout_mask is None and not unroll:
        backend = keras.backend.backend()
        if backend == "jax":
            from keras_drnn.recurrence import jax as fast
        elif backend == "torch":
            from keras_drnn.recurrence import torch as fast
        elif backend == "tensorflow":
            from keras_drnn.recurrence import tensorflow as fast
        else:
            fast = None
        if fast is not None and fast.supports(activation):
            return fast.recurrence(*arguments)
    return reference(*arguments, dropout_mask=dropout_mask, unroll=unroll)
