"""A pytest plugin: `keras.layers.SimpleRNN` is a `DelayedRNN` for as long as the tests run.

The delays come from the environment variable DELAYS, "1" for what a SimpleRNN is.
"""

import os

import keras

from keras_drnn import DelayedRNN

DELAYS = tuple(map(int, os.environ["DELAYS"].split(",")))


@keras.saving.register_keras_serializable("conformance")
class SimpleRNN(DelayedRNN):
    """A delayed RNN with SimpleRNN's signature."""

    def __init__(self, units, activation="tanh", **kwargs):
        super().__init__(units, DELAYS, activation=activation, **kwargs)

    def get_config(self):
        config = super().get_config()
        for name in ("delays", "first_step"):
            del config[name]
        return config


def pytest_configure(config):
    # Keras' own tests use these; in Keras they are registered by its configuration.
    for marker in ("requires_trainable_backend", "multi_device"):
        config.addinivalue_line("markers", marker)
    # Its tests look the name up when they run.
    keras.src.layers.SimpleRNN = keras.layers.SimpleRNN = SimpleRNN
