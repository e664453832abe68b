"""The size of the body, for recordings whose units are not metres."""

from collections.abc import Sequence

import keras

from keras_drnn import ops
from keras_drnn.causal import CausalLayer
from keras_drnn.ops import Tensor
from keras_drnn.skeletons.joints import presence, reference, reference_point
from keras_drnn.skeletons.layouts import TORSO


@keras.saving.register_keras_serializable("keras_drnn")
class TorsoScale(CausalLayer):
    """The factor that makes the torsos seen so far half a metre long in the mean.

    For coordinates in pixels, or whatever else is not metres. The mean is over all frames up to
    the present one and all bodies in them; the more it has seen, the less it moves. It is to be
    multiplied with what no longer depends on the place in the picture, or a change of the factor
    would look like a movement.

    Args:
        hip: Index of the hip centre, or the indices of the joints whose mean it is.
        shoulder_centre: Index of the point between the shoulders, or likewise.

    Input shape:
        `(batch, frames, bodies, joints, axes)`, any unit.

    Output shape:
        `(batch, frames, 1)`, with a mask of the frames in which somebody is; 1 until a torso is
        seen.

    Example:

    >>> torso = [[0.0, 0.0], [0.0, 80.0]]  # pixels: the hip, the point between the shoulders
    >>> scale = TorsoScale(hip=0, shoulder_centre=1)(keras.ops.array([[[torso]]]))
    >>> float(scale[0, 0, 0]) * 80
    0.5
    """

    def __init__(
        self, hip: int | Sequence[int], shoulder_centre: int | Sequence[int], **kwargs
    ) -> None:
        super().__init__(**kwargs)
        self.hip, self.shoulder_centre = reference(hip), reference(shoulder_centre)

    # A product with a factor that has no mask would have none either.
    def compute_mask(self, joints: Tensor, mask: object = None) -> Tensor:
        return ops.any(presence(joints), axis=-1)

    def state_shapes(self, input_shape: tuple) -> dict[str, tuple[int, ...]]:
        return {"total": (1,), "count": (1,)}

    def advance(self, joints: Tensor, state: dict[str, Tensor]) -> tuple[Tensor, dict[str, Tensor]]:
        bodies = slice(None)
        torso = reference_point(joints, bodies, self.shoulder_centre)
        torso = torso - reference_point(joints, bodies, self.hip)
        length = ops.sqrt(ops.sum(torso * torso, axis=-1))
        seen = ops.logical_and(presence(joints), ops.greater(length, 0.0))
        seen = ops.cast(seen, joints.dtype)
        total = ops.cumsum(ops.sum(length * seen, axis=-1), axis=1) + state["total"]
        count = ops.cumsum(ops.sum(seen, axis=-1), axis=1) + state["count"]
        none, one = ops.equal(total, 0.0), ops.ones_like(total)
        scale = ops.where(none, one, count * TORSO / ops.where(none, one, total))
        state = {"total": total[:, -1:], "count": count[:, -1:]}
        return scale[:, :, None], state
