"""Gradients of both paths, by weights, inputs and initial state, against the float64 equations."""

import keras
import numpy as np
import pytest
from arrays import phases
from differentiate import differences, gradients
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops
from reference import delayed_rnn

from keras_drnn import DelayedRNN, DelayedRNNCell

UNITS, TIME, FEATURES = [1, 2, 2], 8, 2

CASES = {
    "relu from the start": {"activation": "relu"},
    "elu, masked, carried": {"activation": "elu", "masked": True, "before": [2, 9]},
    "tanh, masked, carried": {"activation": "tanh", "masked": True, "before": [3, 17]},
    "linear, masked, from t=1": {"activation": "linear", "masked": True, "first_step": 1},
    "sigmoid, carried": {"activation": "sigmoid", "before": [1, 4]},
    # One that has no hand-written gradient.
    "softsign, masked": {"activation": "softsign", "masked": True},
    "tanh, windowed": {"activation": "tanh", "windowed": True},
    "relu, windowed, masked, carried": {"windowed": True, "masked": True, "before": [1, 6]},
}


@pytest.mark.parametrize("stepped", [False, True], ids=["cascade", "stepped"])
@pytest.mark.parametrize("name", CASES)
def test_gradients_are_those_of_the_equations(name, stepped):
    case = {"masked": False, "before": [0, 0], "first_step": 0, "windowed": False, **CASES[name]}
    delays = (1, 2, 5) if case["masked"] else (2, 3, 4)
    cell = {key: case.get(key, "relu") for key in ("activation", "first_step", "windowed")}
    if case["windowed"]:
        delays = (1, 2, 6)
    rng = np.random.default_rng(3)
    x = rng.normal(size=(2, TIME, FEATURES)).astype("float32")
    h = rng.normal(size=(2, sum(UNITS))).astype("float32")
    mask = rng.random((2, TIME)) < 0.7 if case["masked"] else None
    # What groups with delays of 1, 2 and 6 have still to read: 1 state of 1 unit, 2 of 2 units.
    histories = [rng.normal(size=(2, 5)).astype("float32")] if case["windowed"] else []
    of_history = rng.normal(size=(2, 5))
    of_outputs = rng.normal(size=(2, TIME, sum(UNITS)))
    of_final = rng.normal(size=(2, sum(UNITS)))
    if mask is not None:
        # Keras' own loop has an output of its own choice before the first step.
        mask[:, 0] = True

    flags = {"return_sequences": True, "return_state": True}
    if stepped:
        layer = keras.layers.RNN(DelayedRNNCell(UNITS, delays, **cell), **flags)
    else:
        layer = DelayedRNN(UNITS, delays, **cell, **flags)
    layer.build((2, TIME, FEATURES))
    weights = [rng.normal(size=w.shape, scale=0.6).astype("float32") for w in layer.get_weights()]
    if cell["activation"] == "relu":
        # Positive biases, or too many ReLUs are dead.
        weights = [np.abs(w) + 1 if w.ndim == 1 else w for w in weights]
    layer.set_weights(weights)

    def weigh(outputs):
        found, final, _, *history = outputs
        factors = [of_outputs, of_final, *(of_history for _ in history)]
        pairs = zip([found, final, *history], factors, strict=True)
        return sum(ops.sum(values * ops.cast(by, "float32")) for values, by in pairs)

    def of_equations(arrays):
        arrays, history = arrays[: len(weights) + 2], arrays[len(weights) + 2 :]
        *values, x, h = arrays
        outputs, final, _, *still_to_read = delayed_rnn(
            x,
            values,
            delays,
            mask=mask,
            initial_h=h,
            history=history[0] if history else None,
            steps_before=case["before"],
            **cell,
        )
        total = np.sum(outputs * of_outputs) + np.sum(final * of_final)
        return total + sum(np.sum(values * of_history) for values in still_to_read)

    state = [h, phases(case["before"], delays), *histories]
    found = gradients(layer, x, state, mask, weigh)
    by_clock = found.pop(len(weights) + 2)
    np.testing.assert_array_equal(by_clock, 0)
    wanted = differences(of_equations, [*weights, x, h, *histories])
    for got, expected in zip(found, wanted, strict=True):
        assert np.abs(expected).max() > 1e-3
        np.testing.assert_allclose(got, expected, rtol=1e-3, atol=1e-4)


@settings(max_examples=6)  # each is compiled anew
@given(
    st.integers(0, 2**32 - 1),
    st.sets(st.integers(1, 9), min_size=3, max_size=3).map(sorted),
    st.integers(0, 3),
)
def test_gradients_of_both_paths_agree(seed, delays, first_step):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(2, TIME, FEATURES)).astype("float32")
    state = [rng.normal(size=(2, 5)).astype("float32"), phases(rng.integers(0, 40, 2), delays)]
    mask = rng.random((2, TIME)) < 0.7
    mask[:, 0] = True
    factors = rng.normal(size=(2, TIME, 5)).astype("float32")
    weights, found = None, []
    cell = {"activation": "tanh", "first_step": first_step}
    for layer in (
        DelayedRNN(UNITS, delays, **cell, return_sequences=True, return_state=True),
        keras.layers.RNN(
            DelayedRNNCell(UNITS, delays, **cell), return_sequences=True, return_state=True
        ),
    ):
        layer.build(x.shape)
        weights = weights or layer.get_weights()
        layer.set_weights(weights)
        found.append(
            gradients(
                layer, x, state, mask, lambda v: ops.sum(v[0] * ops.convert_to_tensor(factors))
            )
        )
    assert np.abs(found[0][0]).max() > 0
    for fast, slow in zip(*found, strict=True):
        np.testing.assert_allclose(fast, slow, rtol=1e-3, atol=1e-5)
