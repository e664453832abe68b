"""States that are returned, given and carried from batch to batch."""

import keras
import numpy as np
import pytest
from arrays import call, numpy, phases
from hypothesis import given
from hypothesis import strategies as st
from keras import ops
from reference import delayed_rnn

from keras_drnn import DelayedRNN, DelayedRNNCell
from keras_drnn.cascade.own_clocks import OwnClocks
from keras_drnn.cascade.shared_clock import SharedClock

UNITS, DELAYS = [1, 2, 2], (2, 3, 7)
RNG = np.random.default_rng(0)
X = RNG.normal(size=(2, 12, 3)).astype("float32")
H = RNG.normal(size=(2, 5)).astype("float32")


def layers(**settings):
    """The cascade and Keras' loop around the cell, with the same weights."""
    cell = {"bias_initializer": "random_normal", "first_step": settings.pop("first_step", 0)}
    fast = DelayedRNN(UNITS, DELAYS, **cell, **settings)
    slow = keras.layers.RNN(DelayedRNNCell(UNITS, DELAYS, **cell), **settings)
    fast.build(X.shape)
    slow.build(X.shape)
    slow.set_weights(fast.get_weights())
    return fast, slow


@given(
    st.integers(0, 2**32 - 1),
    st.lists(st.sampled_from([1, 4, 9]), min_size=1, max_size=4),
    st.integers(0, 1),
    st.booleans(),
)
def test_a_sequence_in_chunks_is_the_whole_sequence(seed, chunks, first_step, masked):
    rng = np.random.default_rng(seed)
    time = sum(chunks)
    x = rng.normal(size=(2, time, 3)).astype("float32")
    mask = rng.random((2, time)) < 0.7 if masked else None
    for layer in layers(first_step=first_step, return_sequences=True, return_state=True):
        expected, h, counts = delayed_rnn(
            x, layer.get_weights(), DELAYS, first_step=first_step, mask=mask
        )
        parts, state, start = [], None, 0
        for length in chunks:
            frames = slice(start, start + length)
            part = None if mask is None else ops.convert_to_tensor(mask[:, frames])
            output, *state = call(layer, x[:, frames], initial_state=state, mask=part)
            parts.append(numpy(output))
            start += length
        found = np.concatenate(parts, axis=1)
        if masked and type(layer) is keras.layers.RNN:
            # Where a chunk begins masked, Keras' loop puts out zeros on some backends.
            found, expected = found * mask[..., None], expected * mask[..., None]
        np.testing.assert_allclose(found, expected, atol=2e-5)
        np.testing.assert_allclose(numpy(state[0]), h, atol=2e-5)
        np.testing.assert_array_equal(numpy(state[1]), phases(counts, DELAYS))


@pytest.mark.parametrize("wrap", [lambda h: h, lambda h: [h], lambda h: (h,)])
def test_a_lone_h_starts_the_clock(wrap):
    layer, _ = layers(first_step=1, return_state=True)
    outputs, h, clock = numpy(call(layer, X, initial_state=wrap(ops.convert_to_tensor(H))))
    expected, final, counts = delayed_rnn(X, layer.get_weights(), DELAYS, first_step=1, initial_h=H)
    np.testing.assert_allclose(outputs, expected[:, -1], atol=1e-5)
    np.testing.assert_allclose(h, final, atol=1e-5)
    np.testing.assert_array_equal(clock, phases(counts, DELAYS))


@pytest.mark.parametrize("sequences", [False, True])
def test_a_state_that_nobody_reads_is_not_computed(monkeypatch, sequences):
    def phases_after(*_):
        raise RuntimeError("computed")

    for clocks in (SharedClock, OwnClocks):
        monkeypatch.setattr(clocks, "phases_after", phases_after)
    layer, _ = layers(return_sequences=sequences)
    expected, _, _ = delayed_rnn(X, layer.get_weights(), DELAYS)
    found = numpy(call(layer, X))
    np.testing.assert_allclose(found, expected if sequences else expected[:, -1], atol=1e-5)
    for asked in ({"return_state": True}, {"stateful": True}):
        layer = DelayedRNN(UNITS, DELAYS, return_sequences=sequences, **asked)
        with pytest.raises(RuntimeError, match="computed"):
            layer(X)


def test_the_stepped_cell_asks_for_the_clock():
    _, layer = layers()
    with pytest.raises(ValueError, match=r"h alone is accepted by DelayedRNN.*\[\(2, 5\)\]"):
        layer(X, initial_state=ops.convert_to_tensor(H))


