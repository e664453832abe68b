"""Sums over the frames so far that forget: the same for a clip, a part of it, and one frame."""

import math

from keras_drnn import ops
from keras_drnn.ops import Tensor

# A share of a sum that float32 does not see any more.
_NOTHING = 1e-8


def decay_of(memory: int | None) -> float:
    """The factor by which a sum shrinks from frame to frame; 1 if nothing is forgotten.

    Args:
        memory: Frames after which about a third, 1 / e, of a value is left in the sum.

    Raises:
        ValueError: If the memory is shorter than a frame.
    """
    if memory is None:
        return 1.0
    if memory < 1:
        raise ValueError(
            "`memory` must be a number of frames, at least 1, or None to remember for ever. "
            f"Received: memory={memory}"
        )
    return 1 - 1 / memory


def running(values: Tensor, before: Tensor, decay: float, restarts: Tensor | None = None) -> Tensor:
    """`sums[t] = decay * sums[t - 1] + values[t]` for all frames.

    Args:
        values: `(batch, frames, ...)`.
        before: The sums behind the frame before, `(batch, ...)`.
        decay: Between 0 and 1.
        restarts: How often the sums have begun anew in these frames, up to each of them, which
            counts; `(batch, frames, ...)`. By default they never do; not with a decay of 1.
    """
    before = ops.expand_dims(before, 1)
    if values.shape[1] == 1:
        return values + before * (decay if restarts is None else decay * unbroken(restarts))
    if decay == 1:
        return ops.cumsum(values, axis=1) + before
    # Each round adds the sums of twice as many frames; older ones have decayed to nothing.
    sums = ops.concatenate([before, values], axis=1)
    reach = math.log(_NOTHING) / math.log(decay) if decay else 1
    frames = sums.shape[1]
    if isinstance(frames, int):  # not None, nor a symbol
        reach = min(reach, frames)
    if restarts is not None:
        restarts = delayed(restarts, 1)
    shift = 1
    while shift < reach:
        earlier = delayed(sums, shift)[:, :-shift]
        if restarts is not None:
            earlier = earlier * unbroken(restarts - delayed(restarts, shift)[:, :-shift])
        sums = sums + earlier * decay**shift
        shift *= 2
    return sums[:, 1:]


def last(values: Tensor) -> Tensor:
    """The last frame of `(batch, frames, ...)`; where there is one alone, nothing is cut."""
    return ops.squeeze(values, 1) if values.shape[1] == 1 else values[:, -1]


def delayed(values: Tensor, frames: int) -> Tensor:
    """`values` with so many frames of zeros before them."""
    return ops.pad(values, [(0, 0), (frames, 0), *[(0, 0)] * (values.ndim - 2)])


def unbroken(restarts: Tensor) -> Tensor:
    """1 where there was no restart, 0 where there were some."""
    return 1 - ops.minimum(restarts, 1)
