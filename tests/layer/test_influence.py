"""The influence of each input step on each output step, against what the equations say."""

import keras
import numpy as np
import pytest

import keras_drnn.influence.jacobian
from keras_drnn import DelayedRNN, DelayedRNNCell, transformations
from keras_drnn.influence import input_influence


def jacobian_by_differences(function, x, step=1e-2):
    """`(output steps, input steps)` norms; exact for a linear function."""
    found = []
    for s in range(len(x)):
        columns = []
        for feature in range(x.shape[1]):
            moved = x.copy()
            moved[s, feature] += step
            columns.append((function(moved) - function(x)) / step)
        found.append(np.sqrt(np.square(columns).sum(axis=(0, -1))))
    return np.stack(found, axis=-1)


@pytest.mark.parametrize("stepped", [False, True])
def test_a_linear_layer(stepped):
    cell = {"units": [2, 3, 1], "delays": (1, 2, 3), "first_step": 1, "activation": "linear"}
    if stepped:
        layer = keras.layers.RNN(DelayedRNNCell(**cell), return_sequences=True)
    else:
        layer = DelayedRNN(**cell, return_sequences=True)
    layer.build((None, 7, 2))
    x = np.random.default_rng(0).normal(size=(7, 2)).astype("float32")
    found = input_influence(layer, x)
    model = keras.Sequential([keras.Input((7, 2)), layer])
    expected = jacobian_by_differences(lambda x: model.predict(x[None], verbose=0)[0], x)
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-5)
    # Nothing looks ahead, and the newest frame always matters.
    assert (found[np.triu_indices(7, 1)] == 0).all()
    assert (np.diag(found) > 0).all()


def test_the_worked_example_of_the_thesis():
    """V1 W^4 U + V2 (P T W + T W^3) U + V3 S T W U: the way of x(1) to o(5)."""
    layer = DelayedRNN(3, (1, 2, 3), first_step=1, activation="linear", use_bias=False)
    model = keras.Sequential([keras.Input((5, 1)), layer, keras.layers.Dense(1, use_bias=False)])
    u, w, t, p, s, r, v1, v2, v3 = 0.9, 0.8, 0.7, -0.6, 0.5, 0.4, 1.1, 1.2, -1.3
    model.set_weights(
        [np.full((1, 1), a) for a in (u, w, t, p, s, r)] + [np.array([[v1], [v2], [v3]])]
    )
    expected = v1 * w**4 * u + v2 * (p * t * w + t * w**3) * u + v3 * s * t * w * u
    found = input_influence(model, np.ones((5, 1)))
    assert found.shape == (1, 5)
    np.testing.assert_allclose(found[0, 0], abs(expected), rtol=1e-5)


def test_it_is_there_where_the_schedule_has_a_way():
    layer = DelayedRNN(12, (1, 2, 6), activation="linear", return_sequences=True)
    layer.build((None, 14, 2))
    found = input_influence(layer, np.random.default_rng(0).normal(size=(14, 2)))
    np.testing.assert_array_equal(found[-1] > 1e-9, transformations((1, 2, 6), 14) > 0)


def test_all_at_once_or_in_parts(monkeypatch):
    layer = DelayedRNN(6, (1, 3), activation="tanh", return_sequences=True)
    layer.build((None, 9, 2))
    x = np.random.default_rng(0).normal(size=(9, 2))
    whole = input_influence(layer, x)
    monkeypatch.setattr(keras_drnn.influence.jacobian, "_AT_ONCE", 7)
    np.testing.assert_allclose(input_influence(layer, x), whole, rtol=1e-5)


def test_dropout_does_not_blur_it():
    model = keras.Sequential(
        [keras.Input((9, 2)), keras.layers.Dropout(0.9), DelayedRNN(6, (1, 3), dropout=0.5)]
    )
    x = np.random.default_rng(0).normal(size=(9, 2))
    np.testing.assert_array_equal(input_influence(model, x), input_influence(model, x))


@pytest.mark.parametrize("x", [np.ones(4), np.ones((0, 2)), np.full((4, 2), np.nan)])
def test_a_wrong_sequence_is_refused(x):
    with pytest.raises(ValueError, match="Received: x of shape"):
        input_influence(DelayedRNN(6, (1, 3)), x)
