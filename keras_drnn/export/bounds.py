"""How large the scores of a model can become that is left running for ever."""

from functools import singledispatch
from typing import Any

import keras
import numpy as np
from keras import layers

from keras_drnn.export.graph import Graph
from keras_drnn.export.models import described
from keras_drnn.export.ranges import (
    LARGEST,
    NoBound,
    Range,
    array,
    both,
    product,
    range_of,
    rounding,
)
from keras_drnn.export.recurrent_bounds import activated, state_range

# More than any operation has outputs.
_MANY = 16
_SIDES = ("low", "high")


def score_bound(model: keras.Model) -> float:
    """The size that no score of a model ever exceeds, whatever finite frames it is given for ever.

    Computed from the weights: what enters is followed through the graph as a range for each number
    and as a Euclidean norm, whichever says less. `Limit`, `tanh` and gates bound what comes behind
    them; a ReLU state does so where the spectral norm `s` of its recurrent kernel is below 1, since
    then `||h|| <= max ||x U + b|| / (1 - s)`. The slower groups of a D-RNN read the range of their
    faster neighbour. The rounding of float32 sums, in any order, is included. The bound is safe,
    not sharp: real scores are far below it.

    Known are the recurrent layers (and `keras.layers.RNN` with their cells), `Limit`, `Dense`,
    `Normalization`, `BatchNormalization`, activations, dropout, `Masking`, `TimeDistributed`,
    `Bidirectional` and those that merge. A layer of your own, a `CausalLayer` among them, says its
    range by a method `output_range(low, high)`: from the least and the most that each number of
    its input can be, arrays of the shape of a frame, to those of its output, in a stream of any
    length, or `None`. For several inputs, `low` and `high` are lists.

    Args:
        model: Functional or Sequential model that computes in float32.

    Returns:
        The bound on the absolute value of all scores.

    Raises:
        ValueError: If no bound is known; the message names the layer, and says what to do.

    Example:

    >>> model = keras.Sequential([keras.Input((None, 3)), Limit(1.0), keras.layers.LSTM(8)])
    >>> round(score_bound(model), 3)
    1.0
    """
    found = _bound(model)
    if isinstance(found, _Unknown):
        raise ValueError(
            f"Expected a model whose scores stay within a bound. Received: layer {found.why}"
        )
    return found


def bound_of_file(model: keras.Model, form: str) -> tuple[float | None, str | None]:
    """The bound on the scores of a file in some number format; or `None`, and why.

    Args:
        model: The model that it is made of.
        form: `"float32"`, `"float16"`, `"dynamic"` or `"int8"`.
    """
    if form == "float16":
        weights = [np.float16(each).astype("float32") for each in model.get_weights()]
        model = keras.models.clone_model(model)
        model.set_weights(weights)
    elif form != "float32":
        return None, f"{form} arithmetic rounds by shares of the largest number at hand"
    found = _bound(model)
    return (None, found.why) if isinstance(found, _Unknown) else (found, None)


def _bound(model: keras.Model) -> "float | _Unknown":
    every = [np.full([size or 1 for size in x.shape[2:]], LARGEST) for x in model.inputs]
    outputs = Graph(model).run([_Known(range_of(-most, most)) for most in every], _followed)
    sizes = []
    for each in outputs:
        if isinstance(each, _Unknown):
            return each
        sizes.append(float(each.range.size.max()))
    return max(sizes)


class _Known:
    """The range of a tensor in the graph."""

    def __init__(self, known: Range):
        self.range = known


class _Unknown:
    """A tensor that may be anything, NaN as well."""

    def __init__(self, why: str):
        self.why = why


def _followed(operation, *args, **kwargs):
    """The range of what an operation gives, from those of what it is called with."""
    # Masks are unknown, and nothing depends on them: what a layer gives for a frame that is left
    # out, zero or the state, is within its range.
    given = keras.tree.flatten(args)
    for each in given:
        if isinstance(each, _Unknown):
            return [each] * _MANY
    try:
        if getattr(operation, "compute_dtype", "float32") != "float32":
            raise NoBound(f"it computes in {operation.compute_dtype}, not in float32")
        if kwargs.get("initial_state") is not None:
            raise NoBound("it takes its state from another layer")
        ranges = [each.range for each in given if isinstance(each, _Known)]
        return [_Known(_range(operation, ranges))] * _MANY
    except NoBound as reason:
        return [_Unknown(f"{described(operation)}: {reason}")] * _MANY
    except (TypeError, ValueError) as error:  # used in a way that the rules here do not foresee
        return [_Unknown(f"{described(operation)}: its range is not known ({error})")] * _MANY


def _range(operation, inputs: list[Range]) -> Range:
    if not hasattr(operation, "output_range"):
        return _output(operation, *(each.finite() for each in inputs)).finite()
    several = len(inputs) > 1
    low, high = ([getattr(each, side) for each in inputs] for side in _SIDES)
    found = operation.output_range(*((low, high) if several else (low[0], high[0])))
    if found is None or np.isnan(found).any():
        raise NoBound("it says no range of its outputs")
    return range_of(*found)


@singledispatch
def _output(layer: Any, *inputs: Range) -> Range:
    raise NoBound(
        "nothing is known about the range of its outputs; a layer of your own says it by a method "
        "`output_range` (see `keras_drnn.score_bound`)"
    )


def _unchanged(layer, inputs: Range) -> Range:
    return inputs


