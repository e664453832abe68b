"""Weights: order, initializers, regularizers, constraints, trainability."""

import json

import keras
import numpy as np
import pytest
from arrays import call, numpy

from keras_drnn import DelayedRNN, DelayedRNNCell

DELAYS = (1, 2, 4)
X = np.random.default_rng(0).normal(size=(2, 6, 3)).astype("float32")


def layers(units=6, loop=None, **cell):
    return (
        DelayedRNN(units, DELAYS, **cell, **(loop or {})),
        keras.layers.RNN(DelayedRNNCell(units, DELAYS, **cell), **(loop or {})),
    )


@pytest.mark.parametrize("use_bias", [False, True])
def test_weights_stand_group_by_group(use_bias):
    expected = [(3, 1), (1, 1), (1,), (1, 2), (2, 2), (2,), (2, 4), (4, 4), (4,)]
    expected = [shape for shape in expected if use_bias or len(shape) == 2]
    fast, slow = layers([1, 2, 4], use_bias=use_bias)
    cell = DelayedRNNCell([1, 2, 4], DELAYS, use_bias=use_bias)
    fast.build((None, None, 3))
    slow.build((None, None, 3))
    cell.build((None, 3))
    for holder in (fast, slow, cell):
        assert [w.shape for w in holder.get_weights()] == expected
    values = [np.random.default_rng(1).normal(size=shape) for shape in expected]
    fast.set_weights(values)
    slow.set_weights(fast.get_weights())
    cell.set_weights(slow.get_weights())
    for got, value in zip(cell.get_weights(), values, strict=True):
        np.testing.assert_allclose(got, value, rtol=1e-6)
    np.testing.assert_allclose(numpy(call(fast, X)), numpy(call(slow, X)), atol=1e-5)


def test_each_initializer_reaches_its_own_weights():
    constant = keras.initializers.Constant
    settings = {
        "kernel_initializer": constant(1.0),
        "recurrent_initializer": constant(2.0),
        "bias_initializer": constant(3.0),
    }
    for layer in layers(**settings):
        layer.build(X.shape)
        for position, weight in enumerate(layer.get_weights()):
            np.testing.assert_array_equal(weight, position % 3 + 1)


def test_an_initializer_keeps_its_arguments():
    """Keras' Identity comes back from its configuration without its gain."""
    for layer in layers(recurrent_initializer=keras.initializers.Identity(0.5)):
        layer.build(X.shape)
        for recurrent in layer.get_weights()[1::3]:
            np.testing.assert_array_equal(recurrent, 0.5 * np.eye(2))


def test_default_initializers():
    layer = DelayedRNN(30, (1, 2, 3))
    layer.build((None, None, 10))
    kernel, recurrent, bias = layer.get_weights()[3:6]
    assert np.abs(kernel).max() <= np.sqrt(6 / (10 + 10))
    np.testing.assert_allclose(recurrent @ recurrent.T, np.eye(10), atol=1e-5)
    np.testing.assert_array_equal(bias, 0)
    # Groups of the same size do not begin alike.
    assert np.abs(recurrent - layer.get_weights()[7]).max() > 0.01


def test_regularizers_are_counted_once():
    settings = {
        "kernel_regularizer": keras.regularizers.L2(0.1),
        "recurrent_regularizer": keras.regularizers.L1(0.2),
        "bias_regularizer": keras.regularizers.L2(0.3),
        "bias_initializer": "ones",
    }
    for layer in layers(**settings):
        model = keras.Sequential([keras.Input((6, 3)), layer])
        weights = layer.get_weights()
        expected = (
            0.1 * sum(np.sum(w**2) for w in weights[0::3])
            + 0.2 * sum(np.sum(np.abs(w)) for w in weights[1::3])
            + 0.3 * sum(np.sum(w**2) for w in weights[2::3])
        )
        assert len(layer.losses) == 9
        np.testing.assert_allclose(sum(numpy(layer.losses)), expected, rtol=1e-5)
        model.compile("sgd", "mse")
        target = model.predict(X, verbose=0)
        np.testing.assert_allclose(model.evaluate(X, target, verbose=0), expected, rtol=1e-5)


@pytest.mark.parametrize("sequences", [False, True])
def test_the_activity_regularizer_is_counted_once(sequences):
    for layer in layers(loop={"activity_regularizer": "l1", "return_sequences": sequences}):
        model = keras.Sequential([keras.Input((6, 3)), layer])
        model.compile("sgd", "mse")
        target = model.predict(X, verbose=0)
        # Keras' convention: the penalty of a batch over its number of samples.
        expected = 0.01 * np.abs(target).sum() / len(X)
        np.testing.assert_allclose(model.evaluate(X, target, verbose=0), expected, rtol=1e-4)


