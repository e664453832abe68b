"""The whole sequence at once: the delayed RNN as a cascade of strided plain RNNs.

Nothing flows from slow to fast groups. So the whole sequence of the first group can be computed
first; the second group then needs only its own updates, every `delays[1]`-th step, and so on. The
state that a group holds between its updates is a look-up. About `1.5 T` small recurrent steps in
place of `G T`, with the same numbers.

Terms used here: a *step* is a frame that counts (not masked), numbered from 0 within the sequence;
an *update* is one of the steps at which a group computes; `states[:, j]` is what a group holds
after `j` updates, so `states[:, 0]` is its initial state.
"""

from dataclasses import dataclass
from typing import Any

from keras import ops

from keras_drnn.delays import first_updates
from keras_drnn.recurrence import recurrence


@dataclass(frozen=True)
class Group:
    """One group's course: its states after 0, 1, 2 ... updates and when those happen."""

    states: Any  # (batch, 1 + updates, units)
    delay: int
    first: Any  # step of the first update: int, or (batch, 1) where clocks were carried in

    def updates_until(self, steps):
        """How many updates have happened at `steps` (numbered from 0; -1 is before the first)."""
        return (steps - self.first + self.delay) // self.delay


def run(
    cell,
    inputs,
    initial_h,
    clock=None,
    mask=None,
    input_mask=None,
    recurrent_mask=None,
    unroll=False,
    return_sequences=True,
    zero_output_for_mask=False,
):
    """Run the cell over a sequence.

    Args:
        cell: A built `DelayedRNNCell`.
        inputs: `(batch, time, features)`.
        initial_h: `(batch, units)`.
        clock: `(batch, groups)`, or `None` where the clock starts with this sequence.
        mask: `(batch, time)` booleans, or `None`. A masked step is skipped as if it were absent.
        input_mask: Dropout factors for the inputs, `(batch, features)`, or `None`.
        recurrent_mask: Dropout factors for the groups' own states, `(batch, units)`, or `None`.
        unroll: Whether to write the loops out.
        return_sequences: Whether to compute the output of every step, or the last one's alone.
        zero_output_for_mask: Whether the output of a masked step is zero, or the held state.

    Returns:
        The outputs, `(batch, time, units)` or `(batch, units)`, and the final `[h, clock]`.
    """
    length = inputs.shape[1] if inputs.shape[1] is not None else ops.shape(inputs)[1]
    if input_mask is not None:
        inputs = inputs * input_mask[:, None]
    steps = None  # (batch, time): number of the last step that counts, up to each frame
    if mask is not None:
        mask = ops.cast(mask, "bool")
        inputs, steps = _pack(inputs, mask, length)
    taken = length if steps is None else steps[:, -1:] + 1

    due = first_updates(cell.delays, cell.first_step)
    if clock is None:
        firsts = due
    else:
        clock = ops.cast(ops.round(clock), "int32")
        # Nothing negative before a `%`: OpenVINO's remainder has the sign of what is divided.
        firsts = [
            (due[g] + delay - clock[:, g : g + 1] % delay) % delay
            for g, delay in enumerate(cell.delays)
        ]

    groups: list[Group] = []
    initial = cell.split_groups(initial_h)
    dropped = cell.split_groups(recurrent_mask) if recurrent_mask is not None else None
    for g, delay in enumerate(cell.delays):
        below = inputs if g == 0 else groups[-1]
        read = _read(below, delay, firsts[g], length)
        states = (
            recurrence(
                read,
                initial[g],
                cell.kernels[g],
                cell.recurrent_kernels[g],
                cell.biases[g] if cell.use_bias else None,
                cell.activation,
                dropout_mask=dropped[g] if dropped is not None else None,
                unroll=unroll,
            )
            if read is not None
            else None
        )
        before = initial[g][:, None]
        states = before if states is None else ops.concatenate([before, states], axis=1)
        groups.append(Group(states, delay, firsts[g]))

    final_h = ops.concatenate([_final(group, taken) for group in groups], axis=-1)
    final_clock = _advance(clock, taken, cell.delays, final_h)
    if not return_sequences:
        outputs = final_h
        if zero_output_for_mask and mask is not None:
            outputs = ops.where(mask[:, -1:], outputs, ops.zeros_like(outputs))
        return outputs, [final_h, final_clock]

    if steps is None and clock is None:
        held = [_hold(group, length) for group in groups]
    else:
        if steps is None:
            steps = ops.arange(length, dtype="int32")[None]
        held = [_take(group.states, group.updates_until(steps)) for group in groups]
    outputs = ops.concatenate(held, axis=-1)
    if zero_output_for_mask and mask is not None:
        outputs = ops.where(mask[..., None], outputs, ops.zeros_like(outputs))
    return outputs, [final_h, final_clock]


