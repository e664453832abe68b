"""What a windowed group reads: its neighbour's states side by side, the oldest first."""

from keras_drnn import ops
from keras_drnn.cascade.group_states import GroupStates, take_rows
from keras_drnn.cascade.sizes import count_up_to
from keras_drnn.ops import Size, Tensor


class Windows:
    """The windows of `size` states that end with a group's state after some number of updates.

    Args:
        states: The group's.
        earlier: Its states before the initial one, `(batch, (size - 1) * units)`.
        size: States in a window.
    """

    def __init__(self, states: GroupStates, earlier: Tensor, size: int):
        self.size = size
        batch, units = ops.shape(states.initial)
        earlier = ops.swapaxes(ops.reshape(earlier, (batch, size - 1, units)), 0, 1)
        # Row `count` is the first of the window that ends with the state after `count` updates.
        self._table = ops.concatenate([earlier, states.from_start], axis=0)

    def in_a_row(self, first: Size, number: Size) -> Tensor:
        """So many windows without a gap, `(number, batch, size * units)`.

        The first ends with the state after `first` updates.
        """
        _, batch, units = ops.shape(self._table)
        if isinstance(number, int):
            rows = self._table[first : first + number * self.size]
        else:
            rows = ops.take(self._table, first + count_up_to(number * self.size), axis=0)
        rows = ops.reshape(rows, (number, self.size, batch, units))
        return ops.reshape(ops.swapaxes(rows, 1, 2), (number, batch, self.size * units))

    def look_up(self, counts: Tensor) -> Tensor:
        """Each sample's windows, `(updates, batch, size * units)`, by its own numbers of updates.

        Args:
            counts: `(updates, batch)`.
        """
        return self._from(counts, self.size)

    def earlier_than(self, count: Size) -> Tensor:
        """The states before the one after so many updates, as `earlier`."""
        counts = ops.reshape(ops.convert_to_tensor(count, dtype="int32"), (1, -1))
        return self._from(counts, self.size - 1)[0]

    def _from(self, counts: Tensor, length: int) -> Tensor:
        rows = [take_rows(self._table, counts + place, batch_axis=1) for place in range(length)]
        return ops.concatenate(rows, axis=-1)