def test_constraints_hold_after_training():
    settings = {
        "kernel_constraint": keras.constraints.MaxNorm(0.1, axis=0),
        "recurrent_constraint": keras.constraints.MaxNorm(0.2, axis=0),
        "bias_constraint": keras.constraints.NonNeg(),
        "bias_initializer": keras.initializers.Constant(-1.0),
        "activation": "tanh",
    }
    for layer in layers(**settings):
        model = keras.Sequential([keras.Input((6, 3)), layer])
        model.compile("sgd", "mse")
        model.train_on_batch(X, np.ones((2, 6)))
        weights = layer.get_weights()
        by_group = zip(weights[0::3], weights[1::3], weights[2::3], strict=True)
        for kernel, recurrent, bias in by_group:
            assert np.linalg.norm(kernel, axis=0).max() <= 0.1001
            np.testing.assert_allclose(np.linalg.norm(recurrent, axis=0), 0.2, atol=1e-4)
            assert bias.min() >= 0


def test_groups_have_their_own_initializers_regularizers_and_constraints():
    values, rates, norms = (1.0, 2.0, 3.0), (0.1, 0.01, 0.001), (0.3, 0.2, 0.1)
    settings = {
        "kernel_initializer": [keras.initializers.Constant(value) for value in values],
        "bias_initializer": ("ones", "zeros", "ones"),
        "bias_regularizer": [keras.regularizers.L2(rate) for rate in rates],
        "recurrent_constraint": [keras.constraints.MaxNorm(norm, axis=0) for norm in norms],
    }
    for made in layers(**settings):
        # What was saved and opened again is held to the same.
        layer = type(made).from_config(json.loads(json.dumps(made.get_config())))
        model = keras.Sequential([keras.Input((6, 3)), layer])
        for group, (kernel, bias) in enumerate(
            zip(layer.get_weights()[0::3], layer.get_weights()[2::3], strict=True)
        ):
            np.testing.assert_array_equal(kernel, values[group])
            np.testing.assert_array_equal(bias, group != 1)
        np.testing.assert_allclose(sum(numpy(layer.losses)), 2 * (0.1 + 0.001), rtol=1e-5)
        model.compile(keras.optimizers.SGD(0.0), "mse")
        model.train_on_batch(X, np.ones((2, 6)))
        for recurrent, norm in zip(layer.get_weights()[1::3], norms, strict=True):
            np.testing.assert_allclose(np.linalg.norm(recurrent, axis=0), norm, rtol=1e-4)


@pytest.mark.parametrize("name", ["recurrent_constraint", "kernel_initializer", "bias_regularizer"])
def test_one_for_each_group_is_as_many_as_groups(name):
    for wrong in ([None] * 2, (), [None] * 4):
        with pytest.raises(ValueError, match=f"`{name}`.*each of the 3 delays.*{len(wrong)} of"):
            DelayedRNN(6, DELAYS, **{name: wrong})


@pytest.mark.parametrize("given_at", ["construction", "later"])
def test_a_frozen_layer_does_not_learn(given_at):
    layer = DelayedRNN(6, DELAYS, trainable=given_at != "construction")
    model = keras.Sequential([keras.Input((6, 3)), layer, keras.layers.Dense(1)])
    layer.trainable = False
    before = layer.get_weights()
    model.compile("sgd", "mse")
    model.train_on_batch(X, np.ones((2, 1)))
    assert layer.trainable_weights == []
    for a, b in zip(before, layer.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_number_of_parameters():
    """Counted by hand for the thesis' layer: 30 inputs, five groups of 30."""
    layer = DelayedRNN(150)
    layer.build((None, None, 30))
    assert layer.count_params() == 5 * (30 * 30 + 30 * 30 + 30) == 9150


def test_without_dropout_there_is_nothing_but_weights():
    for layer in layers():
        layer.build(X.shape)
        assert layer.variables == layer.trainable_variables
        assert len(layer.variables) == 9
    for layer in layers(recurrent_dropout=0.5):
        layer.build(X.shape)
        assert len(layer.variables) == 10


@pytest.mark.skipif(keras.backend.backend() != "torch", reason="Keras layers are modules on torch")
def test_every_parameter_of_the_torch_module_has_a_gradient():
    for layer in layers(activation="tanh", loop={"return_sequences": True}):
        layer(X).sum().backward()
        gradients = [parameter.grad for parameter in layer.parameters()]
        assert len(gradients) == 9
        assert all(gradient.abs().max() > 0 for gradient in gradients)


def test_files_of_layers_that_had_a_generator_without_dropout_load(tmp_path):
    """Before 2026-11-25 every layer had a seed generator, with dropout or without."""
    inputs = keras.Input((6, 3))
    models = []
    for layer in layers(name="delayed"):
        layer.cell.seed_generator = keras.random.SeedGenerator(3)
        models.append(keras.Model(inputs, layer(inputs)))
    for before, layer in zip(models, layers(name="delayed"), strict=True):
        assert before.non_trainable_variables
        after = keras.Model(inputs, layer(inputs))
        before.save_weights(tmp_path / "before.weights.h5")
        after.load_weights(tmp_path / "before.weights.h5")
        before.save(tmp_path / "before.keras")
        loaded = keras.saving.load_model(tmp_path / "before.keras")
        for model in (after, loaded):
            assert not model.non_trainable_variables
            for old, new in zip(before.get_weights(), model.get_weights(), strict=True):
                np.testing.assert_array_equal(old, new)
