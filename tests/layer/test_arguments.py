"""Wrong arguments are refused in words, configurations survive a round trip."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_drnn import DelayedRNN, DelayedRNNCell


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
        ({"units": 4, "delays": 3}, "delays=3"),
        ({"units": 4, "delays": (1, 2), "first_step": -1}, "first_step=-1"),
        ({"units": 4, "delays": (1, 2), "dropout": 1.5}, "dropout=1.5"),
    ],
)
@pytest.mark.parametrize("make", [DelayedRNN, DelayedRNNCell])
def test_wrong_arguments_are_named(make, arguments, named):
    with pytest.raises(ValueError, match=f"Received: {named}"):
        make(**arguments)


def test_a_delay_that_the_dtype_cannot_count_is_refused():
    x = np.zeros((1, 3, 2), "float32")
    DelayedRNN(4, (1, 256), dtype="mixed_bfloat16")(x)
    with pytest.raises(ValueError, match="bfloat16"):
        DelayedRNN(4, (1, 257), dtype="mixed_bfloat16")(x)
    with pytest.raises(ValueError, match="2048"):
        DelayedRNN(4, (1, 2049), dtype="mixed_float16")(x)


def test_a_state_of_the_wrong_shape_is_refused():
    layer = DelayedRNN(6, (1, 2, 4))
    x = ops.zeros((2, 5, 3))
    for state in ([ops.zeros((2, 5))], [ops.zeros((2, 6)), ops.zeros((2, 2))]):
        with pytest.raises(ValueError, match="initial_state"):
            layer(x, initial_state=state)
    with pytest.raises(ValueError, match="ndim"):
        layer(ops.zeros((2, 3)))


def test_the_schedule_is_exact_over_a_long_sequence_in_low_precision():
    # Linear groups of one unit that add 1/1 of the input count their own updates; the input is
    # non-zero only where group 3 is due, late in the sequence.
    layer = DelayedRNN(
        3, (1, 9, 243), activation="linear", dtype="mixed_bfloat16", return_sequences=True
    )
    layer.build((1, 2000, 1))
    one, zero = np.ones((1, 1)), np.zeros((1, 1))
    layer.set_weights([one, zero, np.zeros(1)] * 3)
    x = np.arange(2000)[None, :, None] % 128
    found = ops.convert_to_numpy(ops.cast(layer(ops.cast(x, "bfloat16")), "float32"))[0]
    steps = np.arange(2000)
    for group, delay in enumerate((1, 9, 243)):
        np.testing.assert_array_equal(found[:, group], (steps // delay * delay) % 128)


def test_a_clock_carried_through_a_long_stream_is_exact():
    layer = DelayedRNN(
        3, (1, 7, 100), activation="linear", return_sequences=True, return_state=True
    )
    layer.build((1, None, 1))
    one, zero = np.ones((1, 1)), np.zeros((1, 1))
    layer.set_weights([one, zero, np.zeros(1)] * 3)
    state, done = None, 0
    for length in (99_999, 100_003, 250):
        x = (np.arange(done, done + length) % 4096).astype("float32")[None, :, None]
        outputs, *state = layer(ops.convert_to_tensor(x), initial_state=state)
        done += length
    steps = np.arange(done - 250, done)
    found = ops.convert_to_numpy(outputs)[0]
    for group in (2, 1, 0):
        # What a slow group holds is what the faster one held when the slow one last updated.
        seen = steps
        for delay in (1, 7, 100)[group::-1]:
            seen = seen // delay * delay
        np.testing.assert_array_equal(found[:, group], seen % 4096)


@pytest.mark.parametrize("units", [6, [1, 2, 3]])
def test_the_configuration_survives_a_round_trip(units):
    layer = DelayedRNN(
        units,
        (1, 2, 5),
        first_step=1,
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
    assert again.delays == (1, 2, 5)
    assert again.cell.group_units == layer.cell.group_units


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


def test_weights_move_between_cell_and_layer_in_the_documented_order():
    layer, cell = DelayedRNN([2, 3], (1, 4)), DelayedRNNCell([2, 3], (1, 4))
    layer.build((None, None, 5))
    cell.build((None, 5))
    shapes = [w.shape for w in layer.get_weights()]
    assert shapes == [(5, 2), (2, 2), (2,), (2, 3), (3, 3), (3,)]
    cell.set_weights(layer.get_weights())


def test_dropout_is_drawn_once_per_sequence_and_alike_on_both_paths():
    x = ops.ones((2, 6, 8))
    settings = {"units": 6, "delays": (1, 2, 3), "dropout": 0.5, "recurrent_dropout": 0.5}
    layer = DelayedRNN(**settings, seed=5, return_sequences=True)
    stepped = keras.layers.RNN(DelayedRNNCell(**settings, seed=5), return_sequences=True)
    layer.build((2, 6, 8))
    stepped.build((2, 6, 8))
    stepped.set_weights([*layer.get_weights(), *stepped.get_weights()[len(layer.get_weights()) :]])
    fast = ops.convert_to_numpy(layer(x, training=True))
    slow = ops.convert_to_numpy(stepped(x, training=True))
    np.testing.assert_allclose(fast, slow, atol=1e-5)
    plain = ops.convert_to_numpy(layer(x))
    assert np.abs(fast - plain).max() > 1e-3
    np.testing.assert_array_equal(plain, ops.convert_to_numpy(layer(x, training=False)))


def test_bidirectional_and_stateful_and_stacked_models():
    x = np.random.default_rng(0).normal(size=(2, 8, 3)).astype("float32")
    both = keras.layers.Bidirectional(DelayedRNN(4, (1, 3), return_sequences=True))
    padded = np.concatenate([x, np.zeros((2, 5, 3), "float32")], axis=1)
    mask = np.arange(13)[None].repeat(2, 0) < 8
    whole = ops.convert_to_numpy(both(ops.convert_to_tensor(x)))
    masked = both(ops.convert_to_tensor(padded), mask=ops.convert_to_tensor(mask))
    np.testing.assert_allclose(ops.convert_to_numpy(masked)[:, :8], whole, atol=1e-5)

    layer = DelayedRNN(4, (2, 3), stateful=True, return_sequences=True)
    first = ops.convert_to_numpy(layer(ops.convert_to_tensor(x)))
    second = ops.convert_to_numpy(layer(ops.convert_to_tensor(x)))
    assert np.abs(first - second).max() > 1e-4
    layer.reset_state()
    np.testing.assert_allclose(ops.convert_to_numpy(layer(ops.convert_to_tensor(x))), first)
