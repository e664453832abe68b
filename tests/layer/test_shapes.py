"""Any batch, any length, any number of groups, known beforehand or not."""

import keras
import numpy as np
import pytest
from arrays import call, numpy
from keras import ops
from reference import delayed_rnn

from keras_drnn import DelayedRNN, DelayedRNNCell

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("first_step", [0, 1])
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("stepped", [False, True], ids=["cascade", "stepped"])
def test_one_model_for_any_batch_and_any_length(stepped, masked, first_step):
    # Lengths of one frame, less than the longest delay, and more.
    cell = {"first_step": first_step, "bias_initializer": "ones"}
    loop = {"return_sequences": True, "return_state": True}
    if stepped:
        layer = keras.layers.RNN(DelayedRNNCell([1, 2, 2], (2, 3, 7), **cell), **loop)
    else:
        layer = DelayedRNN([1, 2, 2], (2, 3, 7), **cell, **loop)
    inputs, kept = keras.Input((None, 3)), keras.Input((None,), dtype="bool")
    model = keras.Model([inputs, kept], layer(inputs, mask=kept if masked else None)[:2])
    assert model.output_shape == [(None, None, 5), (None, 5)]
    for batch, time in [(1, 1), (3, 5), (2, 16)]:
        x = RNG.normal(size=(batch, time, 3)).astype("float32")
        mask = RNG.random((batch, time)) < 0.7
        mask[:, 0] |= stepped  # before the first step Keras' loop has an output of its own choice
        outputs, h = model.predict([x, mask], verbose=0)
        expected, final, _ = delayed_rnn(
            x,
            layer.get_weights(),
            (2, 3, 7),
            first_step=first_step,
            mask=mask if masked else None,
        )
        np.testing.assert_allclose(outputs, expected, atol=1e-5)
        np.testing.assert_allclose(h, final, atol=1e-5)


def test_a_batch_of_one_stays_known_for_any_length():
    """As in files that are exported: TensorFlow's loops refuse states that lose their batch."""
    layer = DelayedRNN([1, 2, 2], (2, 3, 7), return_sequences=True)
    inputs = keras.Input(batch_shape=(1, None, 3))
    kept = keras.Input(batch_shape=(1, None), dtype="bool")
    layer(inputs, mask=kept)
    x = RNG.normal(size=(1, 9, 3)).astype("float32")
    mask = RNG.random((1, 9)) < 0.7
    run = lambda x, mask: layer(x, mask=mask)  # noqa: E731 - for tf.function
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        signature = (tf.TensorSpec((1, None, 3)), tf.TensorSpec((1, None), tf.bool))
        run = tf.function(run, input_signature=signature)
    expected, _, _ = delayed_rnn(x, layer.get_weights(), (2, 3, 7), mask=mask)
    np.testing.assert_allclose(numpy(run(x, mask)), expected, atol=1e-5)


@pytest.mark.parametrize(
    ("units", "delays"),
    [
        pytest.param(4, (1,), id="one group"),
        pytest.param(4, (3,), id="one slow group"),
        pytest.param([5, 1, 2], (1, 4, 6), id="unequal groups"),
        pytest.param(6, (2, 50, 100), id="delays longer than the sequence"),
    ],
)
@pytest.mark.parametrize("unroll", [False, True])
def test_groups_of_any_number_and_size(units, delays, unroll):
    x = RNG.normal(size=(2, 13, 3)).astype("float32")
    for first_step in (0, 1):
        settings = {"first_step": first_step, "bias_initializer": "random_normal"}
        cell = DelayedRNNCell(units, delays, **settings)
        for layer in (
            DelayedRNN(units, delays, **settings, return_sequences=True, unroll=unroll),
            keras.layers.RNN(cell, return_sequences=True, unroll=unroll),
        ):
            found = numpy(call(layer, x))
            expected, *_ = delayed_rnn(x, layer.get_weights(), delays, first_step=first_step)
            np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_loop_written_out_takes_masks_and_runs_backwards():
    x = RNG.normal(size=(2, 9, 3)).astype("float32")
    mask = RNG.random((2, 9)) < 0.6
    for zeros in (False, True):
        layer = DelayedRNN(
            6,
            (1, 2, 5),
            unroll=True,
            go_backwards=True,
            zero_output_for_mask=zeros,
            return_sequences=True,
        )
        found = numpy(call(layer, x, mask=ops.convert_to_tensor(mask)))
        expected, *_ = delayed_rnn(
            x,
            layer.get_weights(),
            (1, 2, 5),
            mask=mask,
            go_backwards=True,
            zero_output_for_mask=zeros,
        )
        np.testing.assert_allclose(found, expected, atol=1e-5)


def test_writing_out_a_loop_of_unknown_length_is_refused():
    with pytest.raises(ValueError, match="unroll"):
        layer = DelayedRNN(4, (1, 2), unroll=True)
        layer.call(keras.KerasTensor((2, None, 3)))


def test_integers_are_inputs_too():
    x = RNG.integers(-3, 4, size=(2, 9, 3))
    for layer in (
        DelayedRNN(4, (1, 3), dropout=0.2),
        # Without dropout: Keras' RNN draws its masks in the type of its input.
        keras.layers.RNN(DelayedRNNCell(4, (1, 3))),
    ):
        found = call(layer, ops.convert_to_tensor(x.astype("int32")))
        assert keras.backend.standardize_dtype(found.dtype) == "float32"
        expected, *_ = delayed_rnn(x, layer.get_weights(), (1, 3))
        np.testing.assert_allclose(numpy(found), expected[:, -1], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("sequences", [False, True])
@pytest.mark.parametrize("state", [False, True])
def test_shapes_are_known_beforehand(sequences, state):
    layer = DelayedRNN([1, 4], (1, 3), return_sequences=sequences, return_state=state)
    expected = [(2, 7, 5) if sequences else (2, 5)] + [(2, 5), (2, 2)] * state
    outputs = layer(np.zeros((2, 7, 3)))
    outputs = outputs if state else [outputs]
    assert [tuple(v.shape) for v in outputs] == expected
    computed = layer.compute_output_shape((2, 7, 3))
    assert list(computed if state else [computed]) == expected


def test_the_summary_counts_the_parameters():
    model = keras.Sequential([keras.Input((None, 30)), DelayedRNN(150, name="delayed")])
    lines = []
    model.summary(print_fn=lambda line, **_: lines.append(line))
    (row,) = (line for line in "\n".join(lines).splitlines() if "delayed" in line)
    assert "(None, 150)" in row
    assert "9,150" in row
