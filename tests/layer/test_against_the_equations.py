"""Both paths, the stepped cell and the cascade, against the float64 equations."""

import keras
import numpy as np
import pytest
from arrays import call, numpy, phases
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import delayed_rnn

from keras_drnn import DelayedRNN, DelayedRNNCell

FEATURES = 3


@st.composite
def cases(draw, windowed=False):
    """Any delays, sizes, masks and carried states, with few different tensor shapes to compile."""
    groups = draw(st.integers(2 if windowed else 1, 3 if windowed else 4))
    if windowed:
        ratios = draw(st.lists(st.integers(2, 3), min_size=groups - 1, max_size=groups - 1))
        delays = tuple(np.cumprod([draw(st.integers(1, 2)), *ratios]).tolist())
    else:
        steps = draw(st.lists(st.integers(1, 5), min_size=groups, max_size=groups))
        delays = tuple(np.cumsum(steps))
    units = draw(st.lists(st.sampled_from([1, 3]), min_size=groups, max_size=groups))
    time = draw(st.sampled_from([1, 5, 13]))
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
    numbers = [slow // fast - 1 for fast, slow in zip(delays, delays[1:], strict=False)]
    read = sum(number * size for number, size in zip(numbers, units, strict=False))
    return {
        "delays": delays,
        "units": units,
        "x": rng.normal(size=(2, time, FEATURES)).astype("float32"),
        "mask": masks[kind],
        "steps_before": rng.integers(0, 40, 2) if carried else np.zeros(2, int),
        "initial_h": rng.normal(size=(2, sum(units))).astype("float32") if carried else None,
        "history": rng.normal(size=(2, read)).astype("float32") if carried and windowed else None,
        "cell": {
            "windowed": windowed,
            "first_step": draw(st.integers(0, 3)),
            "activation": draw(st.sampled_from(["relu", "elu", "tanh", "linear", "softsign"])),
            "use_bias": draw(st.booleans()),
            "bias_initializer": "random_normal",
        },
        "loop": {
            "go_backwards": draw(st.booleans()),
            "zero_output_for_mask": draw(st.booleans()),
        },
    }


def check(case, layer):
    state = None
    if case["initial_h"] is not None:
        state = [case["initial_h"], phases(case["steps_before"], case["delays"])]
        state += [] if case["history"] is None else [case["history"]]
        state = [keras.ops.convert_to_tensor(s) for s in state]
    mask = None if case["mask"] is None else keras.ops.convert_to_tensor(case["mask"])
    outputs, h, clock, *history = numpy(call(layer, case["x"], mask=mask, initial_state=state))
    equations = {k: v for k, v in case["cell"].items() if k != "bias_initializer"}
    expected, final, counts, *still_to_read = delayed_rnn(
        case["x"],
        layer.get_weights(),
        case["delays"],
        mask=case["mask"],
        initial_h=case["initial_h"],
        history=case["history"],
        steps_before=case["steps_before"],
        **equations,
        **case["loop"],
    )
    if type(layer) is keras.layers.RNN and mask is not None:
        # Before a sample's first step, Keras' own loop puts out zeros on some backends and the
        # initial state on others.
        seen = case["mask"][:, ::-1] if case["loop"]["go_backwards"] else case["mask"]
        begun = np.cumsum(seen, axis=1)[..., None] > 0
        outputs, expected = outputs * begun, expected * begun
    np.testing.assert_allclose(outputs, expected, rtol=1e-4, atol=2e-5)
    np.testing.assert_allclose(h, final, rtol=1e-4, atol=2e-5)
    np.testing.assert_array_equal(clock, phases(counts, case["delays"]))
    for found, wanted in zip(history, still_to_read, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=2e-5)


def cascade(case):
    how = {**case["cell"], **case["loop"], "return_sequences": True, "return_state": True}
    return DelayedRNN(case["units"], case["delays"], **how)


def stepped(case):
    cell = DelayedRNNCell(case["units"], case["delays"], **case["cell"])
    return keras.layers.RNN(cell, return_sequences=True, return_state=True, **case["loop"])


@given(cases())
def test_the_cascade_gives_the_numbers_of_the_equations(case):
    check(case, cascade(case))


@given(cases())
def test_the_stepped_cell_gives_the_numbers_of_the_equations(case):
    check(case, stepped(case))


@settings(max_examples=8)
@given(cases(windowed=True))
def test_the_cascade_of_windowed_groups_gives_the_numbers_of_the_equations(case):
    check(case, cascade(case))


@settings(max_examples=8)
@given(cases(windowed=True))
def test_the_stepped_cell_of_windowed_groups_gives_the_numbers_of_the_equations(case):
    check(case, stepped(case))


def test_the_last_output_alone_is_the_end_of_the_sequence():
    x = np.random.default_rng(0).normal(size=(2, 9, 3)).astype("float32")
    mask = np.arange(9)[None] < np.array([[9], [6]])
    for zeros in (False, True):
        layer = DelayedRNN([1, 2], (2, 5), zero_output_for_mask=zeros)
        last = numpy(call(layer, x, mask=keras.ops.convert_to_tensor(mask)))
        expected, *_ = delayed_rnn(
            x, layer.get_weights(), (2, 5), mask=mask, zero_output_for_mask=zeros
        )
        np.testing.assert_allclose(last, expected[:, -1], atol=1e-5)


@pytest.mark.parametrize("stepped", [False, True])
def test_the_worked_example_of_the_thesis(stepped):
    """Delays (1, 2, 3), linear, t from 1: how o(5) depends on x(1), eq. 3.10-3.13 less an erratum.

    The thesis prints S P T W for the last group; h_2(2) is T h_1(2) when h_2(0) = 0, so the P is
    one too many.
    """
    settings = {"first_step": 1, "activation": "linear", "use_bias": False}
    if stepped:
        layer = keras.layers.RNN(
            DelayedRNNCell([2, 2, 2], (1, 2, 3), **settings), return_sequences=True
        )
    else:
        layer = DelayedRNN([2, 2, 2], (1, 2, 3), **settings, return_sequences=True)
    layer.build((3, 5, 3))
    rng = np.random.default_rng(1)
    u, w, t, p, s, r = (
        rng.normal(size=shape).astype("float32")
        for shape in [(3, 2), (2, 2), (2, 2), (2, 2), (2, 2), (2, 2)]
    )
    layer.set_weights([u, w, t, p, s, r])
    impulse = np.zeros((3, 5, 3), "float32")
    impulse[:, 0] = np.eye(3)
    found = numpy(call(layer, impulse))[:, 4]
    # Row vectors: the first factor of the thesis' column form comes last.
    power = np.linalg.matrix_power
    expected = np.concatenate(
        [u @ power(w, 4), u @ (w @ t @ p + power(w, 3) @ t), u @ w @ t @ s], axis=1
    )
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
