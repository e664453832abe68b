"""The range that the state of a recurrent cell never leaves, however many frames come."""

from collections.abc import Callable
from functools import singledispatch

import numpy as np
from keras import activations, layers

from keras_drnn.cell import DelayedRNNCell
from keras_drnn.export.ranges import (
    NoBound,
    Range,
    array,
    both,
    product,
    range_of,
    spectral_norm,
)

# Functions that grow with what they are given and never change its size to a larger one.
_CONTRACTING = {
    activations.relu: lambda x: np.maximum(x, 0),
    activations.linear: lambda x: x,
    activations.leaky_relu: lambda x: np.where(x > 0, x, 0.2 * x),
    activations.elu: lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
}
# What leaves a range in no direction, whatever comes.
_BOUNDED = {
    activations.tanh: (-1.0, 1.0),
    activations.hard_tanh: (-1.0, 1.0),
    activations.softsign: (-1.0, 1.0),
    activations.sigmoid: (0.0, 1.0),
    activations.hard_sigmoid: (0.0, 1.0),
    activations.softmax: (0.0, 1.0),
    activations.relu6: (0.0, 6.0),
}
# Libraries compute tanh, sigmoid and the like but for the last digits.
_DIGITS = 1e-6
_ROUNDS = 20


def activated(values: Range, activation: Callable) -> Range:
    """The range of an activation's outputs."""
    values = values.finite()
    if activation in _BOUNDED:
        low, high = _BOUNDED[activation]
        shape = values.low.shape
        return range_of(np.full(shape, low), np.full(shape, high)).widened(_DIGITS)
    if activation not in _CONTRACTING:
        name = getattr(activation, "__name__", type(activation).__name__)
        raise NoBound(f"its activation, {name}, is none whose range is known")
    low, high = map(_CONTRACTING[activation], (values.low, values.high))
    return range_of(low, high, values.norm).widened(
        0 if activation is activations.relu else _DIGITS * values.size
    )


@singledispatch
def state_range(cell, inputs: Range) -> Range:
    """The range of a cell's outputs.

    Args:
        cell: The cell.
        inputs: What its inputs never leave.
    """
    raise NoBound("its cell is none whose range is known")


@state_range.register
def _(cell: DelayedRNNCell, inputs: Range) -> Range:
    groups, below = [], inputs
    for group, kernels in enumerate(zip(cell.kernels, cell.recurrent_kernels, strict=True)):
        bias = cell.biases[group] if cell.use_bias else None
        which = f" of group {group + 1}" if len(cell.delays) > 1 else ""
        read = both(*[below] * cell.reads[group])
        below = _recurrence(read, *kernels, bias, cell.activation, which)
        groups.append(below)
    return both(*groups)


@state_range.register
def _(cell: layers.SimpleRNNCell, inputs: Range) -> Range:
    bias = cell.bias if cell.use_bias else None
    return _recurrence(inputs, cell.kernel, cell.recurrent_kernel, bias, cell.activation, "")


@state_range.register(layers.LSTMCell)
@state_range.register(layers.GRUCell)
def _(cell, inputs: Range) -> Range:
    if cell.activation not in (activations.tanh, activations.hard_tanh) or (
        cell.recurrent_activation not in (activations.sigmoid, activations.hard_sigmoid)
    ):
        raise NoBound('it has other activations than "tanh" and "sigmoid"')
    ones = np.ones(cell.units)
    state = range_of(-ones, ones).widened(_DIGITS)
    for values, kernel in ((inputs, cell.kernel), (state, cell.recurrent_kernel)):
        product(values, array(kernel))  # what reaches the gates is a number, too
    return state


def _recurrence(
    inputs: Range, kernel, recurrent_kernel, bias, activation: Callable, which: str
) -> Range:
    """The range of `h` in `h <- activation(inputs kernel + h recurrent + bias)`, from zeros."""
    recurrent = array(recurrent_kernel)
    driven = product(inputs, array(kernel), None if bias is None else array(bias))
    if activation in _BOUNDED:
        state = activated(driven, activation).with_zero()
        product(state, recurrent, driven.size)  # what is activated is a number, too
        return state
    activated(driven, activation)  # or there is nothing to say of this activation
    # With the rounding of the sum of both.
    norm = spectral_norm(recurrent) + 1e-6
    if norm >= 1:
        raise NoBound(
            f"the spectral norm of the recurrent kernel{which} is {norm:.4g}, so that its state "
            "may grow for ever; train it with recurrent_constraint=keras_drnn.SpectralNorm(0.95), "
            "or another maximum below 1"
        )
    largest = driven.norm / (1 - norm)  # as ||h|| <= ||driven|| + norm ||h||
    size = np.full(driven.low.shape, largest)
    state = range_of(-size, size, largest)
    for _ in range(_ROUNDS):
        # Whatever was in this range is now in that one, too; and at the start it is zero.
        turned = product(state, recurrent)
        total = range_of(driven.low + turned.low, driven.high + turned.high)
        after = activated(total.widened(1e-6 * total.size), activation).with_zero()
        state = range_of(
            np.maximum(state.low, after.low),
            np.minimum(state.high, after.high),
            min(state.norm, after.norm),
        )
    return state.finite()
