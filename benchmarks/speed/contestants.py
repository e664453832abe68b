"""The layers that are compared, each with the same head, loss and optimizer."""

import keras

from keras_drnn import DelayedRNN, DelayedRNNCell, geometric_delays

CLASSES = 60
DELAYED = "DelayedRNN"
STEPPED = "RNN(DelayedRNNCell)"
XLA = ", XLA"


def layers(units: int, groups: int) -> dict:
    """A maker of each contestant's layer, by name."""
    delays = geometric_delays(3, groups)
    made = {
        DELAYED: lambda: DelayedRNN(units, delays, return_sequences=True),
        STEPPED: lambda: keras.layers.RNN(DelayedRNNCell(units, delays), return_sequences=True),
        "SimpleRNN": lambda: keras.layers.SimpleRNN(
            units, activation="relu", return_sequences=True
        ),
        "GRU": lambda: keras.layers.GRU(units, return_sequences=True),
        "LSTM": lambda: keras.layers.LSTM(units, return_sequences=True),
        # What all share: no layer, however fast, takes less than its head and loss.
        "head alone": lambda: keras.layers.Activation("linear"),
    }
    if keras.backend.backend() == "torch":
        for name in ("RNN", "GRU", "LSTM"):
            made[f"torch.nn.{name}"] = lambda name=name: _torch(name, units)
    if keras.backend.backend() == "tensorflow":
        # Keras leaves XLA off on a CPU; whoever has sequences of one length can switch it on.
        made |= {name + XLA: made[name] for name in (DELAYED, "SimpleRNN", "LSTM")}
    return made


def build(name: str, make, steps: int, features: int) -> keras.Model:
    """A compiled model: a contestant's layer and a score per class and step."""
    layer = make()
    inputs = keras.Input((steps, features))
    model = keras.Model(inputs, keras.layers.Dense(CLASSES)(layer(inputs)))
    model.compile(
        keras.optimizers.RMSprop(1e-4),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=True if name.endswith(XLA) else "auto",
    )
    return model


def _torch(name: str, units: int) -> keras.layers.Layer:
    """torch's own recurrent layer, without a detour through Keras' loops."""
    import torch

    class TorchLayer(keras.layers.Layer):
        def build(self, input_shape):
            options = {"nonlinearity": "relu"} if name == "RNN" else {}
            module = getattr(torch.nn, name)(input_shape[-1], units, batch_first=True, **options)
            self.inner = keras.layers.TorchModuleWrapper(_Sequences(module))

        def call(self, inputs):
            return self.inner(inputs)

        def compute_output_shape(self, input_shape):
            return (*input_shape[:-1], units)

    class _Sequences(torch.nn.Module):
        def __init__(self, module):
            super().__init__()
            self.module = module

        def forward(self, inputs):
            return self.module(inputs)[0]

    return TorchLayer()
