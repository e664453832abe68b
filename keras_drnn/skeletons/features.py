"""Layers that make of the frames of a clip what a network reads, so that a model takes raw joints.

They read joints as `(batch, frames, bodies, joints, axes)`: three axes, in metres in the camera's
frame, y up, or two; or channels, `(batch, frames, 1, channels, 1)`. A body that is absent from a
frame, and the padding behind the end of a clip, are exactly zero. No layer looks ahead: what it
gives for a frame depends on that frame and earlier ones alone.
"""

from collections.abc import Sequence

import keras
import numpy as np

from keras_drnn import ops
from keras_drnn.ops import Tensor
from keras_drnn.skeletons.joints import fixed, presence
from keras_drnn.skeletons.skeleton_features import SkeletonFeatures

__all__ = ["FrameVector", "SkeletonFeatures"]


@keras.saving.register_keras_serializable("keras_drnn")
class FrameVector(keras.layers.Layer):
    """Lays everything about a frame out in one vector, and masks frames without a body.

    Args:
        scales: A factor for each input, so that all of them reach the network at about the same
            size.

    Call arguments:
        inputs: List of tensors `(batch, frames, ...)`. The first one is of joints, and tells which
            frames are without a body: all zero.

    Output shape:
        `(batch, frames, features)`, with a mask `(batch, frames)`.

    Example:

    >>> vectors = FrameVector(scales=(3.0, 5.0))([centred, velocity])
    """

    def __init__(self, scales: Sequence[float], **kwargs):
        super().__init__(**kwargs)
        self.scales = tuple(scales)
        self.supports_masking = True

    def call(self, inputs: Sequence[Tensor]) -> Tensor:
        shape = ops.shape(inputs[0])
        rows = []
        for values, scale in zip(inputs, self.scales, strict=True):
            size = 1
            for width in values.shape[2:]:
                size *= fixed(width)
            rows.append(ops.reshape(values, (shape[0], shape[1], size)) * scale)
        return ops.concatenate(rows, axis=-1)

    def output_range(self, low, high) -> tuple[np.ndarray, np.ndarray]:
        """See `keras_drnn.score_bound`."""
        ends = []
        for end in (low, high):
            parts = end if isinstance(end, list) else [end]
            rows = [np.ravel(x) * scale for x, scale in zip(parts, self.scales, strict=True)]
            ends.append(np.concatenate(rows) * (1 + 1e-6))
        return np.minimum(*ends), np.maximum(*ends)

    def compute_mask(self, inputs: Sequence[Tensor], mask: object = None) -> Tensor:
        return ops.any(presence(inputs[0]), axis=-1)

    def get_config(self):
        return {**super().get_config(), "scales": list(self.scales)}
