"""The Legendre Memory Unit (Voelker et al., 2019), a cell of our own.

`keras-lmu` runs on TensorFlow alone, where times and numbers of the others would not be comparable.
"""

import keras
import numpy as np
from keras import ops


def legendre(order: int, window: float) -> tuple[np.ndarray, np.ndarray]:
    """The matrices of a memory of the last `window` steps, `m(t) = m(t-1) A + u(t) B`.

    Equation 2 of the paper, discretised by a zero-order hold of one step.
    """
    from scipy.linalg import expm

    i, j = np.meshgrid(np.arange(order), np.arange(order), indexing="ij")
    a = (2 * i + 1) / window * np.where(i < j, -1.0, (-1.0) ** (i - j + 1))
    b = ((2 * i[:, :1] + 1) / window) * (-1.0) ** i[:, :1]
    # The exponential of both at once holds the integral that the input is multiplied by.
    both = expm(np.block([[a, b], [np.zeros((1, order + 1))]]))
    return both[:order, :order].T, both[:order, order:].T


class LegendreCell(keras.layers.Layer):
    """A memory of fixed weights, and a nonlinear state that writes into it and reads from it.

        u(t) = x(t) e_x + h(t-1) e_h + m(t-1) e_m
        m(t) = m(t-1) A + u(t) B
        h(t) = tanh(x(t) U + h(t-1) W + m(t) V)

    Args:
        units: Size of `h`.
        order: Size of `m`.
        window: Steps that `m` remembers.
    """

    def __init__(self, units: int, order: int, window: float, **kwargs):
        super().__init__(**kwargs)
        self.units, self.order = units, order
        self.output_size = units
        self.state_size = [units, order]
        self.matrices = [each.astype("float32") for each in legendre(order, window)]

    def build(self, shape):
        def weight(name, rows, columns, initializer):
            return self.add_weight(shape=(rows, columns), initializer=initializer, name=name)

        self.encode_x = weight("encode_x", shape[-1], 1, "lecun_uniform")
        self.encode_h = weight("encode_h", self.units, 1, "lecun_uniform")
        self.encode_m = weight("encode_m", self.order, 1, "zeros")
        self.kernel = weight("kernel", shape[-1], self.units, "glorot_normal")
        self.recurrent_kernel = weight("recurrent_kernel", self.units, self.units, "glorot_normal")
        self.memory_kernel = weight("memory_kernel", self.order, self.units, "glorot_normal")

    def call(self, x, states):
        h, m = states
        u = ops.matmul(x, self.encode_x) + ops.matmul(h, self.encode_h)
        u += ops.matmul(m, self.encode_m)
        a, b = self.matrices
        m = ops.matmul(m, a) + u * b
        drive = ops.matmul(x, self.kernel) + ops.matmul(h, self.recurrent_kernel)
        h = ops.tanh(drive + ops.matmul(m, self.memory_kernel))
        return h, [h, m]


def lmu(x, width: int, every_step: bool, order: int = 64, window: int | None = None):
    """An LMU that remembers the whole sequence, or the last `window` steps.

    The fixed matrices are no trained numbers, and not in the budget.
    """
    cell = LegendreCell(width, order, window or x.shape[1])
    return keras.layers.RNN(cell, return_sequences=every_step)(x)