def test_the_state_of_an_encoder_starts_a_decoder():
    encoder, _ = layers(return_state=True)
    decoder = DelayedRNN(UNITS, DELAYS, return_sequences=True)
    source, target = keras.Input((None, 3)), keras.Input((None, 3))
    _, h, clock = encoder(source)
    carried = keras.Model([source, target], decoder(target, initial_state=[h, clock]))
    lone = keras.Model([source, target], decoder(target, initial_state=h))
    more = X[:, :5] + 1
    for model, before in ((carried, [12, 12]), (lone, None)):
        _, h_after, _ = delayed_rnn(X, encoder.get_weights(), DELAYS)
        expected, *_ = delayed_rnn(
            more, decoder.get_weights(), DELAYS, initial_h=h_after, steps_before=before
        )
        np.testing.assert_allclose(model.predict([X, more], verbose=0), expected, atol=1e-5)


def test_clocks_given_as_integers_or_beyond_their_period_are_understood():
    layer, _ = layers(return_sequences=True)
    expected, *_ = delayed_rnn(
        X, layer.get_weights(), DELAYS, initial_h=H, steps_before=np.array([5, 100])
    )
    clock = np.array([[5, 5, 5], [100, 100, 100]], "int32")
    found = call(layer, X, initial_state=[ops.convert_to_tensor(H), ops.convert_to_tensor(clock)])
    np.testing.assert_allclose(numpy(found), expected, atol=1e-5)


@pytest.mark.parametrize(
    "shapes",
    [[(2, 4)], [(3, 5)], [(5,)], [(2, 5), (2, 2)], [(2, 5), (3,)], [(2, 5), (2, 3), (2, 1)]],
    ids=str,
)
def test_a_state_of_the_wrong_shape_is_refused(shapes):
    state = [ops.zeros(shape) for shape in shapes]
    for layer in layers():
        with pytest.raises(ValueError) as refusal:
            layer(X, initial_state=state)
        # Expected and received.
        assert "(2, 5) and (2, 3)" in str(refusal.value)
        assert str(shapes) in str(refusal.value)
    with pytest.raises(ValueError, match=r"Received shapes: \[\(None, 4\)\]"):
        DelayedRNN(UNITS, DELAYS)(keras.Input((12, 3)), initial_state=keras.Input((4,)))


@pytest.mark.parametrize("stepped", [False, True], ids=["cascade", "stepped"])
@pytest.mark.parametrize("unroll", [False, True])
def test_chunks_of_any_length_through_one_model(stepped, unroll):
    """Time is unknown to the model, or each loop is written out for its chunk."""
    layer = layers(return_sequences=True, return_state=True, unroll=unroll)[stepped]
    h, clock = keras.Input((5,)), keras.Input((3,))
    found, state = [], [H, phases([5, 12], DELAYS)]
    for chunk in np.split(X, (1, 5), axis=1):
        frames = keras.Input((chunk.shape[1] if unroll else None, 3))
        model = keras.Model([frames, h, clock], layer(frames, initial_state=[h, clock]))
        outputs, *state = model.predict([chunk, *state], verbose=0)
        found.append(outputs)
    expected, _, counts = delayed_rnn(
        X, layer.get_weights(), DELAYS, initial_h=H, steps_before=[5, 12]
    )
    np.testing.assert_allclose(np.concatenate(found, axis=1), expected, atol=1e-5)
    np.testing.assert_array_equal(state[1], phases(counts, DELAYS))


@pytest.mark.parametrize("stepped", [False, True], ids=["cascade", "stepped"])
def test_a_stateful_layer_goes_on_and_starts_again(stepped):
    layer = layers(stateful=True, return_sequences=True, first_step=1)[stepped]
    model = keras.Sequential([keras.Input(batch_shape=(2, 4, 3)), layer])
    expected, *_ = delayed_rnn(X, layer.get_weights(), DELAYS, first_step=1)
    for _ in range(2):
        found = [numpy(model(X[:, start : start + 4])) for start in (0, 4, 8)]
        np.testing.assert_allclose(np.concatenate(found, axis=1), expected, atol=1e-5)
        layer.reset_state()
    with pytest.raises(ValueError, match="batch"):
        layer(X[:1])


