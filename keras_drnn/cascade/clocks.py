"""What the cascade asks about the groups' updates."""

from typing import Protocol

from keras_drnn.cascade.group_states import GroupStates
from keras_drnn.cascade.windows import Windows
from keras_drnn.ops import Size, Tensor


class Clocks(Protocol):
    """When each group updates, and so what it reads and what it holds."""

    def updates_until(self, group: int, step: Size) -> Size:
        """How many updates have happened at `step` (numbered from 0; -1 is before the first)."""
        ...

    def frames(self, inputs: Tensor) -> Tensor | None:
        """The frames that the first group reads, `(batch, updates, features)`.

        `None` where it is certain beforehand that there is no update.
        """
        ...

    def read(self, group: int, faster: GroupStates) -> Tensor | None:
        """The states of its faster neighbour that a group reads, `(updates, batch, units)`.

        `None` where it is certain beforehand that there is no update.
        """
        ...

    def read_windows(self, group: int, windows: Windows) -> Tensor | None:
        """The same of a windowed group, `(updates, batch, window * units)`."""
        ...

    def hold(self, group: int, states: GroupStates) -> Tensor:
        """The state of a group at every step, `(batch, length, units)`."""
        ...

    def phases_after(self, steps: Size) -> Tensor:
        """Each group's phase after so many steps, `(1 or batch, groups)` integers."""
        ...
