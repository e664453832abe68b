"""The states that one group of units goes through in a sequence."""

from keras_drnn import ops
from keras_drnn.ops import Size, Tensor


class GroupStates:
    """A group's state at first and after each update, time first as its loop makes them.

    Args:
        initial: `(batch, units)`.
        updated: `(updates, batch, units)`, or `None` without any.
    """

    def __init__(self, initial: Tensor, updated: Tensor | None):
        self.initial = initial
        self.updated = updated
        self._from_start: Tensor | None = None

    # No `cached_property`: it takes a lock until Python 3.12, at which torch's compiler gives up.
    @property
    def from_start(self) -> Tensor:
        """What the group holds after 0, 1, 2 ... updates: `(1 + updates, batch, units)`."""
        if self._from_start is None:
            start = self.initial[None]
            self._from_start = (
                start if self.updated is None else ops.concatenate([start, self.updated], axis=0)
            )
        return self._from_start

    def after(self, count: Size) -> Tensor:
        """The state after so many updates, `(batch, units)`; `count` may be `(batch, 1)` too."""
        if not isinstance(count, int):
            counts = ops.reshape(ops.convert_to_tensor(count, dtype="int32"), (1, -1))
            return self.look_up(counts, batch_axis=1)[0]
        if count == 0 or self.updated is None:
            return self.initial
        return self.updated[count - 1]

    def look_up(self, counts: Size, batch_axis: int) -> Tensor:
        """Each sample's state after its own numbers of updates, with the axes of `counts` first."""
        return take_rows(self.from_start, counts, batch_axis)


def take_rows(table: Tensor, index: Size, batch_axis: int) -> Tensor:
    """`table[index, b]` for each sample b, with the axes of `index` first.

    Args:
        table: `(rows, batch, units)`.
        index: Row numbers, with an axis of the batch or one of one in its place.
        batch_axis: Which axis of `index` that is, of two.
    """
    _, batch, units = ops.shape(table)
    samples = ops.expand_dims(ops.arange(batch, dtype="int32"), 1 - batch_axis)
    # Whole rows of a flat table: far cheaper than a gather element by element.
    return ops.take(ops.reshape(table, (-1, units)), index * batch + samples, axis=0)