def _pack(inputs, mask, length):
    """Move each sample's unmasked frames to the front, and number the steps."""
    frames = ops.arange(length, dtype="int32")[None]
    order = ops.argsort(ops.where(mask, frames, frames + length), axis=1)
    steps = ops.cumsum(ops.cast(mask, "int32"), axis=1) - 1
    return _take(inputs, order), steps


def _updates(length, delay, first):
    """How many updates fit into `length` steps: an int, or a tensor where time is dynamic."""
    return (length - first + delay - 1) // delay


def _read(below, delay, first, length):
    """What a group reads at its updates: `(batch, updates, features)`, or `None` without any."""
    if isinstance(first, int):
        count = _updates(length, delay, first)
        if isinstance(count, int) and count <= 0:
            return None
        if not isinstance(below, Group):
            return below[:, first::delay]
        start = below.updates_until(first)
        if delay % below.delay == 0:
            return below.states[:, start :: delay // below.delay][:, :count]
        updates = first + delay * ops.arange(count, dtype="int32")
        return ops.take(below.states, below.updates_until(updates), axis=1)
    # Each sample has its own clock. Updates past the end are computed and never looked at.
    updates = first + delay * ops.arange(_updates(length, delay, 0), dtype="int32")
    updates = ops.minimum(updates, length - 1)
    if not isinstance(below, Group):
        return _take(below, updates)
    return _take(below.states, below.updates_until(updates))


def _hold(group, length):
    """A group's state at every step, `(batch, length, units)`, for a clock that starts here."""
    if group.delay == 1:
        return group.states[:, 1:]
    return ops.take(group.states, group.updates_until(ops.arange(length, dtype="int32")), axis=1)


def _final(group, taken):
    """A group's state after all steps, `(batch, units)`."""
    if isinstance(group.first, int) and isinstance(taken, int):
        return group.states[:, group.updates_until(taken - 1)]
    count = ops.convert_to_tensor(group.updates_until(taken - 1), dtype="int32")
    index = ops.broadcast_to(ops.reshape(count, (-1, 1)), (ops.shape(group.states)[0], 1))
    return _take(group.states, index)[:, 0]


def _advance(clock, taken, delays, like):
    """The clock after `taken` steps, `(batch, groups)`, in the type of `like`."""
    delays = ops.convert_to_tensor([delays], dtype="int32")
    clock = ops.zeros_like(delays) if clock is None else clock
    clock = (clock + taken) % delays
    return ops.cast(ops.broadcast_to(clock, (ops.shape(like)[0], delays.shape[1])), like.dtype)


def _take(rows, index):
    """`rows[b, index[b, k]]` for all b and k: `(batch, k, features)`."""
    batch = ops.shape(rows)[0]
    index = ops.broadcast_to(index, (batch, ops.shape(index)[1]))
    # Whole rows of a flat table: far cheaper than a gather element by element.
    count, features = ops.shape(rows)[1], rows.shape[2]
    flat = index + count * ops.arange(batch, dtype="int32")[:, None]
    return ops.take(ops.reshape(rows, (-1, features)), flat, axis=0)
