"""Keras' own recurrent layers."""

import keras


def simple_rnn(
    x,
    width: int,
    every_step: bool,
    activation: str = "tanh",
    recurrent: str = "orthogonal",
    dropout: float = 0.0,
    recurrent_dropout: float = 0.0,
):
    """A `SimpleRNN`; with `relu` and `identity` it is the IRNN of Le et al. (2015)."""
    return keras.layers.SimpleRNN(
        width,
        activation=activation,
        recurrent_initializer=recurrent,
        dropout=dropout,
        recurrent_dropout=recurrent_dropout,
        return_sequences=every_step,
    )(x)


def lstm(x, width: int, every_step: bool, dropout: float = 0.0, recurrent_dropout: float = 0.0):
    """An `LSTM`, whose forget gates start with a bias of 1."""
    return keras.layers.LSTM(
        width, dropout=dropout, recurrent_dropout=recurrent_dropout, return_sequences=every_step
    )(x)


def gru(x, width: int, every_step: bool, dropout: float = 0.0, recurrent_dropout: float = 0.0):
    """A `GRU`."""
    return keras.layers.GRU(
        width, dropout=dropout, recurrent_dropout=recurrent_dropout, return_sequences=every_step
    )(x)
