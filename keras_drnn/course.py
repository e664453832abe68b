"""What one group of units goes through in a sequence: its states, and when they change."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from keras_drnn import ops


@dataclass(frozen=True)
class Course:
    """One group's state at first and after each update, time first as its loop makes them."""

    initial: Any  # (batch, units)
    updated: Any  # (updates, batch, units), or None without any
    delay: int
    first: Any  # step of the first update: int, or (batch, 1) where clocks were carried in

    @cached_property
    def states(self) -> Any:
        """What the group holds after 0, 1, 2 ... updates: `(1 + updates, batch, units)`."""
        if self.updated is None:
            return self.initial[None]
        return ops.concatenate([self.initial[None], self.updated], axis=0)

    def updates_until(self, steps):
        """How many updates have happened at `steps` (numbered from 0; -1 is before the first)."""
        return (steps - self.first + self.delay) // self.delay

    def read(self, delay, first, length):
        """The states that a slower group reads, `(updates, batch, units)`, or `None` without any.

        Where the clocks start with the sequence: each sample updates at the same steps.
        """
        count = updates(length, delay, first)
        known = isinstance(count, int)
        if known and count <= 0:
            return None
        # Numbers known beforehand need no operations to compute them.
        numbers = np.arange(count, dtype="int32") if known else ops.arange(count, dtype="int32")
        counts = self.updates_until(first + delay * numbers)
        if self.updates_until(first) > 0:
            return ops.take(self.updated, counts - 1, axis=0)
        return ops.take(self.states, counts, axis=0)

    def hold(self, length):
        """The state at every step, `(batch, length, units)`, where the clock starts here."""
        states = ops.swapaxes(self.updated if self.first == 0 else self.states, 0, 1)
        if self.delay == 1:
            return states
        # Repeated and cut, not gathered: adding up the gradients of a gather takes longer.
        least: Any = min if isinstance(length, int) else ops.minimum
        times = least(self.delay, length)
        rows = ops.repeat(states, times, axis=1)
        batch, _, units = _shape(rows)
        start = 0 if self.first == 0 else times - least(self.first, times)
        return ops.slice(rows, (0, start, 0), (batch, length, units))

    def after(self, taken):
        """The state after `taken` steps, `(batch, units)`."""
        count = self.updates_until(taken - 1)
        if isinstance(count, int):
            return self.initial if count == 0 else self.updated[count - 1]
        counts = ops.reshape(ops.convert_to_tensor(count, dtype="int32"), (1, -1))
        return self.look_up(counts, batch_axis=1)[0]

    def look_up(self, counts, batch_axis) -> Any:
        """Each sample's state after its own number of updates, with the axes of `counts` first."""
        _, batch, units = _shape(self.states)
        samples = ops.expand_dims(ops.arange(batch, dtype="int32"), 1 - batch_axis)
        # Whole rows of a flat table: far cheaper than a gather element by element.
        rows = ops.reshape(self.states, (-1, units))
        return ops.take(rows, counts * batch + samples, axis=0)


def updates(length, delay, first):
    """How many updates fit into `length` steps: an int, or a tensor where time is dynamic."""
    return (length - first + delay - 1) // delay


def _shape(x) -> Any:
    """`ops.shape`, which Keras annotates as if it might return `None`."""
    return ops.shape(x)
