"""Recurrences that read their own states of long ago: NARX (Lin et al., 1996) and MIST RNNs
(DiPietro et al., 2018)."""

from collections.abc import Sequence

import keras
from keras import ops


class _PastCell(keras.layers.Layer):
    """A cell that remembers its outputs of the last steps, in a ring.

    Args:
        units: Its size.
        delays: How many steps back it reads.
    """

    def __init__(self, units: int, delays: Sequence[int], **kwargs):
        super().__init__(**kwargs)
        self.units, self.delays = units, tuple(delays)
        self.output_size = units
        self.longest = max(delays)
        self.state_size = [(self.longest, units), 1]

    def get_initial_state(self, batch_size=None):
        past = ops.zeros((batch_size, self.longest, self.units), self.compute_dtype)
        return [past, ops.zeros((batch_size, 1), self.compute_dtype)]

    def call(self, x, states):
        past, step = states
        now = ops.cast(step[0, 0], "int32")
        before = [self._place(past, now - delay) for delay in self.delays]
        h = self.update(x, before)
        past = ops.slice_update(past, (0, now % self.longest, 0), h[:, None])
        return h, [past, step + 1]

    def _place(self, past, step):
        start = (0, (step + self.longest) % self.longest, 0)
        return ops.slice(past, start, (ops.shape(past)[0], 1, self.units))[:, 0]

    def _dense(self, name: str, rows: int, columns: int, initializer: str = "glorot_uniform"):
        return self.add_weight(shape=(rows, columns), initializer=initializer, name=name)


class NarxCell(_PastCell):
    """`h(t) = tanh(x(t) U + mean_d(h(t - d) W_d) + b)`, with a kernel for each delay."""

    def build(self, shape):
        self.kernel = self._dense("kernel", shape[-1], self.units)
        self.recurrent_kernels = [
            self._dense(f"recurrent_kernel_{delay}", self.units, self.units, "orthogonal")
            for delay in self.delays
        ]
        self.bias = self.add_weight(shape=(self.units,), name="bias")

    def update(self, x, before):
        drive = ops.matmul(x, self.kernel) + self.bias
        # The mean: the sum of as many orthogonal kernels would multiply what comes back.
        for h, kernel in zip(before, self.recurrent_kernels, strict=True):
            drive += ops.matmul(h, kernel) / len(self.delays)
        return ops.tanh(drive)


class MistCell(_PastCell):
    """The states of long ago weighted by attention, and a gate over their sum.

        a(t) = softmax(x(t) U_a + h(t-1) W_a + b_a)
        r(t) = sigmoid(x(t) U_r + h(t-1) W_r + b_r)
        h(t) = tanh(x(t) U + (r(t) * sum_i a_i(t) h(t - d_i)) W + b)

    The first delay is 1.
    """

    def build(self, shape):
        inner = {"attention": len(self.delays), "reset": self.units, "state": self.units}
        self.kernels = {
            name: self._dense(f"{name}_kernel", shape[-1], n) for name, n in inner.items()
        }
        self.recurrent_kernels = {
            name: self._dense(f"{name}_recurrent_kernel", self.units, n, "orthogonal")
            for name, n in inner.items()
        }
        self.biases = {
            name: self.add_weight(shape=(n,), name=f"{name}_bias") for name, n in inner.items()
        }

    def update(self, x, before):
        attention = ops.softmax(self._drive("attention", x, before[0]))
        reset = ops.sigmoid(self._drive("reset", x, before[0]))
        mixed = sum(attention[:, i : i + 1] * h for i, h in enumerate(before))
        return ops.tanh(self._drive("state", x, reset * mixed))

    def _drive(self, name, x, h):
        drive = ops.matmul(x, self.kernels[name]) + ops.matmul(h, self.recurrent_kernels[name])
        return drive + self.biases[name]


DELAYS = (1, 2, 4, 8, 16, 32, 64, 128)


def narx(x, width: int, every_step: bool, delays: Sequence[int] = (1, 8, 64)):
    """A NARX RNN."""
    return keras.layers.RNN(NarxCell(width, delays), return_sequences=every_step)(x)


def mist(x, width: int, every_step: bool, delays: Sequence[int] = DELAYS):
    """A MIST RNN."""
    return keras.layers.RNN(MistCell(width, delays), return_sequences=every_step)(x)
