"""Units in groups that update at periods of their own: the Clockwork RNN and the hierarchical RNN.

Both hold a group's state between its updates, as the D-RNN does. They differ in what a group reads.
"""

from collections.abc import Sequence

import keras
from keras import ops

from benchmarks.long_memory.peers.delayed import group_sizes

PERIODS = (1, 2, 4, 8, 16, 32, 64, 128)


class PeriodicCell(keras.layers.Layer):
    """What both cells have in common: groups, a count of steps, and holding.

    Args:
        sizes: Units of each group.
        periods: Of each group: it updates at the steps that this divides, the first one too.
        activation: Of all groups.
    """

    def __init__(
        self, sizes: Sequence[int], periods: Sequence[int], activation: str = "tanh", **kwargs
    ):
        super().__init__(**kwargs)
        self.sizes, self.periods = tuple(sizes), tuple(periods)
        self.activation = keras.activations.get(activation)
        self.edges = [sum(self.sizes[:group]) for group in range(len(self.sizes) + 1)]
        self.output_size = self.edges[-1]
        self.state_size = [self.output_size, 1]

    def build(self, shape):
        self.kernels, self.recurrent_kernels, self.biases = [], [], []
        for group, size in enumerate(self.sizes):
            read, remembered = self.reads(group, shape[-1])
            for name, weights, rows, initializer in (
                ("kernel", self.kernels, read, "glorot_uniform"),
                ("recurrent_kernel", self.recurrent_kernels, remembered, "orthogonal"),
            ):
                weights.append(
                    self.add_weight(
                        shape=(rows, size), initializer=initializer, name=f"{name}_{group}"
                    )
                )
            self.biases.append(self.add_weight(shape=(size,), name=f"bias_{group}"))

    def call(self, x, states):
        before, step = states
        groups = []
        for group, period in enumerate(self.periods):
            held = before[:, self.edges[group] : self.edges[group + 1]]
            read, remembered = self.read(group, x, before, groups)
            drive = ops.matmul(read, self.kernels[group])
            drive += ops.matmul(remembered, self.recurrent_kernels[group])
            new = self.activation(drive + self.biases[group])
            groups.append(ops.where(ops.equal(step % period, 0), new, held))
        after = ops.concatenate(groups, axis=-1)
        return after, [after, step + 1]


class ClockworkCell(PeriodicCell):
    """The Clockwork RNN (Koutník et al., 2014).

    Every group sees the input, and what its own group and all slower ones were one step before.
    """

    def reads(self, group: int, features: int) -> tuple[int, int]:
        return features, self.output_size - self.edges[group]

    def read(self, group, x, before, groups):
        return x, before[:, self.edges[group] :]


class HierarchicalCell(PeriodicCell):
    """A hierarchical RNN after El Hihi and Bengio (1996).

    The first group sees the input, every other one its faster neighbour at this same step; and
    every group what itself and its slower neighbour were one step before. Without the slower
    neighbour it would be the D-RNN.
    """

    def reads(self, group: int, features: int) -> tuple[int, int]:
        read = self.sizes[group - 1] if group else features
        return read, sum(self.sizes[group : group + 2])

    def read(self, group, x, before, groups):
        end = self.edges[min(group + 2, len(self.sizes))]
        return (groups[-1] if group else x), before[:, self.edges[group] : end]


def clockwork(
    x,
    width: int,
    every_step: bool,
    periods: Sequence[int] = PERIODS,
    shares: Sequence[float] | None = None,
    activation: str = "tanh",
):
    """A Clockwork RNN of groups of `width` units, or of that times their share."""
    cell = ClockworkCell(group_sizes(width, periods, shares), periods, activation)
    return keras.layers.RNN(cell, return_sequences=every_step)(x)


def hierarchical(
    x,
    width: int,
    every_step: bool,
    periods: Sequence[int] = (1, 3, 9, 27, 81, 243),
    shares: Sequence[float] | None = None,
    activation: str = "tanh",
):
    """A hierarchical RNN of groups of `width` units, or of that times their share."""
    cell = HierarchicalCell(group_sizes(width, periods, shares), periods, activation)
    return keras.layers.RNN(cell, return_sequences=every_step)(x)
