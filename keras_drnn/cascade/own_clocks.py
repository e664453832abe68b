"""Updates where each sample carries in its own clock: the steps differ from sample to sample."""

from collections.abc import Sequence

from keras_drnn import ops
from keras_drnn.cascade.group_states import GroupStates
from keras_drnn.cascade.packing import take_frames
from keras_drnn.cascade.windows import Windows
from keras_drnn.delays import first_updates
from keras_drnn.ops import Size, Tensor


class OwnClocks:
    """A schedule for each sample: what is read and what is held are gathered by row.

    Args:
        delays: The groups' delays.
        first_step: The number that the first step bears.
        length: Steps in the sequence.
        clock: Each group's phase at the beginning, `(batch, groups)`, of any type.
    """

    def __init__(self, delays: Sequence[int], first_step: int, length: Size, clock: Tensor):
        self.delays = delays
        self.length = length
        self.clock = ops.cast(ops.round(clock), "int32")
        # Step of each group's first update, (batch, 1). Nothing negative before a `%`: OpenVINO's
        # remainder has the sign of what is divided.
        self.firsts = [
            (first + delay - self.clock[:, group : group + 1] % delay) % delay
            for group, (first, delay) in enumerate(
                zip(first_updates(delays, first_step), delays, strict=True)
            )
        ]

    def updates_until(self, group: int, step: Size) -> Tensor:
        delay = self.delays[group]
        return (step - self.firsts[group] + delay) // delay

    def frames(self, inputs: Tensor) -> Tensor | None:
        return take_frames(inputs, self._update_steps(0))

    def read(self, group: int, faster: GroupStates) -> Tensor | None:
        return faster.look_up(self._neighbour_updates(group), batch_axis=1)

    def read_windows(self, group: int, windows: Windows) -> Tensor | None:
        return windows.look_up(self._neighbour_updates(group))

    def hold(self, group: int, states: GroupStates) -> Tensor:
        steps = ops.arange(self.length, dtype="int32")[None]
        return states.look_up(self.updates_until(group, steps), batch_axis=0)

    def phases_after(self, steps: Size) -> Tensor:
        return (self.clock + steps) % ops.convert_to_tensor([self.delays], dtype="int32")

    def _neighbour_updates(self, group: int) -> Tensor:
        """How often its neighbour has updated at each update of a group, `(updates, batch)`."""
        counts = self.updates_until(group - 1, self._update_steps(group))
        return ops.swapaxes(counts, 0, 1)

    def _update_steps(self, group: int) -> Tensor:
        """The steps at which each sample updates, `(batch, updates)`.

        As many for all samples as any can have: updates past the end of the sequence are computed
        from its last step and never looked at.
        """
        delay = self.delays[group]
        most = (self.length + delay - 1) // delay
        steps = self.firsts[group] + delay * ops.arange(most, dtype="int32")
        return ops.minimum(steps, self.length - 1)
