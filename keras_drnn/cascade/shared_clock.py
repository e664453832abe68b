"""Updates where every sample's clock starts with the sequence: the steps are the same for all."""

from collections.abc import Sequence

import keras

from keras_drnn import ops
from keras_drnn.cascade import sizes
from keras_drnn.cascade.group_states import GroupStates
from keras_drnn.cascade.windows import Windows
from keras_drnn.delays import first_updates
from keras_drnn.ops import Size, Tensor


class SharedClock:
    """The schedule of all samples: what is read are strided slices, what is held is repeated."""

    def __init__(self, delays: Sequence[int], first_step: int, length: Size):
        self.delays = delays
        self.length = length
        self.firsts = first_updates(delays, first_step)

    def updates_until(self, group: int, step: Size) -> Size:
        return (step - self.firsts[group] + self.delays[group]) // self.delays[group]

    def frames(self, inputs: Tensor) -> Tensor | None:
        if sizes.nothing(self._updates(0)):
            return None
        delay = self.delays[0]
        return inputs if delay == 1 else inputs[:, self.firsts[0] :: delay]

    def read(self, group: int, faster: GroupStates) -> Tensor | None:
        updates = self._updates(group)
        if sizes.nothing(updates):
            return None
        first, delay = self.firsts[group], self.delays[group]
        faster_first, faster_delay = self.firsts[group - 1], self.delays[group - 1]
        if delay % faster_delay == 0 and faster.updated is not None and _slices_are_fast():
            # Every update reads one of the same step.
            return faster.updated[(first - faster_first) // faster_delay :: delay // faster_delay]
        counts = self.updates_until(group - 1, first + delay * sizes.count_up_to(updates))
        if first >= faster_first and faster.updated is not None:
            return ops.take(faster.updated, counts - 1, axis=0)
        return ops.take(faster.from_start, counts, axis=0)

    def read_windows(self, group: int, windows: Windows) -> Tensor | None:
        updates = self._updates(group)
        if sizes.nothing(updates):
            return None
        return windows.in_a_row(self.updates_until(group - 1, self.firsts[group]), updates)

    def hold(self, group: int, states: GroupStates) -> Tensor:
        first, delay = self.firsts[group], self.delays[group]
        # A number, which JAX wants to export for any length; what is too much is cut off below.
        times = min(delay, self.length) if isinstance(self.length, int) else delay
        if first == 0 and states.updated is not None:
            rows, start = states.updated, 0
        else:
            rows, start = states.from_start, times - min(first, times)
        rows = ops.swapaxes(rows, 0, 1)
        if delay == 1:
            return rows
        # Repeated and cut, not gathered: adding up the gradients of a gather takes longer.
        batch, _, units = ops.shape(rows)
        rows = ops.repeat(rows, times, axis=1)
        return ops.slice(rows, (0, start, 0), (batch, self.length, units))

    def phases_after(self, steps: Size) -> Tensor:
        delays = ops.convert_to_tensor([self.delays], dtype="int32")
        return ops.convert_to_tensor(steps, dtype="int32") % delays

    def _updates(self, group: int) -> Size:
        return self.updates_until(group, self.length - 1)


def _slices_are_fast() -> bool:
    # Against a gather a strided slice takes three times as long on TensorFlow; on the others it
    # is faster, and on JAX its gradient compiles faster too.
    return keras.backend.backend() != "tensorflow"
