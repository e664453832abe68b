"""A layer that lets no number be larger than some limit."""

import keras
import numpy as np

from keras_drnn import ops
from keras_drnn.ops import Tensor
from keras_drnn.spectral_norm import positive


@keras.saving.register_keras_serializable("keras_drnn")
class Limit(keras.layers.Layer):
    """Clips its inputs to `-maximum` and `maximum`.

    For models that are left running: a sensor that fails for a moment must not put a number into a
    state from which it takes hours to come back, or which overflows. Behind the inputs and behind
    the features, with a maximum that no real value reaches, it changes nothing else.

    What is within the limits stays as it is, bit for bit, zero as well; NaN stays NaN. It passes a
    mask on.

    Args:
        maximum: The largest size of an output, a positive number.

    Input shape:
        Any.

    Output shape:
        The same.

    Raises:
        ValueError: If the maximum is not a positive finite number.

    Example:

    >>> keras.ops.convert_to_numpy(Limit(2.0)(keras.ops.array([0.5, -3.0]))).tolist()
    [0.5, -2.0]
    """

    def __init__(self, maximum: float, **kwargs):
        super().__init__(**kwargs)
        self.maximum = positive("maximum", maximum)
        self.supports_masking = True

    def call(self, inputs: Tensor) -> Tensor:
        return ops.clip(inputs, -self.maximum, self.maximum)

    def output_range(self, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See `keras_drnn.score_bound`."""
        clipped = np.clip([low, high], -self.maximum, self.maximum)
        return clipped[0], clipped[1]

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "maximum": self.maximum}
