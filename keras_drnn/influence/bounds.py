"""What bounds the influence of the past: the recurrent kernels, group by group."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from keras_drnn import ops
from keras_drnn.cell import DelayedRNNCell
from keras_drnn.delays import first_updates
from keras_drnn.influence.jacobian import InputInfluence

# Nothing that these do to a number changes faster than the number itself; sigmoid, a quarter.
_SLOPES = {
    **dict.fromkeys(("linear", "relu", "relu6", "leaky_relu", "elu", "softplus"), 1.0),
    **dict.fromkeys(("tanh", "hard_tanh", "softsign"), 1.0),
    "sigmoid": 0.25,
}


@dataclass(frozen=True)
class RecurrentGroup:
    """What decides how long a group of units can remember.

    Args:
        layer: The name of the layer.
        group: The number of the group, from 1, fast to slow.
        delay: How often it updates, in steps; 1 in a plain RNN.
        units: How many units it has.
        kernel_norm: The largest singular value of the kernel by which it reads.
        spectral_norm: The largest singular value of its recurrent kernel: no update multiplies a
            state by more.
        spectral_radius: The largest of the recurrent kernel's eigenvalues: what an update
            multiplies a state by in the long run, where the activation lets it pass.
        slope: The steepest slope of its activation; `None` if it is not known.
    """

    layer: str
    group: int
    delay: int
    units: int
    kernel_norm: float
    spectral_norm: float
    spectral_radius: float
    slope: float | None

    @property
    def half_life(self) -> float | None:
        """In how many frames its own state falls to a half, with the spectral radius alone.

        Infinite if it does not; `None` if the activation's slope is not known.
        """
        if self.slope is None:
            return None
        factor = self.slope * self.spectral_radius
        if factor > 1 - 1e-6:  # that of an orthogonal kernel is 1, but for rounding
            return float("inf")
        return 0.0 if factor == 0 else float(-self.delay * np.log(2) / np.log(factor))


def recurrent_groups(model) -> list[RecurrentGroup]:
    """The norms of the recurrent kernels in a model, group by group.

    A SimpleRNN is one group that updates at each step. Gated layers, LSTM and GRU, are left out: in
    them it is the gates that decide how long a state stays.

    Args:
        model: A built model or layer.

    Raises:
        ValueError: If it has no recurrent layer.

    Example:

    >>> layer = DelayedRNN(6, (1, 3), recurrent_initializer=keras.initializers.Identity(0.5))
    >>> layer.build((None, None, 4))
    >>> [(group.delay, group.spectral_norm, group.half_life) for group in recurrent_groups(layer)]
    [(1, 0.5, 1.0), (3, 0.5, 3.0)]
    """
    layers = list(_recurrent_layers(model))
    if not layers:
        raise ValueError(
            "Expected a model with a recurrent layer of Keras, such as DelayedRNN. "
            f"Received: {getattr(model, 'name', model)!r}, which has none"
        )
    return [
        RecurrentGroup(
            layer=layer.name,
            group=number,
            delay=delay,
            units=kernel.shape[1],
            kernel_norm=_norm(kernel),
            spectral_norm=_norm(recurrent),
            spectral_radius=float(np.abs(np.linalg.eigvals(recurrent)).max()),
            slope=slope(cell),
        )
        for layer in layers
        for cell in _cells(layer)
        for number, (delay, kernel, recurrent) in enumerate(_kernels(cell), start=1)
    ]


def influence_bound(layer, steps: int) -> np.ndarray:
    """What no input step can exceed in moving the last state of each group, whatever the input.

    The thesis' equations 3.17 to 3.19, with every way through the groups counted: norms in the
    place of kernels, the activation's steepest slope in the place of its slopes.

    Args:
        layer: A built `DelayedRNN` or `SimpleRNN`, or `keras.layers.RNN` of one of their cells.
        steps: Length of the sequence.

    Returns:
        `(groups, steps)`: at least `group_influence(layer, x)` for every `x` of so many steps.

    Raises:
        ValueError: If the layer is none of these, or the slope of its activation is not known.

    Example:

    >>> half = keras.initializers.Constant(0.5)
    >>> layer = DelayedRNN(1, (2,), kernel_initializer="ones", recurrent_initializer=half)
    >>> layer.build((None, None, 1))
    >>> influence_bound(layer, 6).tolist()
    [[0.25, 0.0, 0.5, 0.0, 1.0, 0.0]]
    """
    cell: Any = getattr(layer, "cell", None)
    kernels = _kernels(cell)
    if not kernels:
        raise ValueError(
            "The bound is of a recurrent kernel and an activation: expected a DelayedRNN or a "
            f"SimpleRNN, without gates. Received: {layer!r}"
        )
    steepest = slope(cell)
    if steepest is None:
        raise ValueError(
            f"Expected an activation whose steepest slope is known, one of {', '.join(_SLOPES)}. "
            f"Received: activation={cell.activation!r}"
        )
    delays = tuple(delay for delay, _, _ in kernels)
    reads = getattr(cell, "reads", (1,))
    reading = [
        [_norm(part) for part in np.split(kernel, number)]
        for (_, kernel, _), number in zip(kernels, reads, strict=True)
    ]
    # Of what reads the input it is all singular values together that bound the Frobenius norm.
    reading[0] = [float(np.linalg.norm(kernels[0][1]))]
    staying = [_norm(recurrent) for _, _, recurrent in kernels]
    firsts = first_updates(delays, getattr(cell, "first_step", 0))
    bound = np.zeros((len(delays), steps))
    # Of each group what it held before, update by update: a windowed group reads that as well.
    before = [deque([np.zeros(steps)] * (number - 1), number - 1) for number in (*reads[1:], 1)]
    for step in range(steps):
        read = [np.arange(steps) == step]
        for group, (first, delay) in enumerate(zip(firsts, delays, strict=True)):
            if (step - first) % delay == 0:
                before[group].append(bound[group].copy())
                moved = [norm * past for norm, past in zip(reading[group], read, strict=True)]
                moved.append(staying[group] * bound[group])
                bound[group] = steepest * sum(moved)
            read = [*before[group], bound[group]]
    return bound[:, ::-1].copy() if layer.go_backwards else bound


def group_influence(layer, x) -> np.ndarray:
    """Measure how much each input step moves the last state of each group.

    Args:
        layer: A built recurrent layer; all that is not delayed is one group.
        x: One sequence of what the layer reads, `(timesteps, features)`.

    Returns:
        `(groups, timesteps)` Frobenius norms; `numpy.linalg.norm(..., axis=0)` of them is the last
        row of `input_influence`.

    Raises:
        ValueError: If `x` is no finite sequence, or the backend has no gradients.

    Example:

    >>> layer = DelayedRNN(50)
    >>> layer.build((None, None, 75))
    >>> group_influence(layer, np.random.random((60, 75))).shape
    (5, 60)
    """

    return InfluenceByGroup(layer)(x)


class InfluenceByGroup:
    """`group_influence` of one layer for several sequences, and while it is trained.

    Args:
        layer: The layer, as for `group_influence`.
    """

    def __init__(self, layer):
        sizes = group_sizes(layer)
        self._groups = np.repeat(np.arange(len(sizes)), sizes)
        self._influence = InputInfluence(layer, _last)

    def __call__(self, x) -> np.ndarray:
        """As `group_influence`.

        Args:
            x: One sequence, `(timesteps, features)`.
        """
        return self._influence.of_groups(x, self._groups)


def _last(returned):
    """The last output of a layer that returns it alone, or all, or its state as well."""
    outputs = returned[0] if isinstance(returned, (list, tuple)) else returned
    return outputs[:, -1] if len(outputs.shape) > 2 else outputs


def group_sizes(layer) -> tuple[int, ...]:
    """How many units of a layer's output belong to each group, all to one if it has none.

    Args:
        layer: A built recurrent layer.
    """
    cell = layer.cell
    return tuple(cell.group_units) if isinstance(cell, DelayedRNNCell) else (cell.output_size,)


def slope(cell) -> float | None:
    """The steepest slope of a cell's activation, `None` if it is not known.

    Args:
        cell: A recurrent cell.
    """
    known = {id(keras.activations.get(name)): value for name, value in _SLOPES.items()}
    return known.get(id(cell.activation))


def _recurrent_layers(layer) -> Iterator[Any]:
    if isinstance(layer, keras.layers.RNN):
        yield layer
    elif isinstance(layer, keras.layers.Bidirectional):
        yield from (layer.forward_layer, layer.backward_layer)
    else:
        for inner in getattr(layer, "layers", ()):
            yield from _recurrent_layers(inner)


def _cells(layer) -> list[Any]:
    if isinstance(layer, (keras.layers.LSTM, keras.layers.GRU)):
        return []
    return list(getattr(layer.cell, "cells", [layer.cell]))


def _kernels(cell) -> list[tuple[int, np.ndarray, np.ndarray]]:
    """The delay, the kernel and the recurrent kernel of each group; none of a cell with gates."""
    if isinstance(cell, DelayedRNNCell):
        groups = zip(cell.delays, cell.kernels, cell.recurrent_kernels, strict=True)
    elif isinstance(cell, keras.layers.SimpleRNNCell):
        groups = [(1, cell.kernel, cell.recurrent_kernel)]
    else:
        groups = []
    return [(delay, _array(kernel), _array(recurrent)) for delay, kernel, recurrent in groups]


def _array(variable) -> np.ndarray:
    return ops.convert_to_numpy(ops.cast(variable, "float32")).astype("float64")


def _norm(matrix: np.ndarray) -> float:
    return float(np.linalg.norm(matrix, 2))
