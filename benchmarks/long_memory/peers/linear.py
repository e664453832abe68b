"""Linear recurrences that are computed in parallel over time: minimal GRU and diagonal ones."""

import random

import keras
import numpy as np
from keras import layers, ops


class MinimalGRU(keras.layers.Layer):
    """The minimal GRU (Feng et al., 2024): gate and candidate know nothing of the state.

        z(t) = sigmoid(x(t) U_z + b_z)
        h(t) = (1 - z(t)) * h(t-1) + z(t) * (x(t) U + b)

    Args:
        units: Its size.
    """

    def __init__(self, units: int, **kwargs):
        super().__init__(**kwargs)
        self.gate, self.candidate = layers.Dense(units, "sigmoid"), layers.Dense(units)

    def build(self, shape):
        self.gate.build(shape)
        self.candidate.build(shape)

    def call(self, x):
        z = self.gate(x)
        return _scan(lambda one, two: (one[0] * two[0], two[0] * one[1] + two[1]),
                     (1 - z, z * self.candidate(x)))[1]  # fmt: skip


class DiagonalRecurrence(keras.layers.Layer):
    """The linear recurrent unit (Orvieto et al., 2023), `lambda` complex and diagonal.

        h(t) = lambda * h(t-1) + gamma * (x(t) B)
        y(t) = real(h(t) C) + x(t) * D

    with `lambda = exp(-exp(nu) + i exp(theta))`, which starts evenly in the ring from `smallest` to
    `largest`, and `gamma` from `sqrt(1 - |lambda|^2)`.

    Args:
        states: Size of `h`.
        smallest: Least absolute value that `lambda` starts with.
        largest: Its greatest.
        turn: Its greatest angle.
    """

    def __init__(
        self,
        states: int,
        smallest: float = 0.9,
        largest: float = 0.999,
        turn: float = 0.314,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.states, self.ring, self.turn = states, (smallest, largest), turn

    def build(self, shape):
        width, n = shape[-1], self.states
        # Set by keras.utils.set_random_seed, as the seeds of initializers are.
        rng = np.random.default_rng(random.randrange(2**32))
        low, high = self.ring
        radius = np.sqrt(rng.random(n) * (high**2 - low**2) + low**2)
        starts = {
            "nu": np.log(-np.log(radius)),
            "theta": np.log(np.maximum(self.turn * rng.random(n), 1e-6)),
            "gamma": np.log(np.sqrt(1 - radius**2)),
            "skip": rng.normal(size=width),
        }
        for name, shape, scale in (
            ("b_real", (width, n), 2 * width), ("b_imaginary", (width, n), 2 * width),
            ("c_real", (n, width), n), ("c_imaginary", (n, width), n),
        ):  # fmt: skip
            starts[name] = rng.normal(size=shape) / np.sqrt(scale)
        for name, value in starts.items():
            start = keras.initializers.Constant(value.astype("float32"))
            setattr(self, name, self.add_weight(shape=value.shape, initializer=start, name=name))

    def call(self, x):
        radius = ops.exp(-ops.exp(self.nu))
        angle, gamma = ops.exp(self.theta), ops.exp(self.gamma)
        u = [ops.matmul(x, b) * gamma for b in (self.b_real, self.b_imaginary)]
        powers = [
            ops.broadcast_to(part, ops.shape(u[0]))
            for part in (radius * ops.cos(angle), radius * ops.sin(angle))
        ]
        _, _, real, imaginary = _scan(_after, (*powers, *u))
        read = ops.matmul(real, self.c_real) - ops.matmul(imaginary, self.c_imaginary)
        return read + x * self.skip


def _after(one, two):
    """Complex `h -> two(one(h))`, each of real and imaginary factor and addend."""
    a, b, c, d = one
    e, f, g, h = two
    return a * e - b * f, a * f + b * e, e * c - f * d + g, e * d + f * c + h


def _scan(combine, elements):
    return ops.associative_scan(combine, elements, axis=1)


def _stack(x, width: int, every_step: bool, depth: int, dropout: float, mixer):
    """Residual blocks: over time, then over channels, with normalisation before each."""
    x = layers.Dense(width)(x)
    for _ in range(depth):
        for branch in (
            [mixer(width)],
            [layers.Dense(2 * width, "gelu"), layers.Dense(width)],
        ):
            y = layers.LayerNormalization()(x)
            for layer in branch:
                y = layer(y)
            x = x + (layers.Dropout(dropout)(y) if dropout else y)
    return x if every_step else x[:, -1]


def minimal_gru(x, width: int, every_step: bool, depth: int = 2, dropout: float = 0.0):
    """Blocks of minimal GRUs."""
    return _stack(x, width, every_step, depth, dropout, MinimalGRU)


def lru(x, width: int, every_step: bool, depth: int = 2, dropout: float = 0.0):
    """Blocks of diagonal linear recurrences with as many complex states as channels."""
    return _stack(x, width, every_step, depth, dropout, DiagonalRecurrence)
