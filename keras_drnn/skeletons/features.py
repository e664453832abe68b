"""Features of skeletons as causal Keras layers, so that a model takes raw joints.

The layers read joints as `(batch, frames, bodies, joints, axes)`: three axes, in metres in the
camera's frame, y up, or two. They keep to one convention: a body that is absent from a frame, and
the padding behind the end of a clip, are exactly zero. No layer looks ahead: what it gives for a
frame depends on that frame and earlier ones alone.
"""

from collections.abc import Sequence

import keras
import numpy as np

from keras_drnn import ops
from keras_drnn.causal import CausalLayer
from keras_drnn.ops import Tensor
from keras_drnn.skeletons.joints import fixed, presence, reference, reference_point
from keras_drnn.skeletons.skeleton_features import SkeletonFeatures

__all__ = [
    "FrameVector",
    "HipCentring",
    "HipPath",
    "JointVelocity",
    "SkeletonFeatures",
    "ViewAlignment",
]


def first_seen(seen: Tensor, met: Tensor) -> tuple[Tensor, Tensor]:
    """True at each body's first frame alone, and 1.0 for the bodies that have been met by the end.

    Args:
        seen: Booleans `(batch, frames, bodies)`.
        met: Floats `(batch, bodies)`, 1 for a body that was seen before these frames.
    """
    count = ops.cumsum(ops.cast(seen, "int32"), axis=1) + ops.cast(met, "int32")[:, None]
    first = ops.logical_and(seen, ops.equal(count, 1))
    return first, ops.cast(ops.greater(count[:, -1], 0), met.dtype)


