"""Features of skeletons as causal Keras layers, so that a model takes raw joints.

The layers read joints as `(batch, frames, bodies, joints, 3)`, metres in the camera's frame, y up,
and keep to one convention: a body that is absent from a frame, and the padding behind the end of a
clip, are exactly zero. No layer looks ahead: what it gives for a frame depends on that frame and
earlier ones alone.
"""

import keras
from keras import ops


def presence(joints):
    """Which bodies are there: booleans `(batch, frames, bodies)` from joints that are not zero."""
    return ops.any(ops.not_equal(joints, 0), axis=(-2, -1))


def first_seen(seen):
    """True at each body's first frame alone, from `(batch, frames, bodies)` booleans."""
    return ops.logical_and(seen, ops.equal(ops.cumsum(ops.cast(seen, "int32"), axis=1), 1))


def change(values, seen, lag):
    """`values` minus `values` of `lag` frames before; zero unless the body was seen in both."""
    # Pad, then cut: right for clips shorter than the lag as well.
    before = ops.pad(values, [(0, 0), (lag, 0)] + [(0, 0)] * (len(values.shape) - 2))[:, :-lag]
    seen_before = ops.pad(seen, [(0, 0), (lag, 0), (0, 0)])[:, :-lag]
    both = ops.cast(ops.logical_and(seen, seen_before), values.dtype)
    return (values - before) * ops.reshape(both, (*ops.shape(both), *[1] * (len(values.shape) - 3)))


@keras.saving.register_keras_serializable("keras_drnn")
class ViewAlignment(keras.layers.Layer):
    """Turns each clip about the vertical so that it starts facing the camera.

    The angle is the one that lays the first body's shoulder line along the x axis in the first
    frame in which that body is seen; the whole clip is turned by it. A camera's place around the
    person no longer matters; how the person turns during the clip still does.

    Args:
        left_shoulder: Index of the joint.
        right_shoulder: Index of the joint.

    Input shape:
        `(batch, frames, bodies, joints, 3)`, metres. Output shape: the same.

    Example:

    >>> turned = ViewAlignment(left_shoulder=4, right_shoulder=8)(joints)
    """

    def __init__(self, left_shoulder: int, right_shoulder: int, **kwargs):
        super().__init__(**kwargs)
        self.left_shoulder = left_shoulder
        self.right_shoulder = right_shoulder

    def call(self, joints):
        first = ops.cast(first_seen(presence(joints))[:, :, :1], joints.dtype)
        across = joints[:, :, 0, self.right_shoulder] - joints[:, :, 0, self.left_shoulder]
        # Ahead of the first frame the sum is still empty; those frames are empty as well.
        across = ops.cumsum(across * first, axis=1)
        x, z = across[..., 0], across[..., 2]
        length = ops.sqrt(x * x + z * z)
        known = ops.greater(length, 1e-6)
        length = ops.where(known, length, ops.ones_like(length))
        cos = ops.where(known, x / length, ops.ones_like(x))[..., None, None]
        sin = ops.where(known, z / length, ops.zeros_like(z))[..., None, None]
        x, y, z = joints[..., 0], joints[..., 1], joints[..., 2]
        return ops.stack([x * cos + z * sin, y, z * cos - x * sin], axis=-1)

    def get_config(self):
        return {
            **super().get_config(),
            "left_shoulder": self.left_shoulder,
            "right_shoulder": self.right_shoulder,
        }


@keras.saving.register_keras_serializable("keras_drnn")
class HipCentring(keras.layers.Layer):
    """Gives all joints relative to the first body's hip in the same frame.

    Where someone stands in the room no longer matters; where a second person stands relative to the
    first still does. A frame that has lost the first body is centred on the second one's hip.

    Args:
        hip: Index of the joint.

    Input shape:
        `(batch, frames, bodies, joints, 3)`, metres. Output shape: the same.

    Example:

    >>> centred = HipCentring(hip=0)(joints)
    """

    def __init__(self, hip: int, **kwargs):
        super().__init__(**kwargs)
        self.hip = hip

    def call(self, joints):
        seen = presence(joints)
        origin = joints[:, :, 0, self.hip]
        for body in range(1, joints.shape[2]):
            has_origin = ops.any(seen[:, :, :body], axis=-1)[..., None]
            origin = ops.where(has_origin, origin, joints[:, :, body, self.hip])
        centred = joints - origin[:, :, None, None]
        return centred * ops.cast(seen, joints.dtype)[..., None, None]

    def get_config(self):
        return {**super().get_config(), "hip": self.hip}


@keras.saving.register_keras_serializable("keras_drnn")
class JointVelocity(keras.layers.Layer):
    """The change of each joint over the last `lag` frames.

    Zero until a body has been seen `lag` frames before, and where either frame lost it.

    Args:
        lag: Frames to look back. A few frames rather than one: sensor noise weighs less.

    Input shape:
        `(batch, frames, bodies, joints, 3)`, metres.

    Output shape:
        The same, metres in `lag` frames.

    Example:

    >>> velocity = JointVelocity(lag=4)(centred)
    """

    def __init__(self, lag: int, **kwargs):
        super().__init__(**kwargs)
        self.lag = lag

    def call(self, joints):
        return change(joints, presence(joints), self.lag)

    def get_config(self):
        return {**super().get_config(), "lag": self.lag}


@keras.saving.register_keras_serializable("keras_drnn")
class HipPath(keras.layers.Layer):
    """Where each body has gone since it was first seen, and how it moved over the last frames.

    What hip-centred joints have lost: walking, sitting down, bending.

    Args:
        hip: Index of the joint.
        lag: Frames to look back for the movement.

    Input shape:
        `(batch, frames, bodies, joints, 3)`, metres.

    Output shape:
        `(batch, frames, bodies, 6)`, metres: the way from the body's first place, and the change
        over `lag` frames. Zero where the body is absent.

    Example:

    >>> path = HipPath(hip=0, lag=4)(joints)
    """

    def __init__(self, hip: int, lag: int, **kwargs):
        super().__init__(**kwargs)
        self.hip = hip
        self.lag = lag

    def call(self, joints):
        seen = presence(joints)
        hip = joints[:, :, :, self.hip]
        start = ops.cumsum(hip * ops.cast(first_seen(seen), hip.dtype)[..., None], axis=1)
        way = (hip - start) * ops.cast(seen, hip.dtype)[..., None]
        return ops.concatenate([way, change(hip, seen, self.lag)], axis=-1)

    def get_config(self):
        return {**super().get_config(), "hip": self.hip, "lag": self.lag}


@keras.saving.register_keras_serializable("keras_drnn")
class FrameVector(keras.layers.Layer):
    """Lays everything that is known of a frame out in one vector, and masks frames without a body.

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

    def __init__(self, scales, **kwargs):
        super().__init__(**kwargs)
        self.scales = tuple(scales)
        self.supports_masking = True

    def call(self, inputs):
        shape = ops.shape(inputs[0])
        rows = []
        for values, scale in zip(inputs, self.scales, strict=True):
            size = 1
            for width in values.shape[2:]:
                size *= width
            rows.append(ops.reshape(values, (shape[0], shape[1], size)) * scale)
        return ops.concatenate(rows, axis=-1)

    def compute_mask(self, inputs, mask=None):
        return ops.any(presence(inputs[0]), axis=-1)

    def get_config(self):
        return {**super().get_config(), "scales": list(self.scales)}
