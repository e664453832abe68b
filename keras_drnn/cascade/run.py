"""The cascade: group after group over the whole sequence."""

import keras
from keras import activations

from keras_drnn import ops
from keras_drnn.cascade import sizes
from keras_drnn.cascade.clocks import Clocks
from keras_drnn.cascade.group_states import GroupStates
from keras_drnn.cascade.own_clocks import OwnClocks
from keras_drnn.cascade.packing import pack
from keras_drnn.cascade.shared_clock import SharedClock
from keras_drnn.cascade.windows import Windows
from keras_drnn.cell import DelayedRNNCell
from keras_drnn.ops import Size, Tensor
from keras_drnn.recurrence import recurrence


def run(
    cell: DelayedRNNCell,
    inputs: Tensor,
    initial_h: Tensor,
    clock: Tensor | None = None,
    history: Tensor | None = None,
    mask: Tensor | None = None,
    input_mask: Tensor | None = None,
    recurrent_mask: Tensor | None = None,
    unroll: bool = False,
    return_sequences: bool = True,
    return_state: bool = True,
    zero_output_for_mask: bool = False,
) -> tuple[Tensor, list[Tensor]]:
    """Run the cell over a sequence.

    Args:
        cell: A built `DelayedRNNCell`.
        inputs: `(batch, time, features)`.
        initial_h: `(batch, units)`.
        clock: `(batch, groups)`, or `None` where the clock starts with this sequence.
        history: What windowed groups have still to read, or `None` where that is nothing.
        mask: `(batch, time)` booleans, or `None`. A masked step is skipped as if it were absent.
        input_mask: Dropout factors for the inputs, `(batch, features)`, or `None`.
        recurrent_mask: Dropout factors for the groups' own states, `(batch, units)`, or `None`.
        unroll: Whether to write the loops out.
        return_sequences: Whether to compute the output of every step, or the last one's alone.
        return_state: Whether to compute the final state.
        zero_output_for_mask: Whether the output of a masked step is zero, or the held state.

    Returns:
        The outputs, `(batch, time, units)` or `(batch, units)`, and the final `[h, clock]`, with
        the history if groups are windowed; an empty list without `return_state`.
    """
    batch, length, _ = ops.shape(inputs)
    if input_mask is not None:
        inputs = inputs * input_mask[:, None]
    steps, taken = None, length
    if mask is not None:
        mask = ops.cast(mask, "bool")
        inputs, steps = pack(inputs, mask)
        taken = steps[:, -1:] + 1
    clocks: Clocks
    if clock is None:
        clocks = SharedClock(cell.delays, cell.first_step, length)
    else:
        clocks = OwnClocks(cell.delays, cell.first_step, length, clock)

    # Each sample's own last step, where masks make them differ.
    last = None if steps is None else steps[:, -1:]
    if history is None and len(cell.state_size) > 2:
        history = ops.zeros((batch, cell.state_size[2]), dtype=initial_h.dtype)
    groups, windows = _compute(
        cell, clocks, inputs, initial_h, history, last, recurrent_mask, unroll
    )
    if return_sequences:
        outputs = _every_output(clocks, groups, steps)
    else:
        outputs = _last_output(clocks, groups, taken)
    final: list[Tensor] = []
    if return_state:
        final_h = _last_output(clocks, groups, taken) if return_sequences else outputs
        phases = ops.broadcast_to(clocks.phases_after(taken), (batch, len(cell.delays)))
        final = [final_h, ops.cast(phases, final_h.dtype)]
        if windows:
            counts = {g: clocks.updates_until(g - 1, taken - 1) for g in windows}
            read = [windows[g].earlier_than(counts[g]) for g in windows]
            final.append(ops.concatenate(read, axis=-1))
    if zero_output_for_mask and mask is not None:
        seen = mask[..., None] if return_sequences else mask[:, -1:]
        outputs = ops.where(seen, outputs, ops.zeros_like(outputs))
    return outputs, final


def _last_output(clocks: Clocks, groups: list[GroupStates], taken: Size) -> Tensor:
    """What all groups hold after so many steps, `(batch, units)`."""
    ends = [states.after(clocks.updates_until(g, taken - 1)) for g, states in enumerate(groups)]
    return ops.concatenate(ends, axis=-1)


