"""A D-RNN for copy memory: one group is a delay line, the other takes it over once and holds it."""

import keras
import numpy as np

from keras_drnn import DelayedRNN


class Line(keras.initializers.Initializer):
    """Ones on a diagonal, the rest zero.

    A kernel `Line(0)` and a recurrent kernel `Line(features)` make a group a delay line: its units
    are the frame of this step, that of the step before, and so on.

    Args:
        shift: How far to the right of the main diagonal.
    """

    def __init__(self, shift: int):
        self.shift = shift

    def __call__(self, shape, dtype=None, **kwargs):
        rows, columns = shape
        return keras.ops.convert_to_tensor(np.eye(rows, columns, self.shift), dtype)


def line_drnn(
    x, width: int, every_step: bool, at: int = 9, trained: bool = False, hidden: float = 1.5
):
    """Two groups of `width` units, and a hidden layer of ReLUs at each step.

    The first group starts as a delay line. The second one updates at one step alone: its delay is
    longer than what is left of the sequence then. It starts as a copy of the line.

    Args:
        x: The sequence.
        width: Units of a group.
        every_step: Whether every step is answered.
        at: The step at which the second group takes over what is in the first, from 0.
        trained: Whether the groups are trained, or stay as they start.
        hidden: Size of the hidden layer, as a multiple of `width`; 0 for none.
    """
    features, delay = x.shape[-1], max(at + 1, x.shape[1] - at)
    h = DelayedRNN(
        (width, width),
        (1, delay),
        first_step=delay - at,
        kernel_initializer=Line(0),
        recurrent_initializer=[Line(features), keras.initializers.Identity()],
        return_sequences=every_step,
        trainable=trained,
    )(x)
    return keras.layers.Dense(round(hidden * width), "relu")(h) if hidden else h
