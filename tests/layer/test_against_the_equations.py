"""Both paths, the stepped cell and the cascade, against the float64 equations."""

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras import ops
from reference import delayed_rnn

from keras_drnn import DelayedRNN, DelayedRNNCell, geometric_delays

FEATURES = 3


def numpy(values):
    return [ops.convert_to_numpy(v).astype("float64") for v in values]


def tensors(values):
    return [None if v is None else ops.convert_to_tensor(v) for v in values]


@st.composite
def cases(draw):
    groups = draw(st.integers(1, 4))
    delays = tuple(np.cumsum(draw(st.lists(st.integers(1, 5), min_size=groups, max_size=groups))))
    units = draw(st.lists(st.integers(1, 4), min_size=groups, max_size=groups))
    time = draw(st.sampled_from([1, 2, 5, 13, 24]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    kind = draw(st.sampled_from(["none", "right", "left", "holes", "empty row"]))
    steps = np.arange(time)
    masks = {
        "none": None,
        "right": steps[None] < rng.integers(0, time + 1, 2)[:, None],
        "left": steps[None] >= rng.integers(0, time + 1, 2)[:, None],
        "holes": rng.random((2, time)) < 0.6,
        "empty row": np.array([np.zeros(time, bool), np.ones(time, bool)]),
    }
    carried = draw(st.booleans())
    return {
        "delays": delays,
        "units": units,
        "x": rng.normal(size=(2, time, FEATURES)).astype("float32"),
        "mask": masks[kind],
        "steps_before": rng.integers(0, 40, 2) if carried else None,
        "initial_h": rng.normal(size=(2, sum(units))).astype("float32") if carried else None,
        "settings": {
            "first_step": draw(st.integers(0, 3)),
            "activation": draw(st.sampled_from(["relu", "tanh", "linear", "softsign"])),
            "use_bias": draw(st.booleans()),
        },
        "go_backwards": draw(st.booleans()),
        "zero_output_for_mask": draw(st.booleans()),
    }


def clock(steps_before, delays):
    return np.stack([steps_before % delay for delay in delays], axis=1).astype("float32")


@given(cases())
def test_the_cascade_gives_the_numbers_of_the_equations(case):
    layer = DelayedRNN(
        case["units"],
        case["delays"],
        bias_initializer="random_normal",
        return_sequences=True,
        return_state=True,
        go_backwards=case["go_backwards"],
        zero_output_for_mask=case["zero_output_for_mask"],
        **case["settings"],
    )
    state = None
    if case["initial_h"] is not None:
        state = tensors([case["initial_h"], clock(case["steps_before"], case["delays"])])
    x, mask = tensors([case["x"], case["mask"]])
    outputs, h, phases = numpy(layer(x, mask=mask, initial_state=state))
    expected, final, counts = delayed_rnn(
        case["x"],
        layer.get_weights(),
        case["delays"],
        mask=case["mask"],
        initial_h=case["initial_h"],
        steps_before=case["steps_before"],
        go_backwards=case["go_backwards"],
        zero_output_for_mask=case["zero_output_for_mask"],
        **case["settings"],
    )
    np.testing.assert_allclose(outputs, expected, rtol=1e-4, atol=2e-5)
    np.testing.assert_allclose(h, final, rtol=1e-4, atol=2e-5)
    np.testing.assert_array_equal(phases, clock(counts, case["delays"]))


@given(cases())
def test_the_stepped_cell_gives_the_numbers_of_the_equations(case):
    cell = DelayedRNNCell(
        case["units"], case["delays"], bias_initializer="random_normal", **case["settings"]
    )
    layer = keras.layers.RNN(cell, return_sequences=True)
    # Where a sequence begins masked, Keras' loop gives zeros on some backends and the initial
    # state on others; a state of zeros is both.
    x, mask = tensors([case["x"], case["mask"]])
    outputs = ops.convert_to_numpy(layer(x, mask=mask))
    expected, _, _ = delayed_rnn(
        case["x"], cell.get_weights(), case["delays"], mask=case["mask"], **case["settings"]
    )
    np.testing.assert_allclose(outputs, expected, rtol=1e-4, atol=2e-5)


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("activation", ["relu", "tanh", "softsign"])
def test_both_paths_have_the_same_gradients(activation, masked):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(3, 11, 4)).astype("float32")
    mask = rng.random((3, 11)) < 0.7 if masked else np.ones((3, 11), bool)
    target = rng.normal(size=(3, 11, 6)).astype("float32")
    settings = {"units": [1, 2, 3], "delays": (1, 2, 5), "activation": activation}

    def gradients(layer):
        inputs = keras.Input((11, 4))
        kept = keras.Input((11,), dtype="bool")
        model = keras.Model([inputs, kept], layer(inputs, mask=kept))
        layer.set_weights(weights or layer.get_weights())
        before = layer.get_weights()
        # With SGD of rate 1, the change of the weights is the gradient.
        model.compile(keras.optimizers.SGD(1.0), "mse")
        model.train_on_batch([x, mask], target)
        return before, [a - b for a, b in zip(before, layer.get_weights(), strict=True)]

    weights = None
    fast = DelayedRNN(**settings, bias_initializer="ones", return_sequences=True)
    weights, of_cascade = gradients(fast)
    stepped = keras.layers.RNN(DelayedRNNCell(**settings), return_sequences=True)
    _, of_steps = gradients(stepped)
    for a, b in zip(of_cascade, of_steps, strict=True):
        assert np.abs(b).max() > 1e-4
        np.testing.assert_allclose(a, b, rtol=2e-3, atol=2e-6)


def test_the_worked_example_of_the_thesis():
    """Delays (1, 2, 3), linear, t from 1: how o(5) depends on x(1), eq. 3.10-3.13 less an erratum.

    The thesis prints S P T W for the last group; h_2(2) is T h_1(2) when h_2(0) = 0, so the P is
    one too many.
    """
    rng = np.random.default_rng(1)
    layer = DelayedRNN(
        [2, 2, 2],
        (1, 2, 3),
        first_step=1,
        activation="linear",
        use_bias=False,
        return_sequences=True,
    )
    layer.build((None, 5, 3))
    u, w, t, p, s, r = (
        rng.normal(size=shape).astype("float32")
        for shape in [(3, 2), (2, 2), (2, 2), (2, 2), (2, 2), (2, 2)]
    )
    layer.set_weights([u, w, t, p, s, r])
    impulse = np.zeros((3, 5, 3), "float32")
    impulse[:, 0] = np.eye(3)
    found = ops.convert_to_numpy(layer(ops.convert_to_tensor(impulse)))[:, 4]
    # Row vectors: the first factor of the thesis' column form comes last.
    power = np.linalg.matrix_power
    expected = np.concatenate(
        [u @ power(w, 4), u @ (w @ t @ p + power(w, 3) @ t), u @ w @ t @ s], axis=1
    )
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


@given(st.integers(0, 2**32 - 1), st.lists(st.integers(1, 9), min_size=1, max_size=5))
def test_a_sequence_in_chunks_is_the_whole_sequence(seed, chunks):
    x = np.random.default_rng(seed).normal(size=(2, sum(chunks), 3)).astype("float32")
    layer = DelayedRNN(6, (2, 3, 7), return_sequences=True, return_state=True)
    whole, h, _ = numpy(layer(ops.convert_to_tensor(x)))
    parts, state, start = [], None, 0
    for length in chunks:
        chunk = ops.convert_to_tensor(x[:, start : start + length])
        output, *state = layer(chunk, initial_state=state)
        parts.append(ops.convert_to_numpy(output))
        start += length
    np.testing.assert_allclose(np.concatenate(parts, axis=1), whole, atol=2e-5)
    np.testing.assert_allclose(ops.convert_to_numpy(state[0]), h, atol=2e-5)


def test_geometric_delays():
    assert geometric_delays(3, 5) == (1, 3, 9, 27, 81)
    assert geometric_delays(2, 1) == (1,)
    assert geometric_delays(1.5, 6) == (1, 2, 3, 4, 5, 8)
    for base, groups in [(1, 3), (0.5, 3), ("3", 3), (3, 0), (3, 2.5), (True, 2)]:
        with pytest.raises(ValueError, match="Received"):
            geometric_delays(base, groups)
