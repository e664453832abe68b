"""The peers against their equations, step by step in NumPy."""

import keras
import numpy as np
import pytest
from arrays import call, compiled
from frame_by_frame import advance

from benchmarks.long_memory.peers import PEERS, fitted
from benchmarks.long_memory.peers.convolutions import levels_for, receptive_field
from benchmarks.long_memory.peers.dilated import Dilated
from benchmarks.long_memory.peers.linear import DiagonalRecurrence, MinimalGRU
from benchmarks.long_memory.peers.lmu import LegendreCell, legendre
from benchmarks.long_memory.peers.narx import MistCell, NarxCell
from benchmarks.long_memory.peers.periodic import ClockworkCell, HierarchicalCell
from keras_drnn.export.streaming import StreamingModel

STEPS = 7


@pytest.fixture
def x():
    return np.random.default_rng(0).normal(size=(2, STEPS, 3)).astype("float32")


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def outputs(layer, x):
    """Every step's output of a layer, or of a cell, with biases that are not zero."""
    if hasattr(layer, "state_size"):
        layer = keras.layers.RNN(layer, return_sequences=True)
    layer.build(x.shape)
    rng = np.random.default_rng(1)
    for weight in layer.weights:
        if len(weight.shape) == 1:
            weight.assign(weight + rng.normal(size=weight.shape) / 2)
    return np.asarray(call(layer, x))


def close(found, expected):
    np.testing.assert_allclose(found, np.stack(expected, axis=1), rtol=1e-4, atol=1e-5)


def test_clockwork(x):
    cell = ClockworkCell((2, 3, 1), (1, 2, 3))
    found = outputs(cell, x)
    h, expected = [np.zeros((2, size)) for size in (2, 3, 1)], []
    for t in range(STEPS):
        before = list(h)
        for group, period in enumerate((1, 2, 3)):
            if t % period == 0:
                slower = np.concatenate(before[group:], axis=1)
                drive = x[:, t] @ cell.kernels[group] + slower @ cell.recurrent_kernels[group]
                h[group] = np.tanh(drive + cell.biases[group])
        expected.append(np.concatenate(h, axis=1))
    close(found, expected)


def test_hierarchical(x):
    cell = HierarchicalCell((2, 3, 1), (1, 2, 3))
    found = outputs(cell, x)
    h, expected = [np.zeros((2, size)) for size in (2, 3, 1)], []
    for t in range(STEPS):
        before = list(h)
        for group, period in enumerate((1, 2, 3)):
            if t % period == 0:
                read = h[group - 1] if group else x[:, t]
                own = np.concatenate(before[group : group + 2], axis=1)
                drive = read @ cell.kernels[group] + own @ cell.recurrent_kernels[group]
                h[group] = np.tanh(drive + cell.biases[group])
        expected.append(np.concatenate(h, axis=1))
    close(found, expected)


def test_narx(x):
    delays = (1, 3, 4)
    cell = NarxCell(3, delays)
    found = outputs(cell, x)
    h = [np.zeros((2, 3))] * 4
    for t in range(STEPS):
        drive = x[:, t] @ cell.kernel + cell.bias
        for delay, kernel in zip(delays, cell.recurrent_kernels, strict=True):
            drive = drive + h[-delay] @ np.asarray(kernel) / 3
        h.append(np.tanh(drive))
    close(found, h[4:])


def test_mist(x):
    delays = (1, 2, 4)
    cell = MistCell(3, delays)
    found = outputs(cell, x)
    h = [np.zeros((2, 3))] * 4
    for t in range(STEPS):
        past = [h[-delay] for delay in delays]

        def drive(name, state, t=t):
            read = x[:, t] @ cell.kernels[name] + state @ np.asarray(cell.recurrent_kernels[name])
            return np.asarray(read + cell.biases[name])

        attention = np.exp(drive("attention", past[0]))
        attention /= attention.sum(1, keepdims=True)
        mixed = sum(attention[:, i : i + 1] * each for i, each in enumerate(past))
        h.append(np.tanh(drive("state", sigmoid(drive("reset", past[0])) * mixed)))
    close(found, h[4:])


def test_a_dilated_layer_reads_its_state_of_so_many_steps_before(x):
    inner = keras.layers.SimpleRNN(2, return_sequences=True)
    found = outputs(Dilated(inner, 3), x)
    kernel, recurrent_kernel, bias = inner.get_weights()
    h = [np.zeros((2, 2))] * 3
    for t in range(STEPS):
        h.append(np.tanh(x[:, t] @ kernel + h[-3] @ recurrent_kernel + bias))
    close(found, h[3:])


def test_lmu(x):
    cell = LegendreCell(2, 4, 5.0)
    cell.build(x.shape)
    # What starts at zero would not be seen otherwise.
    cell.encode_m.assign(np.random.default_rng(3).normal(size=(4, 1)))
    found = outputs(cell, x)
    a, b = legendre(4, 5.0)
    h, m, expected = np.zeros((2, 2)), np.zeros((2, 4)), []
    for t in range(STEPS):
        u = x[:, t] @ cell.encode_x + h @ np.asarray(cell.encode_h) + m @ np.asarray(cell.encode_m)
        m = m @ a + np.asarray(u) @ b
        drive = x[:, t] @ cell.kernel + h @ np.asarray(cell.recurrent_kernel)
        h = np.tanh(drive + m @ np.asarray(cell.memory_kernel))
        expected.append(h)
    close(found, expected)


