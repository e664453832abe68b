"""Masks: a masked frame is skipped as if it were absent."""

from keras_drnn import ops
from keras_drnn.ops import Tensor


def pack(inputs: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """Move each sample's unmasked frames to the front, and number the steps.

    Args:
        inputs: `(batch, time, features)`.
        mask: `(batch, time)` booleans.

    Returns:
        The inputs in their new order, and `(batch, time)` integers: the number of the last step
        that counts up to each frame, -1 before the first.
    """
    length = ops.shape(inputs)[1]
    frames = ops.arange(length, dtype="int32")[None]
    order = ops.argsort(ops.where(mask, frames, frames + length), axis=1)
    steps = ops.cumsum(ops.cast(mask, "int32"), axis=1) - 1
    # Masked frames are computed with, behind the others, and a NaN times no gradient is a NaN.
    inputs = ops.where(mask[..., None], inputs, ops.zeros_like(inputs))
    return take_frames(inputs, order), steps


def take_frames(inputs: Tensor, index: Tensor) -> Tensor:
    """`inputs[b, index[b, k]]` for all b and k: `(batch, k, features)`."""
    batch, length, features = ops.shape(inputs)
    # Whole rows of a flat table: far cheaper than a gather element by element.
    samples = ops.arange(batch, dtype="int32")[:, None]
    return ops.take(ops.reshape(inputs, (-1, features)), samples * length + index, axis=0)
