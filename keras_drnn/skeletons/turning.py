"""Joints brought from the axes and units of a recording to those of the features, in a model."""

from collections.abc import Sequence

import keras
import numpy as np

from keras_drnn import ops
from keras_drnn.ops import Tensor


@keras.saving.register_keras_serializable("keras_drnn")
class TurnAxes(keras.layers.Layer):
    """Joints whose axes are others of those given, each times a factor.

    Args:
        axes: For each axis, the index of the one that becomes it.
        factors: For each axis, what that one is multiplied by: -1 turns it around, 0.01 makes
            metres of centimetres.

    Input shape:
        `(batch, frames, bodies, joints, axes)`.

    Output shape:
        The same. What is exactly zero stays so.

    Example:

    >>> upright = TurnAxes(axes=(0, 2, 1), factors=(0.01, 0.01, -0.01))  # z points up, centimetres
    >>> keras.ops.convert_to_numpy(upright(keras.ops.array([[[[[100, 200, 300]]]]]))).tolist()
    [[[[[1.0, 3.0, -2.0]]]]]
    """

    def __init__(self, axes: Sequence[int], factors: Sequence[float], **kwargs) -> None:
        super().__init__(**kwargs)
        self.axes, self.factors = tuple(axes), tuple(factors)

    def call(self, joints: Tensor) -> Tensor:
        chosen = ops.take(joints, np.array(self.axes, "int32"), axis=-1)
        return chosen * ops.convert_to_tensor(self.factors, dtype=joints.dtype)

    def output_range(self, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See `keras_drnn.score_bound`."""
        factors = np.array(self.factors) * (1 + 1e-6)
        ends = [end[..., list(self.axes)] * factors for end in (low, high)]
        return np.minimum(*ends), np.maximum(*ends)

    def get_config(self):
        return {**super().get_config(), "axes": list(self.axes), "factors": list(self.factors)}
