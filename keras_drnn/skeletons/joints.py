"""What layers of joints share: sizes that are fixed, who is there, which joints are meant."""

from collections.abc import Sequence

from keras_drnn import ops
from keras_drnn.ops import Tensor


def fixed(size: int | None) -> int:
    """A size that must be known when the model is built: bodies, joints, axes."""
    if size is None:
        raise ValueError(
            "Expected inputs with fixed numbers of bodies, joints and axes, such as "
            "keras.Input((None, 2, 25, 3)); only the frames may vary. Received: a size of None"
        )
    return size


def presence(joints: Tensor) -> Tensor:
    """Which bodies are there: booleans `(batch, frames, bodies)` from joints that are not zero."""
    return ops.any(ops.not_equal(joints, 0.0), axis=(-2, -1))


def reference(joint: int | Sequence[int]) -> int | tuple[int, ...]:
    """A reference joint as the layers keep it: from a configuration file it comes as a list."""
    return joint if isinstance(joint, int) else tuple(joint)
