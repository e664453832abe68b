"""Inside Keras' wrappers: Bidirectional, TimeDistributed, StackedRNNCells."""

import keras
import numpy as np
import pytest
from arrays import call, numpy, phases
from keras import ops
from reference import delayed_rnn

from keras_drnn import DelayedRNN, DelayedRNNCell

X = np.random.default_rng(0).normal(size=(2, 7, 3)).astype("float32")
DELAYS = (1, 3)
SETTINGS = {"bias_initializer": "random_normal", "first_step": 1, "seed": 3}


def make(stepped, **loop):
    if stepped:
        return keras.layers.RNN(DelayedRNNCell([2, 3], DELAYS, **SETTINGS), **loop)
    return DelayedRNN([2, 3], DELAYS, **SETTINGS, **loop)


both_paths = pytest.mark.parametrize("stepped", [False, True], ids=["cascade", "stepped"])


@both_paths
def test_bidirectional_returns_both_directions_and_their_states(stepped):
    both = keras.layers.Bidirectional(
        make(stepped, return_sequences=True, return_state=True), merge_mode="concat"
    )
    h = np.random.default_rng(1).normal(size=(2, 2, 5)).astype("float32")
    before = np.array([4, 7])
    given = [h[0], phases(before, DELAYS), h[1], phases(before, DELAYS)]
    outputs, *states = numpy(call(both, X, initial_state=[ops.convert_to_tensor(s) for s in given]))
    weights = both.get_weights()
    assert len(weights) == 12
    settings = {"first_step": 1, "steps_before": before}
    forward, h_forward, counts = delayed_rnn(X, weights[:6], DELAYS, initial_h=h[0], **settings)
    backward, h_backward, _ = delayed_rnn(
        X, weights[6:], DELAYS, initial_h=h[1], go_backwards=True, **settings
    )
    expected = np.concatenate([forward, backward[:, ::-1]], axis=-1)
    np.testing.assert_allclose(outputs, expected, atol=1e-5)
    clock = phases(counts, DELAYS)
    for got, wanted in zip(states, [h_forward, clock, h_backward, clock], strict=True):
        np.testing.assert_allclose(got, wanted, atol=1e-5)


def test_bidirectional_takes_a_lone_h_for_each_direction():
    both = keras.layers.Bidirectional(make(False))
    h = np.random.default_rng(1).normal(size=(2, 2, 5)).astype("float32")
    found = call(both, X, initial_state=[ops.convert_to_tensor(h[0]), ops.convert_to_tensor(h[1])])
    weights = both.get_weights()
    forward, *_ = delayed_rnn(X, weights[:6], DELAYS, first_step=1, initial_h=h[0])
    backward, *_ = delayed_rnn(
        X, weights[6:], DELAYS, first_step=1, initial_h=h[1], go_backwards=True
    )
    expected = np.concatenate([forward[:, -1], backward[:, -1]], axis=-1)
    np.testing.assert_allclose(numpy(found), expected, atol=1e-5)


def test_bidirectional_rebuilds_the_layer_with_all_its_settings():
    layer = DelayedRNN(
        [2, 3], DELAYS, first_step=2, activation="tanh", dropout=0.3, seed=4, use_bias=False
    )
    both = keras.layers.Bidirectional(layer)
    ours, other = both.forward_layer.get_config(), both.backward_layer.get_config()
    differing = {key for key in ours if ours[key] != other[key]}
    assert differing == {"name", "go_backwards"}


@both_paths
def test_time_distributed_runs_the_layer_on_each_series(stepped):
    series = np.random.default_rng(2).normal(size=(2, 4, 7, 3)).astype("float32")
    layer = make(stepped)
    found = numpy(call(keras.layers.TimeDistributed(layer), series))
    for k in range(4):
        expected, *_ = delayed_rnn(series[:, k], layer.get_weights(), DELAYS, first_step=1)
        np.testing.assert_allclose(found[:, k], expected[:, -1], atol=1e-5)


@pytest.mark.parametrize("masked", [False, True])
def test_stacked_cells_are_layers_on_top_of_each_other(masked):
    cells = [DelayedRNNCell(4, (1, 2)), DelayedRNNCell([2, 3], (2, 5), first_step=1)]
    mask = np.random.default_rng(3).random((2, 7)) < 0.6 if masked else np.ones((2, 7), bool)
    mask[:, 0] = True
    stacked = keras.layers.RNN(keras.layers.StackedRNNCells(cells), return_sequences=True)
    found = numpy(call(stacked, X, mask=ops.convert_to_tensor(mask) if masked else None))
    middle, *_ = delayed_rnn(X, cells[0].get_weights(), (1, 2), mask=mask)
    expected, *_ = delayed_rnn(middle, cells[1].get_weights(), (2, 5), first_step=1, mask=mask)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_stacked_cells_go_on_from_their_states():
    cells = [DelayedRNNCell(4, (1, 2)), DelayedRNNCell([2, 3], (2, 5), first_step=1)]
    stacked = keras.layers.RNN(cells, return_sequences=True, return_state=True)
    begun, *states = call(stacked, X[:, :3])
    ended, *_ = call(stacked, X[:, 3:], initial_state=states)
    middle, *_ = delayed_rnn(X, cells[0].get_weights(), (1, 2))
    expected, *_ = delayed_rnn(middle, cells[1].get_weights(), (2, 5), first_step=1)
    found = np.concatenate([numpy(begun), numpy(ended)], axis=1)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_stacked_cells_with_dropout_train():
    # Tanh, which learns from every example; a ReLU may be dead.
    rates = {"dropout": 0.2, "recurrent_dropout": 0.2, "activation": "tanh"}
    cells = [DelayedRNNCell(4, (1, 2), **rates), DelayedRNNCell(4, (2, 5), **rates)]
    model = keras.Sequential([keras.Input((7, 3)), keras.layers.RNN(cells)])
    before = [cell.get_weights() for cell in cells]
    model.compile("sgd", "mse")
    model.train_on_batch(X, np.ones((2, 4)))
    for cell, weights in zip(cells, before, strict=True):
        assert np.abs(cell.get_weights()[0] - weights[0]).max() > 0


def test_layers_on_top_of_each_other():
    first, second = make(False, return_sequences=True), make(True)
    model = keras.Sequential([keras.Input((None, 3)), first, second])
    middle, *_ = delayed_rnn(X, first.get_weights(), DELAYS, first_step=1)
    expected, *_ = delayed_rnn(middle, second.get_weights(), DELAYS, first_step=1)
    np.testing.assert_allclose(model.predict(X, verbose=0), expected[:, -1], atol=1e-5)
