"""With the single delay 1 the layer is SimpleRNN, in every setting of Keras' loop."""

import keras
import numpy as np
import pytest
from arrays import call, numpy
from keras import ops

from keras_drnn import DelayedRNN

X = np.random.default_rng(0).normal(size=(3, 6, 2)).astype("float32")
MASKS = {
    "none": None,
    "right": np.arange(6)[None] < np.array([[6], [2], [4]]),
    "left": np.arange(6)[None] >= np.array([[0], [2], [5]]),
    "holes": np.array([[1, 0, 1, 1, 0, 1], [0, 1, 0, 0, 1, 1], [1, 1, 1, 0, 0, 1]], bool),
    "all false": np.zeros((3, 6), bool),
}
LOOPS = [
    {"return_sequences": True},
    {"return_sequences": True, "zero_output_for_mask": True},
    {"return_sequences": True, "go_backwards": True},
    {"go_backwards": True, "zero_output_for_mask": True},
]


@pytest.mark.parametrize("loop", LOOPS, ids=lambda loop: " ".join(loop))
@pytest.mark.parametrize("kind", MASKS)
def test_outputs_and_state_are_those_of_simple_rnn(kind, loop):
    cell = {"units": 4, "activation": "tanh", "bias_initializer": "random_normal"}
    simple = keras.layers.SimpleRNN(**cell, **loop, return_state=True)
    delayed = DelayedRNN(delays=(1,), **cell, **loop, return_state=True)
    simple.build(X.shape)
    delayed.build(X.shape)
    delayed.set_weights(simple.get_weights())
    mask = None if MASKS[kind] is None else ops.convert_to_tensor(MASKS[kind])
    expected = numpy(call(simple, X, mask=mask))
    outputs, h, clock = numpy(call(delayed, X, mask=mask))
    np.testing.assert_allclose(outputs, expected[0], atol=1e-6)
    np.testing.assert_allclose(h, expected[1], atol=1e-6)
    np.testing.assert_array_equal(clock, 0)


def test_training_is_that_of_simple_rnn():
    losses = []
    start = None
    for make in (keras.layers.SimpleRNN, lambda units, **k: DelayedRNN(units, (1,), **k)):
        layer = make(4, activation="tanh", return_sequences=True)
        model = keras.Sequential([keras.Input((6, 2)), layer])
        start = start or layer.get_weights()
        layer.set_weights(start)
        model.compile(keras.optimizers.Adam(0.01), "mse")
        history = model.fit(X, np.ones((3, 6, 4)), epochs=8, shuffle=False, verbose=0)
        losses.append(history.history["loss"])
    assert losses[0][-1] < losses[0][0]
    np.testing.assert_allclose(losses[1], losses[0], rtol=1e-4)