def test_a_stateful_layer_with_masks_keeps_a_clock_for_each_sample():
    layer, _ = layers(stateful=True, return_sequences=True)
    mask = np.random.default_rng(1).random((2, 12)) < 0.6
    expected, *_ = delayed_rnn(X, layer.get_weights(), DELAYS, mask=mask)
    found = [
        numpy(layer(X[:, s : s + 6], mask=ops.convert_to_tensor(mask[:, s : s + 6])))
        for s in (0, 6)
    ]
    np.testing.assert_allclose(np.concatenate(found, axis=1), expected, atol=1e-5)


def test_a_stateful_layer_trains():
    """Its first gradient is that of a layer that is not: the state starts at zero."""
    changes = []
    start = None
    for stateful in (False, True):
        layer = DelayedRNN(UNITS, DELAYS, stateful=stateful, bias_initializer="ones")
        model = keras.Sequential([keras.Input(batch_shape=(2, 12, 3)), layer])
        start = start or layer.get_weights()
        layer.set_weights(start)
        model.compile(keras.optimizers.SGD(0.1), "mse")
        model.train_on_batch(X, np.zeros((2, 5)))
        changes.append([b - a for a, b in zip(start, layer.get_weights(), strict=True)])
        model.train_on_batch(X, np.zeros((2, 5)))
    for plain, carried in zip(*changes, strict=True):
        assert np.abs(plain).max() > 1e-4
        np.testing.assert_allclose(carried, plain, atol=1e-6)


def stateful_model(policy, layer=None):
    """A model of one stateful layer, its layer, `X` as three batches, and what they are to give."""
    layer = layer or DelayedRNN(
        UNITS, DELAYS, activation="tanh", stateful=True, return_sequences=True, dtype=policy
    )
    model = keras.Sequential([keras.Input(batch_shape=(2, 4, 3)), layer])
    model.compile(keras.optimizers.SGD(0.0), "mse")
    return model, layer, np.concatenate(np.split(X, 3, axis=1))


# To their rounding, of outputs up to 1. Keras scales losses under mixed_float16 alone: there it
# matters how a model is trained. For all else one of them is enough.
TOLERANCES = {"float32": 1e-5, "mixed_float16": 5e-3, "mixed_bfloat16": 4e-2}


@pytest.mark.parametrize("policy", ["float32", "mixed_float16"])
def test_what_goes_on_from_batch_to_batch(policy):
    """Every way but `model(x)` starts each batch from zero on JAX, as docs/guides/state.md says."""
    model, layer, batches = stateful_model(policy)
    tolerance = TOLERANCES[policy]
    goes_on = keras.backend.backend() != "jax"
    targets = np.zeros((6, 4, 5))
    whole, final, counts = delayed_rnn(X, layer.get_weights(), DELAYS, activation="tanh")
    chunks = [
        delayed_rnn(chunk, layer.get_weights(), DELAYS, activation="tanh")[0]
        for chunk in np.split(batches, 3)
    ]
    expected = np.concatenate(np.split(whole, 3, axis=1) if goes_on else chunks)
    assert (
        np.abs(np.concatenate(np.split(whole, 3, axis=1))[2:] - np.concatenate(chunks)[2:]).max()
        > 0.5
    )
    ways = [
        lambda: model.predict(batches, batch_size=2, verbose=0),
        lambda: np.concatenate([model.predict_on_batch(each) for each in np.split(batches, 3)]),
        lambda: model.evaluate(batches, targets, batch_size=2, verbose=0),
        lambda: model.fit(batches, targets, batch_size=2, shuffle=False, verbose=0),
        lambda: [model.train_on_batch(each, targets[:2]) for each in np.split(batches, 3)],
    ]
    for way in ways:
        found = way()
        if isinstance(found, np.ndarray):
            np.testing.assert_allclose(found, expected, atol=tolerance)
        h, clock = numpy(layer.states)
        np.testing.assert_allclose(h, final * goes_on, atol=tolerance)
        np.testing.assert_array_equal(clock, phases(counts, DELAYS) * goes_on)
        layer.reset_state()


def test_calls_go_on_under_a_mixed_policy():
    model, layer, batches = stateful_model("mixed_bfloat16")
    expected, *_ = delayed_rnn(X, layer.get_weights(), DELAYS, activation="tanh")
    for _ in range(2):
        found = [numpy(model(each)) for each in np.split(batches, 3)]
        np.testing.assert_allclose(
            np.concatenate(found, axis=1), expected, atol=TOLERANCES["mixed_bfloat16"]
        )
        layer.reset_state()
    assert [keras.backend.standardize_dtype(v.dtype) for v in layer.states] == ["float32"] * 2
    # The states are not among what is saved.
    assert len(layer.weights) == len(layer.get_weights()) == 3 * len(DELAYS)


