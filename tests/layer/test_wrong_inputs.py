"""Inputs of a shape that the layer was not made for are refused in words."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_drnn import DelayedRNN, DelayedRNNCell


@pytest.mark.parametrize("shape", [(12, 3), (2, 4, 12, 3)], ids=str)
def test_an_input_of_the_wrong_rank(shape):
    sequences = keras.Input(shape[1:]), ops.zeros(shape)
    for x in sequences:
        with pytest.raises(ValueError, match=f"expected ndim=3, found ndim={len(shape)}"):
            DelayedRNN(4, (1, 2))(x)
        with pytest.raises(ValueError, match=r"\(batch, timesteps, features\).*Received a step"):
            keras.layers.RNN(DelayedRNNCell(4, (1, 2)))(x)


def test_a_sequence_without_steps():
    with pytest.raises(ValueError, match="at least one step"):
        DelayedRNN(4, (1, 2))(np.zeros((2, 0, 3), "float32"))


def test_another_number_of_features_than_the_layer_was_built_for():
    layer = DelayedRNN(4, (1, 2))
    layer.build((None, None, 3))
    for x in (keras.Input((None, 2)), np.zeros((2, 5, 2), "float32")):
        with pytest.raises(ValueError, match="expected axis -1 of input shape to have value 3"):
            layer(x)