def test_a_legendre_memory_has_the_window_in_it():
    """Its numbers are coefficients of shifted Legendre polynomials (Voelker et al., equation 3)."""
    window, order = 100, 12
    a, b = legendre(order, window)
    signal = np.sin(np.arange(400) / 15) + np.cos(np.arange(400) / 37)
    m = np.zeros((1, order))
    for value in signal:
        m = m @ a + value * b
    for back in (0, 30, 60, 90):
        polynomials = np.polynomial.legendre.legvander([2 * back / window - 1], order - 1)[0]
        assert m[0] @ polynomials == pytest.approx(signal[-1 - back], abs=0.06)


def test_minimal_gru(x):
    layer = MinimalGRU(2)
    found = outputs(layer, x)
    h, expected = np.zeros((2, 2)), []
    for t in range(STEPS):
        z = sigmoid(x[:, t] @ np.asarray(layer.gate.kernel) + np.asarray(layer.gate.bias))
        candidate = x[:, t] @ np.asarray(layer.candidate.kernel) + np.asarray(layer.candidate.bias)
        h = (1 - z) * h + z * candidate
        expected.append(h)
    close(found, expected)


def test_diagonal_recurrence(x):
    layer = DiagonalRecurrence(4, 0.5, 0.8, turn=3.0)
    layer.build(x.shape)
    w = {weight.name: np.asarray(weight.value) for weight in layer.weights}
    factor = np.exp(-np.exp(w["nu"]) + 1j * np.exp(w["theta"]))
    assert ((0.5 <= np.abs(factor)) & (np.abs(factor) <= 0.8)).all()
    np.testing.assert_allclose(np.exp(w["gamma"]) ** 2, 1 - np.abs(factor) ** 2, rtol=1e-5)
    h, expected = np.zeros((2, 4)), []
    for t in range(STEPS):
        b = w["b_real"] + 1j * w["b_imaginary"]
        h = factor * h + np.exp(w["gamma"]) * (x[:, t] @ b)
        read = h @ (w["c_real"] + 1j * w["c_imaginary"])
        expected.append(read.real + x[:, t] * w["skip"])
    close(np.asarray(call(layer, x)), expected)


def test_a_convolution_sees_the_whole_sequence_and_no_step_to_come():
    assert receptive_field(2, 3) == 1 + 2 * 2 * (1 + 2)
    levels = levels_for(13, 3)
    assert levels == 2 and levels_for(14, 3) == 3
    sequence = keras.Input((14, 1))
    model = keras.Model(sequence, PEERS["tcn"].layers(sequence, 2, True, kernel=3, levels=levels))
    for weight in model.weights:
        weight.assign(np.abs(weight.value) + 0.1)
    x = np.zeros((15, 14, 1), "float32")
    x[np.arange(14), np.arange(14)] = 1
    found = np.asarray(call(model, x))
    seen = np.abs(found[:14] - found[14]).max(-1) > 1e-6  # (changed step, answered step)
    changed, answered = np.indices((14, 14))
    np.testing.assert_array_equal(seen, (changed <= answered) & (answered - changed < 13))


@pytest.mark.parametrize("name", [name for name in PEERS if name != "cfc"])
def test_every_step_is_answered_or_the_last_alone(name):
    import jax

    found = {}
    sequence = keras.Input((9, 2))

    def traced():
        for every_step in (True, False):
            found[every_step] = PEERS[name].layers(sequence, 4, every_step)

    jax.eval_shape(traced)
    assert len(found[False].shape) == 2
    assert found[True].shape == (None, 9, found[False].shape[-1])


@pytest.mark.parametrize("name", ("clockwork", "mist", "lmu"))
def test_cells_run_one_step_at_a_time_as_in_whole_sequences(x, name):
    """Those whose state Keras makes, which is no matrix, or of several parts."""
    inputs = keras.Input((STEPS, 3))
    model = keras.Model(inputs, PEERS[name].layers(inputs, 2, True))
    stream = StreamingModel(model)
    step = compiled(lambda frame, state: advance(stream, frame, state))
    state, found = stream.initial_state(), []
    for frame in x[0]:
        answer, state = step(frame[None], state)
        found.append(np.asarray(answer)[0])
    np.testing.assert_allclose(found, np.asarray(call(model, x))[0], atol=1e-5)


def test_delays_are_shorter_than_the_sequence():
    options = {"delays": ((1, 3, 9), (9, 27)), "periods": (1, 8, 9), "layers": 9, "width": 40}
    found = fitted(options, 9)
    assert found == {"delays": ((1, 3), (1,)), "periods": (1, 8), "layers": 4, "width": 40}
    # Four layers' dilations are 1, 2, 4 and 8: the fifth would look 16 steps back.
    assert fitted({"layers": 9}, 784) == {"layers": 9} and fitted({"layers": 3}, 2)["layers"] == 1


def test_options_of_a_peer_are_named():
    for peer in PEERS.values():
        for name, values in peer.space.items():
            for value in values:
                assert peer.options({name: value})[name] == value
    with pytest.raises(ValueError, match="delays, shares"):
        PEERS["drnn"].options({"delay": 3})