def _every_output(clocks: Clocks, groups: list[GroupStates], steps: Tensor | None) -> Tensor:
    """What all groups hold at every step, `(batch, time, units)`.

    Args:
        clocks: When each group updates.
        groups: Their states, from fast to slow.
        steps: With masks, the number of each step among those that are not masked.
    """
    if steps is None:
        held = [clocks.hold(g, states) for g, states in enumerate(groups)]
    else:
        held = [
            states.look_up(clocks.updates_until(g, steps), batch_axis=0)
            for g, states in enumerate(groups)
        ]
    return ops.concatenate(held, axis=-1)


def _compute(
    cell: DelayedRNNCell,
    clocks: Clocks,
    inputs: Tensor,
    initial_h: Tensor,
    history: Tensor | None,
    last: Tensor | None,
    recurrent_mask: Tensor | None,
    unroll: bool,
) -> tuple[list[GroupStates], dict[int, Windows]]:
    """The states of every group, from fast to slow, and what windowed groups read, by group."""
    masks = [None] * len(cell.delays)
    if recurrent_mask is not None:
        masks = cell.split_groups(recurrent_mask)
    groups: list[GroupStates] = []
    windows: dict[int, Windows] = {}
    earlier = cell.split_history(history)
    for g, initial in enumerate(cell.split_groups(initial_h)):
        if g == 0:
            z = _drive_by_inputs(cell, clocks, inputs)
        elif g in earlier:
            windows[g] = Windows(groups[-1], earlier[g], cell.reads[g])
            read = clocks.read_windows(g, windows[g])
            z = None if read is None else _project(cell, g, read)
        else:
            read = clocks.read(g, groups[-1])
            z = None if read is None else _project(cell, g, read)
        updated = None
        if z is not None:
            if last is not None and cell.activation is activations.relu:
                z = _still_after(z, clocks.updates_until(g, last))
            # Not cast by Keras where a layer's `stateless_call` is called, as on JAX.
            kernel = ops.cast(cell.recurrent_kernels[g], z.dtype)
            updated = recurrence(z, initial, kernel, cell.activation, masks[g], unroll)
        groups.append(GroupStates(initial, updated))
    return groups, windows


def _drive_by_inputs(cell: DelayedRNNCell, clocks: Clocks, inputs: Tensor) -> Tensor | None:
    """`x U + b` at the first group's updates, `(updates, batch, units)`, or `None` without any."""
    frames = clocks.frames(inputs)
    if frames is None:
        return None
    # Projected before it is turned, for units are fewer than features.
    return ops.swapaxes(_project(cell, 0, frames), 0, 1)


def _project(cell: DelayedRNNCell, group: int, x: Tensor) -> Tensor:
    """`x U + b` of a group at all of its updates, `(updates, batch, units)` or batch first."""
    if not _rows_are_faster():
        return _affine(cell, group, x)
    first, second, width = ops.shape(x)
    z = _affine(cell, group, ops.reshape(x, (-1, width)))
    return ops.reshape(z, (first, second, cell.group_units[group]))


def _affine(cell: DelayedRNNCell, group: int, x: Tensor) -> Tensor:
    z = ops.matmul(x, ops.cast(cell.kernels[group], x.dtype))
    return z + ops.cast(cell.biases[group], x.dtype) if cell.use_bias else z


def _rows_are_faster() -> bool:
    # The gradient of the kernel by one axis takes XLA less time on a CPU than by two; torch and
    # TensorFlow gain nothing. Rows of samples of several devices would be gathered on each of them.
    return keras.backend.backend() == "jax" and keras.distribution.distribution() is None


def _still_after(z: Tensor, updates: Size) -> Tensor:
    """What drives a group of ReLUs, with nothing of it left after so many updates.

    What a group computes past a sample's last step is never looked at. But there it may grow out of
    the numbers of its type, and then the gradient of what is not looked at is no longer zero.
    """
    count, batch, _ = ops.shape(z)
    numbers = sizes.count_up_to(count)[:, None, None]
    # TensorFlow does not know that a slice of one step is one wide, and `z` is to stay as known.
    ended = ops.reshape(ops.convert_to_tensor(updates), (1, batch, 1))
    half = keras.backend.standardize_dtype(z.dtype) == "float16"
    lowest = ops.cast(-3e4 if half else -1e38, z.dtype)  # times zero it is zero, as -inf is not
    return ops.where(ops.less(numbers, ended), z, lowest)
