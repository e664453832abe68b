"""A D-RNN whose slow groups read all that their neighbour was since their own last update."""

from collections.abc import Sequence

import keras
from keras import ops

from benchmarks.long_memory.peers.delayed import DELAYS, group_sizes
from keras_drnn import SpectralNorm
from keras_drnn.recurrence import recurrence


class WindowedGroups(keras.layers.Layer):
    """Groups with delays, each of which divides the next.

    Where a D-RNN's group reads the state of its faster neighbour at its own updates, these read
    the states of all updates that the neighbour made since, each through a kernel of its own:

        h_i(t) = activation(sum_j h_{i-1}(t - j d_{i-1}) U_ij + h_i(t-1) W_i + b_i)

    at the steps that `d_i` divides, with `j` from 0 up to `d_i / d_{i-1} - 1`.

    Args:
        sizes: Units of each group.
        delays: Of the groups, from 1 up.
        activation: Of all groups.
        spectral_norm: The most that recurrent kernels may have, or `None`.
        return_sequences: Whether every step is answered, or the last one alone.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        delays: Sequence[int],
        activation: str = "relu",
        spectral_norm: float | None = None,
        return_sequences: bool = False,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.group_units, self.delays = tuple(sizes), tuple(delays)
        pairs = zip((1, *self.delays), self.delays, strict=False)
        if self.delays[0] != 1 or any(delay % faster for faster, delay in pairs):
            raise ValueError(
                f"Expected delays from 1 up, each of which divides the next. Received: {delays}"
            )
        self.activation = keras.activations.get(activation)
        self.constraint = None if spectral_norm is None else SpectralNorm(spectral_norm)
        self.return_sequences = return_sequences

    def build(self, shape):
        self.kernels, self.recurrent_kernels, self.biases = [], [], []
        read, faster = shape[-1], 1
        for group, (size, delay) in enumerate(zip(self.group_units, self.delays, strict=True)):
            for name, weights, rows, initializer, constraint in (
                ("kernel", self.kernels, read * (delay // faster), "glorot_uniform", None),
                ("recurrent_kernel", self.recurrent_kernels, size, "orthogonal", self.constraint),
            ):
                weights.append(
                    self.add_weight(
                        shape=(rows, size),
                        initializer=initializer,
                        constraint=constraint,
                        name=f"{name}_{group}",
                    )
                )
            self.biases.append(
                self.add_weight(shape=(size,), initializer="zeros", name=f"bias_{group}")
            )
            read, faster = size, delay

    def call(self, x):
        batch, steps, _ = ops.shape(x)
        # Updates first, as the recurrence has them.
        states, faster, outputs = ops.swapaxes(x, 0, 1), 1, []
        for group, (size, delay) in enumerate(zip(self.group_units, self.delays, strict=True)):
            z = ops.matmul(windows(states, delay // faster), self.kernels[group])
            start = ops.zeros((batch, size), z.dtype)
            kernel = self.recurrent_kernels[group]
            states = recurrence(z + self.biases[group], start, kernel, self.activation)
            faster = delay
            outputs.append(held(states, delay, steps) if self.return_sequences else states[-1])
        return ops.concatenate(outputs, axis=-1)


def windows(states, size: int):
    """Every `size`-th state with those before it, zeros where there are none, side by side."""
    if size == 1:
        return states
    count = (states.shape[0] - 1) // size + 1
    states = ops.pad(states, ((size - 1, 0), (0, 0), (0, 0)))[: count * size]
    rows = ops.reshape(states, (count, size, -1, states.shape[-1]))
    rows = ops.swapaxes(rows, 1, 2)
    return ops.reshape(rows, (count, -1, size * states.shape[-1]))


def held(states, delay: int, steps: int):
    """States of every step, `(batch, steps, units)`."""
    return ops.repeat(ops.swapaxes(states, 0, 1), delay, axis=1)[:, :steps]


def windowed_drnn(
    x,
    width: int,
    every_step: bool,
    delays: Sequence[int] = DELAYS,
    shares: Sequence[float] | None = None,
    activation: str = "relu",
    spectral_norm: float | None = None,
):
    """One layer of `WindowedGroups` of `width` units, or of that times their share."""
    sizes = group_sizes(width, delays, shares)
    return WindowedGroups(sizes, delays, activation, spectral_norm, every_step)(x)