for _layer in (
    layers.Identity,
    layers.Dropout,
    layers.SpatialDropout1D,
    layers.GaussianDropout,
    layers.GaussianNoise,
    layers.AlphaDropout,
    layers.ActivityRegularization,
):
    _output.register(_layer)(_unchanged)


@_output.register
def _(layer: layers.Masking, inputs: Range) -> Range:
    return inputs.with_zero()


@_output.register
def _(layer: layers.Dense, inputs: Range) -> Range:
    offset = array(layer.bias) if layer.use_bias else None
    return activated(product(inputs, array(layer.kernel), offset), layer.activation)


@_output.register
def _(layer: layers.Activation, inputs: Range) -> Range:
    return activated(inputs, layer.activation)


@_output.register
def _(layer: layers.ReLU, inputs: Range) -> Range:
    if layer.negative_slope or layer.threshold:
        raise NoBound("only ReLU with a maximum, or none, has a range that is known")
    most = np.inf if layer.max_value is None else layer.max_value
    low, high = (np.clip(each, 0, most) for each in (inputs.low, inputs.high))
    return range_of(low, high, inputs.norm)


@_output.register
def _(layer: layers.Softmax, inputs: Range) -> Range:
    return activated(inputs, keras.activations.softmax)


@_output.register
def _(layer: layers.Normalization, inputs: Range) -> Range:
    if layer.invert:
        raise NoBound("it inverts a normalization")
    # The axes of the batch and the frames have the size 1.
    shape = inputs.low.shape
    mean, variance = (_of_frame(each, shape) for each in (layer.mean, layer.variance))
    size = inputs.size + np.abs(mean)
    range_of(-size, size).finite()  # Keras subtracts the mean before it divides
    spread = np.maximum(np.sqrt(variance), keras.backend.epsilon())
    return _affine(inputs, 1 / spread, -mean / spread)


@_output.register
def _(layer: layers.BatchNormalization, inputs: Range) -> Range:
    if layer.axis != -1:
        raise NoBound("it normalizes another axis than the last one")
    factor = 1 / np.sqrt(array(layer.moving_variance) + layer.epsilon)
    factor = factor * array(layer.gamma) if layer.scale else factor
    offset = -array(layer.moving_mean) * factor
    return _affine(inputs, factor, offset + array(layer.beta) if layer.center else offset)


def _of_frame(values, shape: tuple[int, ...]) -> np.ndarray:
    values = array(values)
    return values.reshape(values.shape[max(0, values.ndim - len(shape)) :])


def _affine(inputs: Range, factor: np.ndarray, offset: np.ndarray) -> Range:
    ends = inputs.low * factor + offset, inputs.high * factor + offset
    size = inputs.size * np.abs(factor) + np.abs(offset)
    return range_of(np.minimum(*ends), np.maximum(*ends)).widened(rounding(2) * size)


@_output.register
def _(layer: layers.Concatenate, *inputs: Range) -> Range:
    if layer.axis not in (-1, inputs[0].low.ndim + 1):
        raise NoBound("it joins along another axis than the last one")
    return both(*inputs)


@_output.register
def _(layer: layers.Add, *inputs: Range) -> Range:
    low, high = (sum(getattr(each, side) for each in inputs) for side in _SIDES)
    return range_of(low, high).widened(rounding(len(inputs)) * sum(each.size for each in inputs))


@_output.register
def _(layer: layers.Average, *inputs: Range) -> Range:
    low = np.minimum.reduce([each.low for each in inputs])
    high = np.maximum.reduce([each.high for each in inputs])
    size = sum(each.size for each in inputs)
    range_of(-size, size).finite()  # Keras adds before it divides
    return range_of(low, high).widened(rounding(len(inputs)) * np.maximum(-low, high))


@_output.register
def _(layer: layers.Maximum, *inputs: Range) -> Range:
    return range_of(*(np.maximum.reduce([getattr(x, side) for x in inputs]) for side in _SIDES))


@_output.register
def _(layer: layers.Minimum, *inputs: Range) -> Range:
    return range_of(*(np.minimum.reduce([getattr(x, side) for x in inputs]) for side in _SIDES))


@_output.register
def _(layer: layers.Subtract, first: Range, second: Range) -> Range:
    size = first.size + second.size
    return range_of(first.low - second.high, first.high - second.low).widened(rounding(2) * size)


@_output.register
def _(layer: layers.Multiply, *inputs: Range) -> Range:
    product = inputs[0]
    for each in inputs[1:]:
        ends = [a * b for a in (product.low, product.high) for b in (each.low, each.high)]
        product = range_of(np.minimum.reduce(ends), np.maximum.reduce(ends)).finite()
    return product.widened(rounding(len(inputs)) * product.size)


@_output.register
def _(layer: layers.TimeDistributed, inputs: Range) -> Range:
    return _range(layer.layer, [inputs])


@_output.register
def _(layer: layers.RNN, inputs: Range, *states: Range) -> Range:
    if inputs.low.ndim > 1:
        raise NoBound("it is called for parts of a frame")
    if states or layer.return_state:
        raise NoBound("it takes its state from another layer, or hands it to one")
    for cell in getattr(layer.cell, "cells", [layer.cell]):
        inputs = state_range(cell, inputs)
    return inputs


@_output.register
def _(layer: layers.Bidirectional, inputs: Range) -> Range:
    if layer.merge_mode != "concat":
        raise NoBound('it merges both directions in another way than "concat"')
    return both(*(_range(each, [inputs]) for each in (layer.forward_layer, layer.backward_layer)))