def test_each_direction_of_bidirectional_goes_on_from_its_own_state():
    policy = "mixed_float16"
    both = keras.layers.Bidirectional(
        DelayedRNN(UNITS, DELAYS, activation="tanh", stateful=True, dtype=policy), dtype=policy
    )
    model, _, batches = stateful_model(policy, both)
    weights = both.get_weights()
    h, before = [None, None], None
    for _ in range(2):
        for batch in np.split(batches, 3):
            found = numpy(model(batch))
            ends = []
            for n, backwards in enumerate((False, True)):
                _, h[n], counts = delayed_rnn(
                    batch,
                    weights[9 * n : 9 * n + 9],
                    DELAYS,
                    activation="tanh",
                    go_backwards=backwards,
                    initial_h=h[n],
                    steps_before=before,
                )
                ends.append(h[n])
            before = counts
            np.testing.assert_allclose(
                found, np.concatenate(ends, axis=-1), atol=TOLERANCES[policy]
            )
        both.reset_state()
        h, before = [None, None], None


@pytest.mark.parametrize(
    ("policy", "stacked"), [("mixed_float16", False), ("mixed_bfloat16", True)]
)
def test_the_stepped_cell_goes_on_or_is_refused(policy, stacked):
    """Keras' own layer drops its states on torch under a mixed policy."""

    def make(outer, **settings):
        cells = [DelayedRNNCell(UNITS, DELAYS, activation="tanh", dtype=policy) for _ in "ab"]
        cell = keras.layers.StackedRNNCells(cells, dtype=policy) if stacked else cells[0]
        return keras.layers.RNN(cell, return_sequences=True, dtype=outer, **settings)

    outers = [policy, "float32"]
    if keras.backend.backend() == "torch":
        with pytest.raises(ValueError, match=f"DelayedRNN, or .*float32.*Received: .*{policy}"):
            make(policy, stateful=True).build(X.shape)
        outers.remove(policy)
        make(policy)(X)
    for outer in outers:
        layer = make(outer, stateful=True)
        found = [numpy(layer(part)) for part in (X[:, :5], X[:, 5:])]
        weights, expected = layer.get_weights(), X
        for start in range(0, len(weights), 9):
            expected, *_ = delayed_rnn(
                expected, weights[start : start + 9], DELAYS, activation="tanh"
            )
        np.testing.assert_allclose(np.concatenate(found, axis=1), expected, atol=TOLERANCES[policy])


@pytest.mark.skipif(keras.backend.backend() != "jax", reason="Of compilation by JAX")
def test_jax_compiles_the_state_in():
    """As docs/guides/state.md warns; should it fail, Keras has mended it."""
    model, layer, batches = stateful_model("float32")
    fresh = numpy(model(batches[:2]))
    before = model.predict(batches[:2], verbose=0)
    layer.reset_state()
    np.testing.assert_array_equal(model.predict(batches[:2], verbose=0), before)
    assert np.abs(before - fresh).max() > 0.1


def test_a_windowed_sequence_in_chunks_is_the_whole_sequence():
    """What slower groups have still to read is carried; without it the numbers are others."""
    layer = DelayedRNN(
        [2, 1, 2], (2, 4, 12), windowed=True, return_sequences=True, return_state=True
    )
    x = np.random.default_rng(1).normal(size=(2, 30, 3)).astype("float32")
    expected, *_ = delayed_rnn(x, _built(layer).get_weights(), (2, 4, 12), windowed=True)
    state, parts = None, []
    for frames in (slice(0, 7), slice(7, 8), slice(8, 30)):
        output, *state = call(layer, x[:, frames], initial_state=state)
        parts.append(numpy(output))
    np.testing.assert_allclose(np.concatenate(parts, axis=1), expected, atol=2e-5)


def test_a_windowed_state_without_what_is_to_be_read_is_refused():
    layer = _built(DelayedRNN([2, 1], (1, 3), windowed=True))
    with pytest.raises(ValueError) as refusal:
        layer(X, initial_state=[ops.zeros((2, 3)), ops.zeros((2, 2))])
    assert "[h, clock, history] of shapes (2, 3) and (2, 2) and (2, 4)" in str(refusal.value)
    assert "[(2, 3), (2, 2)]" in str(refusal.value)


def _built(layer):
    layer.build(X.shape)
    return layer
