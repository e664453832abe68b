"""Features of skeletons as causal Keras layers, so that a model takes raw joints.

Every layer here reads and writes joints as `(batch, frames, bodies, joints, channels)`, metres in
the camera's frame, y up, and keeps to one convention: a body that is absent from a frame, and the
padding behind the end of a clip, are exactly zero. No layer looks ahead: what it gives for a frame
depends on that frame and earlier ones alone.
"""

import keras
from keras import ops


def presence(joints):
    """Which bodies are there: booleans `(batch, frames, bodies)` from joints that are not zero."""
    return ops.any(ops.not_equal(joints, 0), axis=(-2, -1))


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
        seen = presence(joints)[:, :, 0]
        first = ops.logical_and(seen, ops.equal(ops.cumsum(ops.cast(seen, "int32"), axis=1), 1))
        weight = ops.cast(first, joints.dtype)[:, :, None]
        across = joints[:, :, 0, self.right_shoulder] - joints[:, :, 0, self.left_shoulder]
        across = ops.sum(across * weight, axis=1)
        x, z = across[:, 0], across[:, 2]
        length = ops.sqrt(x * x + z * z)
        known = ops.greater(length, 1e-6)
        length = ops.where(known, length, ops.ones_like(length))
        cos = ops.where(known, x / length, ops.ones_like(x))[:, None, None, None]
        sin = ops.where(known, z / length, ops.zeros_like(z))[:, None, None, None]
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
    """Appends to each joint its change since the frame before.

    Zero in a body's first frame and after a frame that lost it.

    Args:
        scale: Factor on the change. With the frame rate (frames per second) for joints in metres,
            velocities are in metres per second.

    Input shape:
        `(batch, frames, bodies, joints, 3)`, metres.

    Output shape:
        `(batch, frames, bodies, joints, 6)`: position, then velocity.

    Example:

    >>> moving = JointVelocity(scale=30.0)(joints)
    """

    def __init__(self, scale: float = 1.0, **kwargs):
        super().__init__(**kwargs)
        self.scale = scale

    def call(self, joints):
        before = ops.pad(joints[:, :-1], [(0, 0), (1, 0), (0, 0), (0, 0), (0, 0)])
        both = ops.logical_and(presence(joints), presence(before))
        change = (joints - before) * ops.cast(both, joints.dtype)[..., None, None]
        return ops.concatenate([joints, change * self.scale], axis=-1)

    def get_config(self):
        return {**super().get_config(), "scale": self.scale}


@keras.saving.register_keras_serializable("keras_drnn")
class FrameVector(keras.layers.Layer):
    """Lays everything that is known of a frame out in one vector, and masks frames without a body.

    Input shape:
        `(batch, frames, bodies, joints, channels)`.

    Output shape:
        `(batch, frames, bodies * joints * channels)`, with a mask `(batch, frames)`.

    Example:

    >>> vectors = FrameVector()(joints)
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def call(self, joints):
        size = joints.shape[2] * joints.shape[3] * joints.shape[4]
        return ops.reshape(joints, (-1, ops.shape(joints)[1], size))

    def compute_mask(self, joints, mask=None):
        return ops.any(presence(joints), axis=-1)
