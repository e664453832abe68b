"""Dropout: masks drawn from the seed once per sequence, alike on both paths, none in inference."""

import keras
import numpy as np
import pytest
from arrays import call, numpy
from keras import ops
from reference import delayed_rnn

from keras_drnn import DelayedRNN, DelayedRNNCell

DELAYS = (1, 2, 5)
X = np.random.default_rng(0).normal(size=(2, 8, 5)).astype("float32")
RATES = {"dropout": 0.4, "recurrent_dropout": 0.6}


def make(stepped, seed=5, rates=RATES):
    cell = {**rates, "seed": seed, "bias_initializer": "ones"}
    if stepped:
        layer = keras.layers.RNN(DelayedRNNCell(6, DELAYS, **cell), return_sequences=True)
    else:
        layer = DelayedRNN(6, DELAYS, **cell, return_sequences=True)
    layer.build(X.shape)
    layer.set_weights([np.full(w.shape, 0.3) for w in layer.get_weights()])
    return layer


def masks(generator, rates):
    """The masks that the next call is to draw, the input's first."""
    drawn = []
    for rate, size in zip(rates.values(), (5, 6), strict=True):
        ones = ops.ones((2, size))
        drop = keras.random.dropout(ones, rate, seed=generator) if rate else ones
        drawn.append(numpy(drop))
    return drawn


@pytest.mark.parametrize(
    "rates",
    [RATES, {"dropout": 0.4, "recurrent_dropout": 0}, {"dropout": 0, "recurrent_dropout": 0.6}],
    ids=["both", "input", "recurrent"],
)
@pytest.mark.parametrize("stepped", [False, True], ids=["cascade", "stepped"])
def test_known_masks_give_the_numbers_of_the_equations(stepped, rates):
    layer = make(stepped, rates=rates)
    generator = keras.random.SeedGenerator(5)
    for _ in range(2):
        input_mask, recurrent_mask = masks(generator, rates)
        expected, *_ = delayed_rnn(
            X,
            layer.get_weights(),
            DELAYS,
            input_mask=input_mask,
            recurrent_mask=recurrent_mask,
        )
        np.testing.assert_allclose(numpy(call(layer, X, training=True)), expected, rtol=1e-4)


def test_dropout_works_with_a_mask_backwards_and_written_out():
    mask = np.random.default_rng(1).random((2, 8)) < 0.6
    settings = {**RATES, "seed": 5, "return_sequences": True, "go_backwards": True}
    for unroll in (False, True):
        layer = DelayedRNN(6, DELAYS, **settings, unroll=unroll)
        outputs = numpy(call(layer, X, training=True, mask=ops.convert_to_tensor(mask)))
        input_mask, recurrent_mask = masks(keras.random.SeedGenerator(5), RATES)
        expected, *_ = delayed_rnn(
            X,
            layer.get_weights(),
            DELAYS,
            mask=mask,
            go_backwards=True,
            input_mask=input_mask,
            recurrent_mask=recurrent_mask,
        )
        np.testing.assert_allclose(outputs, expected, rtol=1e-4, atol=1e-5)


def test_the_seed_decides_the_masks():
    same = [numpy(call(make(False, seed=5), X, training=True)) for _ in range(2)]
    np.testing.assert_array_equal(*same)
    other = numpy(call(make(False, seed=6), X, training=True))
    assert np.abs(same[0] - other).max() > 1e-3
    layer = make(False)
    first, second = (numpy(call(layer, X, training=True)) for _ in range(2))
    assert np.abs(first - second).max() > 1e-3


@pytest.mark.parametrize("stepped", [False, True], ids=["cascade", "stepped"])
def test_the_seed_is_kept_in_the_configuration(stepped):
    layer = make(stepped)
    again = type(layer).from_config(layer.get_config())
    again.build(X.shape)
    again.set_weights(layer.get_weights())
    np.testing.assert_array_equal(
        numpy(call(again, X, training=True)), numpy(call(layer, X, training=True))
    )


@pytest.mark.parametrize("stepped", [False, True], ids=["cascade", "stepped"])
def test_inference_is_untouched(stepped):
    layer = make(stepped)
    expected, *_ = delayed_rnn(X, layer.get_weights(), DELAYS)
    call(layer, X, training=True)
    np.testing.assert_allclose(numpy(call(layer, X)), expected, rtol=1e-4)
    np.testing.assert_allclose(numpy(call(layer, X, training=False)), expected, rtol=1e-4)


def test_every_training_step_draws_anew():
    layer = make(False)
    model = keras.Sequential([keras.Input(X.shape[1:]), layer])
    model.compile(keras.optimizers.SGD(0.0), "mse")
    losses = [model.train_on_batch(X, np.zeros((2, 8, 6))) for _ in range(3)]
    assert len({round(float(loss), 4) for loss in losses}) == 3
    expected, *_ = delayed_rnn(X, layer.get_weights(), DELAYS)
    np.testing.assert_allclose(model.predict(X, verbose=0), expected, rtol=1e-4)


def test_everything_dropped_is_zero():
    plain = {"use_bias": False, "return_sequences": True}
    outputs = DelayedRNN(6, DELAYS, dropout=1, **plain)(X, training=True)
    np.testing.assert_array_equal(numpy(outputs), 0)
