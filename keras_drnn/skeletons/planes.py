"""Joints with the axes before them, `(batch, frames, axes, bodies * joints)`: planes of x, y and z.

Operations along a last axis of two or three take a device many times as long as along one of fifty.
"""

import numpy as np

from keras_drnn import ops
from keras_drnn.ops import Tensor
from keras_drnn.skeletons.joints import fixed


def planes_of(joints: Tensor) -> Tensor:
    """Planes from joints, `(batch, frames, bodies, joints, axes)`."""
    batch, frames = ops.shape(joints)[:2]
    bodies, count, axes = map(fixed, joints.shape[2:])
    return ops.transpose(ops.reshape(joints, (batch, frames, bodies * count, axes)), (0, 1, 3, 2))


def vector_of(planes: Tensor) -> Tensor:
    """All numbers of a frame in one row, joint after joint."""
    batch, frames = ops.shape(planes)[:2]
    size = fixed(planes.shape[2]) * fixed(planes.shape[3])
    return ops.reshape(ops.transpose(planes, (0, 1, 3, 2)), (batch, frames, size))


def there(sizes: Tensor) -> Tensor:
    """1 where numbers are above zero, 0 where they are zero; without booleans, which cost more."""
    return ops.ceil(ops.minimum(sizes, 1))


def seen_in(joints: Tensor) -> Tensor:
    """1 for each body that is there and 0 for each that is absent, `(batch, frames, 1, bodies)`."""
    batch, frames = ops.shape(joints)[:2]
    return ops.reshape(there(_sizes(joints)), (batch, frames, 1, fixed(joints.shape[2])))


def mask_of(joints: Tensor) -> Tensor:
    """The frames in which somebody is, as booleans, `(batch, frames)`."""
    return ops.greater(ops.max(_sizes(joints), axis=2), 0.0)


def _sizes(joints: Tensor) -> Tensor:
    return ops.max(ops.absolute(joints), axis=(3, 4))


def point(planes: Tensor, bodies: int, joint: int | tuple[int, ...]) -> Tensor:
    """A joint of each body, or the mean of several, `(batch, frames, axes, bodies)`."""
    batch, frames = ops.shape(planes)[:2]
    axes, wide = fixed(planes.shape[2]), fixed(planes.shape[3])
    # Four axes: TFLite Micro cuts no more.
    planes = ops.reshape(planes, (batch, frames, axes * bodies, wide // bodies))
    several = (joint,) if isinstance(joint, int) else joint
    first, *others = (planes[..., each : each + 1] for each in several)
    for other in others:
        first = first + other
    mean = first / len(several) if others else first
    return ops.reshape(mean, (batch, frames, axes, bodies))


def spread(values: Tensor, *counts: int) -> Tensor:
    """For each body its value so many times, `(batch, frames, 1, bodies * count)`; block by block.

    Args:
        values: `(batch, frames, 1, bodies)`.
        counts: How many times each body's value stands in each block.
    """
    bodies = fixed(values.shape[3])
    blocks = [np.repeat(np.eye(bodies, dtype="float32"), count, axis=1) for count in counts]
    return ops.matmul(values, ops.convert_to_tensor(np.concatenate(blocks, axis=1)))
