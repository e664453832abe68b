"""Wrong arguments are refused in words, configurations survive a round trip."""

import inspect
import json

import keras
import numpy as np
import pytest

from keras_drnn import DelayedRNN, DelayedRNNCell
from keras_drnn.cell import ARGUMENTS


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"units": 7, "delays": (1, 2)}, "units=7"),
        ({"units": 0, "delays": (1,)}, "units=0"),
        ({"units": [2, 2], "delays": (1, 2, 3)}, r"units=\[2, 2\]"),
        ({"units": [2, 0], "delays": (1, 2)}, r"units=\[2, 0\]"),
        ({"units": 4, "delays": ()}, r"delays=\(\)"),
        ({"units": 4, "delays": (2, 2)}, r"delays=\(2, 2\)"),
        ({"units": 4, "delays": (3, 1)}, r"delays=\(3, 1\)"),
        ({"units": 4, "delays": (0, 1)}, r"delays=\(0, 1\)"),
        ({"units": 4, "delays": (1, 2.5)}, r"delays=\(1, 2.5\)"),
        ({"units": 4, "delays": (1.0, 2.0)}, r"delays=\(1.0, 2.0\)"),
        ({"units": 4, "delays": (1, "2")}, r"delays=\(1, '2'\)"),
        ({"units": 4, "delays": (True, 2)}, r"delays=\(True, 2\)"),
        ({"units": 4, "delays": 3}, "delays=3"),
        ({"units": 4.0, "delays": (1, 2)}, "units=4.0"),
        ({"units": 4, "delays": (1, 2), "first_step": -1}, "first_step=-1"),
        ({"units": 4, "delays": (1, 2), "dropout": 1.5}, "dropout=1.5"),
        ({"units": 6, "delays": (1, 2, 5), "windowed": True}, r"delays=\(1, 2, 5\)"),
    ],
)
@pytest.mark.parametrize("make", [DelayedRNN, DelayedRNNCell])
def test_wrong_arguments_are_named(make, arguments, named):
    with pytest.raises(ValueError, match=f"Received: {named}"):
        make(**arguments)


def test_numbers_of_numpy_and_lists_are_taken_and_saved():
    layer = DelayedRNN(np.int64(4), np.array([1, 2]), first_step=np.int32(3))
    plain = DelayedRNN(4, [1, 2], first_step=3, name=layer.name)
    assert json.dumps(layer.get_config()) == json.dumps(plain.get_config())


@pytest.mark.parametrize("units", [6, [1, 2, 3]])
def test_the_configuration_survives_a_round_trip(units):
    layer = DelayedRNN(
        units,
        (1, 2, 4),
        first_step=1,
        windowed=True,
        activation="tanh",
        recurrent_initializer=keras.initializers.Orthogonal(0.5),
        kernel_regularizer="l2",
        activity_regularizer="l1",
        dropout=0.1,
        recurrent_dropout=0.2,
        seed=3,
        return_sequences=True,
        zero_output_for_mask=True,
        name="mine",
    )
    again = DelayedRNN.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    assert again.seed == 3
    assert again.delays == (1, 2, 4)
    assert again.windowed is True
    assert again.cell.group_units == layer.cell.group_units


def test_the_layer_takes_and_shows_the_arguments_of_the_cell():
    of_cell, of_layer = (
        inspect.signature(each).parameters for each in (DelayedRNNCell, DelayedRNN)
    )
    assert list(of_cell) == [*ARGUMENTS, "kwargs"]
    layer = DelayedRNN(6, (1, 2), dropout=0.5, use_bias=False, bias_constraint="non_neg")
    for name in ARGUMENTS:
        assert of_layer[name].default == of_cell[name].default
        assert getattr(layer, name) is getattr(layer.cell, name)
    assert layer.use_bias is False
    # `help()` tells each of them with its meaning.
    described = inspect.getdoc(DelayedRNN)
    assert all(f"\n    {name}: " in described for name in ARGUMENTS)


def test_a_group_alone_has_no_neighbour_to_read():
    """Windowed or not, it is the same layer, with the same state."""
    layer, plain = (DelayedRNN(3, (2,), windowed=windowed) for windowed in (True, False))
    for each in (layer, plain):
        each.build((None, None, 4))
    assert layer.state_size == plain.state_size == [3, 1]
    assert [w.shape for w in layer.weights] == [w.shape for w in plain.weights]


@pytest.mark.parametrize("stepped", [False, True])
def test_a_saved_model_gives_the_same_numbers(tmp_path, stepped):
    x = np.random.default_rng(0).normal(size=(2, 9, 3)).astype("float32")
    settings = {"units": 6, "delays": (1, 2, 4)}
    layer = (
        keras.layers.RNN(DelayedRNNCell(**settings), return_sequences=True)
        if stepped
        else DelayedRNN(**settings, return_sequences=True)
    )
    model = keras.Sequential([keras.Input((None, 3)), layer, keras.layers.Dense(2)])
    model.compile("adam", "mse")
    model.fit(x, np.zeros((2, 9, 2)), epochs=1, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(again.predict(x, verbose=0), model.predict(x, verbose=0), atol=1e-6)