def change(
    values: Tensor, seen: Tensor, past: Tensor, seen_past: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """`values` minus those of some frames before; zero unless the body was seen in both.

    Args:
        values: `(batch, frames, bodies, ...)`.
        seen: Booleans `(batch, frames, bodies)`.
        past: The values before, `(batch, lag, bodies, ...)`.
        seen_past: Where they were seen, as 1.0.

    Returns:
        The change, and `past` and `seen_past` for the frames that follow.
    """
    lag, seen = fixed(past.shape[1]), ops.cast(seen, values.dtype)
    all_values = ops.concatenate([past, values], axis=1)
    all_seen = ops.concatenate([seen_past, seen], axis=1)
    both = seen * all_seen[:, :-lag]
    both = ops.reshape(both, (*ops.shape(both), *[1] * (len(values.shape) - 3)))
    return (values - all_values[:, :-lag]) * both, all_values[:, -lag:], all_seen[:, -lag:]


@keras.saving.register_keras_serializable("keras_drnn")
class ViewAlignment(CausalLayer):
    """Turns each clip about the vertical so that it starts facing the camera.

    The angle is the one that lays the first body's shoulder line along the x axis in the first
    frame in which that body is seen; the whole clip is turned by it. A camera's place around the
    person no longer matters; how the person turns during the clip still does.

    Args:
        left_shoulder: Index of the joint.
        right_shoulder: Index of the joint.

    Input shape:
        `(batch, frames, bodies, joints, 3)`, metres.

    Output shape:
        The same, metres.

    Raises:
        ValueError: If the joints are not in 3-D: a picture cannot be turned about the vertical.

    Example:

    >>> turned = ViewAlignment(left_shoulder=4, right_shoulder=8)(joints)
    """

    def __init__(self, left_shoulder: int, right_shoulder: int, **kwargs):
        super().__init__(**kwargs)
        self.left_shoulder = left_shoulder
        self.right_shoulder = right_shoulder

    def state_shapes(self, input_shape: tuple) -> dict[str, tuple[int, ...]]:
        if fixed(input_shape[4]) != 3:
            raise ValueError(
                "ViewAlignment turns joints about the vertical and takes three axes; leave it out "
                f"for others. Received: joints of shape {tuple(input_shape)}"
            )
        return {"across": (3,), "met": (1,)}

    def advance(self, joints: Tensor, state: dict[str, Tensor]) -> tuple[Tensor, dict[str, Tensor]]:
        first, met = first_seen(presence(joints)[:, :, :1], state["met"])
        across = joints[:, :, 0, self.right_shoulder] - joints[:, :, 0, self.left_shoulder]
        # Ahead of the first frame the sum is still empty; those frames are empty as well.
        across = ops.cumsum(across * ops.cast(first, joints.dtype), axis=1)
        across += state["across"][:, None]
        state = {"across": across[:, -1], "met": met}
        x, z = across[..., 0], across[..., 2]
        length = ops.sqrt(x * x + z * z)
        has_angle = ops.greater(length, 1e-6)
        length = ops.where(has_angle, length, ops.ones_like(length))
        cos = ops.where(has_angle, x / length, ops.ones_like(x))[..., None, None]
        sin = ops.where(has_angle, z / length, ops.zeros_like(z))[..., None, None]
        x, y, z = joints[..., 0], joints[..., 1], joints[..., 2]
        return ops.stack([x * cos + z * sin, y, z * cos - x * sin], axis=-1), state


@keras.saving.register_keras_serializable("keras_drnn")
class HipCentring(keras.layers.Layer):
    """Gives all joints relative to the first body's hip in the same frame.

    Where someone stands in the room no longer matters; where a second person stands relative to the
    first still does. A frame that has lost the first body is centred on the second one's hip.

    Args:
        hip: Index of the joint, or the indices of those whose mean is the hip centre.

    Input shape:
        `(batch, frames, bodies, joints, axes)`, metres.

    Output shape:
        The same, metres.

    Example:

    >>> centred = HipCentring(hip=0)(joints)
    """

    def __init__(self, hip: int | Sequence[int], **kwargs):
        super().__init__(**kwargs)
        self.hip = reference(hip)

    def call(self, joints: Tensor) -> Tensor:
        seen = presence(joints)
        origin = reference_point(joints, 0, self.hip)
        for body in range(1, fixed(joints.shape[2])):
            has_origin = ops.any(seen[:, :, :body], axis=-1)[..., None]
            origin = ops.where(has_origin, origin, reference_point(joints, body, self.hip))
        centred = joints - origin[:, :, None, None]
        return centred * ops.cast(seen, joints.dtype)[..., None, None]


@keras.saving.register_keras_serializable("keras_drnn")
class JointVelocity(CausalLayer):
    """The change of each joint over the last `lag` frames.

    Zero until a body has been seen `lag` frames before, and where either frame lost it.

    Args:
        lag: Frames to look back. A few frames rather than one: sensor noise weighs less.

    Input shape:
        `(batch, frames, bodies, joints, axes)`, metres.

    Output shape:
        The same, metres in `lag` frames.

    Example:

    >>> velocity = JointVelocity(lag=4)(centred)
    """

    def __init__(self, lag: int, **kwargs):
        super().__init__(**kwargs)
        self.lag = lag

    def state_shapes(self, input_shape: tuple) -> dict[str, tuple[int, ...]]:
        bodies, joints, axes = map(fixed, input_shape[2:])
        return {"past": (self.lag, bodies, joints, axes), "seen": (self.lag, bodies)}

    def advance(self, joints: Tensor, state: dict[str, Tensor]) -> tuple[Tensor, dict[str, Tensor]]:
        moved, past, seen = change(joints, presence(joints), state["past"], state["seen"])
        return moved, {"past": past, "seen": seen}


@keras.saving.register_keras_serializable("keras_drnn")
class HipPath(CausalLayer):
    """Where each body has gone since it was first seen, and how it moved over the last frames.

    What hip-centred joints have lost: walking, sitting down, bending.

    Args:
        hip: Index of the joint, or the indices of those whose mean is the hip centre.
        lag: Frames to look back for the movement.

    Input shape:
        `(batch, frames, bodies, joints, axes)`, metres.

    Output shape:
        `(batch, frames, bodies, 2 * axes)`, metres: the way from the body's first place, and the
        change over `lag` frames. Zero where the body is absent.

    Example:

    >>> path = HipPath(hip=0, lag=4)(joints)
    """

    def __init__(self, hip: int | Sequence[int], lag: int, **kwargs):
        super().__init__(**kwargs)
        self.hip, self.lag = reference(hip), lag

    def state_shapes(self, input_shape: tuple) -> dict[str, tuple[int, ...]]:
        bodies, axes = fixed(input_shape[2]), fixed(input_shape[4])
        return {
            "start": (bodies, axes),
            "met": (bodies,),
            "past": (self.lag, bodies, axes),
            "seen": (self.lag, bodies),
        }

    def advance(self, joints: Tensor, state: dict[str, Tensor]) -> tuple[Tensor, dict[str, Tensor]]:
        seen = presence(joints)
        hip = reference_point(joints, slice(None), self.hip)
        first, met = first_seen(seen, state["met"])
        start = ops.cumsum(hip * ops.cast(first, hip.dtype)[..., None], axis=1)
        start += state["start"][:, None]
        way = (hip - start) * ops.cast(seen, hip.dtype)[..., None]
        moved, past, seen = change(hip, seen, state["past"], state["seen"])
        state = {"start": start[:, -1], "met": met, "past": past, "seen": seen}
        return ops.concatenate([way, moved], axis=-1), state


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
