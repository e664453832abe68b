"""The whole sequence at once: the delayed RNN as a cascade of strided plain RNNs.

Nothing flows from slow to fast groups. So the whole sequence of the first group can be computed
first; the second group then needs only its own updates, every `delays[1]`-th step, and so on. The
state that a group holds between its updates is a look-up. About `1.5 T` small recurrent steps in
place of `G T`, with the same numbers.

Terms used here: a *step* is a frame that counts (not masked), numbered from 0 within the sequence;
an *update* is one of the steps at which a group computes.
"""

import numpy as np

from keras_drnn import ops
from keras_drnn.course import Course, updates
from keras_drnn.delays import first_updates
from keras_drnn.recurrence import recurrence


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

    courses: list[Course] = []
    initial = cell.split_groups(initial_h)
    dropped = cell.split_groups(recurrent_mask) if recurrent_mask is not None else None
    for g, delay in enumerate(cell.delays):
        bias = cell.biases[g] if cell.use_bias else None
        if g == 0:
            z = _drive_by_inputs(inputs, cell.kernels[g], bias, delay, firsts[g], length)
        else:
            z = _drive_by_group(courses[-1], cell.kernels[g], bias, delay, firsts[g], length)
        updated = None
        if z is not None:
            updated = recurrence(
                z,
                initial[g],
                cell.recurrent_kernels[g],
                cell.activation,
                dropout_mask=dropped[g] if dropped is not None else None,
                unroll=unroll,
            )
        courses.append(Course(initial[g], updated, delay, firsts[g]))

    final_h = ops.concatenate([course.after(taken) for course in courses], axis=-1)
    final_clock = _advance(clock, taken, cell.delays, final_h)
    if not return_sequences:
        outputs = final_h
        if zero_output_for_mask and mask is not None:
            outputs = ops.where(mask[:, -1:], outputs, ops.zeros_like(outputs))
        return outputs, [final_h, final_clock]

    if steps is None and clock is None:
        held = [course.hold(length) for course in courses]
    else:
        if steps is None:
            steps = ops.arange(length, dtype="int32")[None]
        held = [course.look_up(course.updates_until(steps), batch_axis=0) for course in courses]
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


def _drive_by_inputs(inputs, kernel, bias, delay, first, length):
    """`x U + b` at the first group's updates, `(updates, batch, units)`, or `None` without any."""
    if not isinstance(first, int):
        frames = ops.minimum(_own_updates(delay, first, length), length - 1)
        inputs = _take(inputs, frames)
    elif isinstance(length, int) and first >= length:
        return None
    elif delay > 1:
        inputs = inputs[:, first::delay]
    # One product over rows, whose gradient XLA computes faster; and projected before it is turned,
    # for units are fewer than features.
    z = _project(ops.reshape(inputs, (-1, ops.shape(inputs)[2])), kernel, bias)
    z = ops.reshape(z, (*ops.shape(inputs)[:2], ops.shape(kernel)[1]))
    return ops.swapaxes(z, 0, 1)


def _drive_by_group(below, kernel, bias, delay, first, length):
    """`x U + b` at a slower group's updates, `(updates, batch, units)`, or `None` without any."""
    if isinstance(first, int):
        read = below.read(delay, first, length)
        return None if read is None else _project(read, kernel, bias)
    steps = ops.minimum(_own_updates(delay, first, length), length - 1)
    counts = ops.swapaxes(below.updates_until(steps), 0, 1)
    return _project(below.look_up(counts, batch_axis=1), kernel, bias)


def _own_updates(delay, first, length):
    """The steps at which each sample updates by its own clock, `(batch, updates)`.

    Updates past the end of the sequence are computed and never looked at.
    """
    return first + delay * ops.arange(updates(length, delay, 0), dtype="int32")


def _project(x, kernel, bias):
    z = ops.matmul(x, kernel)
    return z if bias is None else z + bias


def _take(inputs, index):
    """`inputs[b, index[b, k]]` for all b and k: `(batch, k, features)`."""
    batch, length, features = ops.shape(inputs)
    # Whole rows of a flat table: far cheaper than a gather element by element.
    samples = ops.arange(batch, dtype="int32")[:, None]
    return ops.take(ops.reshape(inputs, (-1, features)), samples * length + index, axis=0)


def _advance(clock, taken, delays, like):
    """The clock after `taken` steps, `(batch, groups)`, in the type of `like`."""
    delays = np.array([delays], dtype="int32")
    if clock is None and isinstance(taken, int):
        clock = taken % delays
    else:
        clock = ((0 if clock is None else clock) + taken) % ops.convert_to_tensor(delays)
    return ops.cast(ops.broadcast_to(clock, (ops.shape(like)[0], delays.shape[1])), like.dtype)
