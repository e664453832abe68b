"""The model of a classifier of sequences: one score per class at the end of each."""

from collections.abc import Callable, Sequence

import keras

from keras_drnn import ops
from keras_drnn.layer import DelayedRNN


def classifier_model(
    channels: int,
    head: Callable[[keras.KerasTensor], keras.KerasTensor],
    *,
    units: int | Sequence[int],
    delays: Sequence[int],
    first_step: int,
    activation,
    dropout: float,
    head_units: int,
    normalization: keras.layers.Layer | None = None,
    dropout_seed: int | None = None,
) -> keras.Model:
    """A model of sequences, with fresh weights.

    Args:
        channels: Numbers in a step of a sequence.
        head: From the state at the end of a sequence to one score per class.
        units: Units of the `DelayedRNN`.
        delays: Its delays.
        first_step: Its first step.
        activation: Its activation.
        dropout: Share of its outputs that is dropped.
        head_units: Units of a Dense(relu) before `head`; 0 for none.
        normalization: What the sequence goes through first.
        dropout_seed: Seed of the dropout.
    """
    sequence = keras.Input((None, channels), name="sequence")
    x = sequence if normalization is None else normalization(sequence)
    x = DelayedRNN(units, delays, first_step=first_step, activation=activation, name="drnn")(x)
    if dropout:
        x = keras.layers.Dropout(dropout, seed=dropout_seed)(x)
    if head_units:
        x = keras.layers.Dense(head_units, activation="relu")(x)
    return keras.Model(sequence, head(x))


def compile_classifier(model: keras.Model, learning_rate: float) -> None:
    """Say how a model that gives scores is trained."""
    model.compile(
        keras.optimizers.Adam(learning_rate, clipnorm=1.0),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )


def model_of_padded(model: keras.Model) -> keras.Model:
    """The same model, of the same layers, for padded sequences and their lengths.

    Args:
        model: What `classifier_model` made: one layer after the other.
    """
    sequence = keras.Input(model.input_shape[1:], name="sequence")
    length = keras.Input((), dtype="int32", name="length")
    mask = LengthMask(name="mask")([sequence, length])
    x = sequence
    for layer in model.layers[1:]:  # behind the input
        x = layer(x, mask=mask) if isinstance(layer, DelayedRNN) else layer(x)
    return keras.Model({"sequence": sequence, "length": length}, x)


@keras.saving.register_keras_serializable("keras_drnn")
class LengthMask(keras.layers.Layer):
    """Says which steps of padded sequences are real, whatever their values.

    Call arguments:
        inputs: Padded sequences, `(batch, steps, channels)`, and their lengths, `(batch,)`.

    Output shape:
        `(batch, steps)`, true up to the end of each sequence.
    """

    def call(self, inputs):
        sequences, lengths = inputs
        ones = ops.ones_like(sequences[:, :, 0], dtype="int32")
        return ops.cumsum(ones, axis=1) <= lengths[:, None]
