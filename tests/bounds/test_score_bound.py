"""The bound on scores holds for ever, and is no larger than it has to be where that is known."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from arrays import call, numpy
from keras import layers

from keras_drnn import CausalLayer, DelayedRNN, DelayedRNNCell, Limit, SpectralNorm, score_bound
from keras_drnn.data_sets import Recipe
from keras_drnn.experiments.models import build_channel_model, build_model
from keras_drnn.export.bounds import bound_of_file
from keras_drnn.skeletons import COCO_17, KINECT_V1
from keras_drnn.skeletons.features import FrameVector, SkeletonFeatures
from keras_drnn.skeletons.holding import HoldMissing
from keras_drnn.skeletons.turning import TurnAxes

RNG = np.random.default_rng(0)
SEQUENCES = {"return_sequences": True}


def model_of(*parts, size=1, limit=2.0):
    return keras.Sequential([keras.Input((None, size)), Limit(limit), *parts])


def with_weights(model, *values):
    shapes = [weight.shape for weight in model.weights]
    model.set_weights([np.reshape(value, s) for value, s in zip(values, shapes, strict=True)])
    return model


def largest(model, frames=200):
    """The largest score in long stretches of 2, of -2, and of both in turns."""
    clips = [np.full(frames, 2.0), np.full(frames, -2.0), np.resize([2.0, -2.0], frames)]
    return np.abs(numpy(call(model, np.float32(clips)[..., None]))).max()


RELU = {"activation": "relu", **SEQUENCES}
REACHED = {  # a layer, its weights, and what streams of 2 and -2 come to
    "a unit that adds up": (
        layers.SimpleRNN(1, **RELU),
        [3.0, 0.5, 1.0],
        (2 * 3 + 1) / (1 - 0.5),
    ),
    "a unit that holds itself down": (layers.SimpleRNN(1, **RELU), [3.0, -0.5, 1.0], 7.0),
    "a unit that may be negative": (
        layers.SimpleRNN(1, activation="linear", **SEQUENCES),
        [3.0, -0.5, 0.0],
        2 * 3 / (1 - 0.5),
    ),
    "a slow group reads its neighbour": (
        DelayedRNN(2, (1, 3), **SEQUENCES),
        [3.0, 0.5, 1.0, 4.0, 0.75, -6.0],
        (14 * 4 - 6) / (1 - 0.75),
    ),
    "no bias": (
        layers.RNN(DelayedRNNCell(2, (1, 3), use_bias=False), **SEQUENCES),
        [3.0, 0.5, 4.0, 0.75],
        12 * 4 / 0.25,
    ),
    "tanh": (DelayedRNN(2, (1, 3), activation="tanh"), [9.0, 1.5, 0.0, 9.0, 1.5, 0.0], 1.0),
    "clipped": (DelayedRNN(2, (1, 3), activation="relu6"), [9.0, 1.5, 0.0, 9.0, 1.5, 0.0], 6.0),
    "dense": (layers.Dense(1), [-4.0, 0.5], 8.5),
    "time distributed": (layers.TimeDistributed(layers.Dense(1)), [-4.0, 0.5], 8.5),
    "dense relu": (layers.Dense(1, activation="relu"), [-4.0, 0.5], 8.5),
    "normalized": (layers.Normalization(mean=5.0, variance=4.0), None, 3.5),
    "batch": (layers.BatchNormalization(epsilon=0.0), [3.0, -1.0, 5.0, 4.0], 11.5),
    "relu": (layers.ReLU(), None, 2.0),
    "relu with a maximum": (layers.ReLU(max_value=1.5), None, 1.5),
    "identity": (layers.Dropout(0.5), None, 2.0),
    "sigmoid": (layers.Activation("sigmoid"), None, 1.0),
}


@pytest.mark.parametrize("name", REACHED)
def test_a_bound_that_is_reached(name):
    layer, weights, expected = REACHED[name]
    model = model_of(layer)
    if weights is not None:
        with_weights(model, *weights)
    assert score_bound(model) == pytest.approx(expected, rel=1e-4)
    if name != "sigmoid":
        assert largest(model) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("layer", [layers.LSTM, layers.GRU])
def test_gates(layer):
    model = model_of(layer(4, **SEQUENCES))
    model.set_weights([20 * w for w in model.get_weights()])
    assert score_bound(model) == pytest.approx(1, rel=1e-4)
    assert 0.9 < largest(model) <= score_bound(model)


def test_merges():
    x = keras.Input((None, 2))
    small, large = Limit(2.0)(x), Limit(3.0)(x)
    merged = {
        layers.Add(): 5.0,
        layers.Subtract(): 5.0,
        layers.Multiply(): 6.0,
        layers.Average(): 3.0,
        layers.Maximum(): 3.0,
        layers.Minimum(): 3.0,
        layers.Concatenate(): 3.0,
    }
    for layer, expected in merged.items():
        model = keras.Model(x, layer([small, large]))
        assert score_bound(model) == pytest.approx(expected, rel=1e-5)
    # Side by side, in the right order; a factor for all.
    factor = layers.Dense(1, kernel_initializer="ones")(large)
    both = layers.Multiply()([layers.Concatenate()([small, large]), factor])
    head = layers.Dense(1, use_bias=False)
    model = keras.Model(x, head(both))
    head.set_weights([np.float32([[1], [1], [0], [-1]])])
    assert score_bound(model) == pytest.approx((2 + 2 + 3) * 6, rel=1e-5)
    # A direction each.
    rnn = layers.Bidirectional(layers.SimpleRNN(1, activation="relu", **SEQUENCES))
    model = keras.Model(x, rnn(small))
    rnn.set_weights([np.reshape(v, w.shape) for v, w in zip(
        ([1.0, 0.0], 0.5, 0.0, [0.0, 3.0], 0.5, 0.0), rnn.weights, strict=True)])  # fmt: skip
    assert score_bound(model) == pytest.approx(12, rel=1e-4)


@pytest.mark.parametrize(
    "merging", [lambda: layers.Average(), lambda: layers.Normalization(mean=-2e38, variance=1e38)]
)
def test_numbers_on_the_way_must_be_numbers_too(merging):
    """Keras adds before it divides, and subtracts the mean before that."""
    x = keras.Input((None, 2))
    for limit, fine in ((1e38, True), (2e38, False)):
        limited = Limit(limit)(x)
        layer = merging()
        merged = layer([limited, limited]) if isinstance(layer, layers.Average) else layer(limited)
        model = keras.Model(x, merged)
        if fine:
            assert score_bound(model) < np.inf
        else:
            with pytest.raises(ValueError, match="larger than float32 can hold"):
                score_bound(model)


def hostile(model, limit, frames=300):
    """Frames that a search over signs has found to move the scores most, and others."""
    size = model.input_shape[-1]
    clips = [limit * np.sign(RNG.normal(size=(frames, size))) for _ in range(6)]
    clips += [np.tile(limit * np.sign(RNG.normal(size=size)), (frames, 1)) for _ in range(6)]
    clips += [RNG.normal(size=(frames, size)) * 3e38 / 6 for _ in range(2)]
    return np.float32(clips)


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "elu", "tanh", "sigmoid"])
@pytest.mark.parametrize("cell", ["drnn", "windowed", "rnn"])
def test_no_stream_passes_the_bound(cell, activation):
    how = {"activation": activation, "recurrent_constraint": SpectralNorm(0.8)}
    drnn = DelayedRNN((5, 4), (1, 3), windowed=cell == "windowed", **how, **SEQUENCES)
    recurrent = layers.SimpleRNN(9, **how, **SEQUENCES) if cell == "rnn" else drnn
    model = model_of(layers.Dense(4, activation="relu"), recurrent, layers.Dense(3), size=3)
    for weight in model.weights:
        value = RNG.normal(size=weight.shape).astype("float32")
        weight.assign(weight.constraint(value) if weight.constraint else value)
    bound = score_bound(model)
    scores = np.abs(numpy(call(model, hostile(model, 2.0)))).max()
    assert scores <= bound < 1e3 * scores


@keras.saving.register_keras_serializable("tests")
class RunningMaximum(CausalLayer):
    """Looks at all frames so far; `said` is what it says of its range."""

    said = staticmethod(lambda low, high: (low, high))

    def state_shapes(self, input_shape):
        return {"most": input_shape[2:]}

    def advance(self, inputs, state):
        steps = [state["most"]]
        for frame in range(inputs.shape[1]):
            steps.append(keras.ops.maximum(steps[-1], inputs[:, frame]))
        return keras.ops.stack(steps[1:], axis=1), {"most": steps[-1]}

    def output_range(self, low, high):
        return self.said(low, high)


def test_layers_of_ones_own_say_their_range():
    x = keras.Input((4, 2))
    model = keras.Model(x, RunningMaximum()(Limit(3.0)(x)))
    assert score_bound(model) == 3.0
    RunningMaximum.said = staticmethod(lambda low, high: None)
    with pytest.raises(ValueError, match=r"\(RunningMaximum\): it says no range"):
        score_bound(model)


twice = keras.initializers.Identity(2.0)
NOTHING = {
    "overflow": (r"layer 'reads' \(Dense\).*float32 can hold; put `keras_drnn.Limit`", []),
    "a kernel that grows": (
        r"recurrent kernel is 2, .*recurrent_constraint=keras_drnn.SpectralNorm\(0.95\)",
        [Limit(1.0), layers.SimpleRNN(2, activation="relu", recurrent_initializer=twice)],
    ),
    "a group that grows": (
        "recurrent kernel of group 2 is 1,",
        [
            Limit(1.0),
            DelayedRNN(
                (1, 2),
                (1, 3),
                recurrent_initializer=lambda shape, dtype: (
                    keras.ops.eye(shape[0], dtype=dtype) * (shape[0] - 1)
                ),
            ),
        ],
    ),
    "an activation": (
        "its activation, gelu, is none",
        [Limit(1.0), DelayedRNN(2, (1, 3), activation="gelu")],
    ),
    "gates": ('other activations than "tanh"', [Limit(1.0), layers.LSTM(2, activation="relu")]),
    "an unknown layer": (
        r"\(LayerNormalization\): nothing is known",
        [layers.LayerNormalization()],
    ),
    "a short type": ("it computes in bfloat16", [layers.Dense(2, dtype="mixed_bfloat16")]),
}


@pytest.mark.parametrize("name", NOTHING)
def test_where_there_is_no_bound_the_layer_and_the_cure_are_named(name):
    message, parts = NOTHING[name]
    x = keras.Input((None, 2))
    seen = x
    for part in parts:
        seen = part(seen)
    model = keras.Model(x, layers.Dense(2, name="reads")(seen))
    with pytest.raises(ValueError, match=f"Expected a model whose scores stay.*{message}"):
        score_bound(model)
    # A limit behind it cannot make numbers of what may be none.
    with pytest.raises(ValueError, match=message):
        score_bound(keras.Model(x, Limit(1.0)(model(x))))


def ranges(layer, frames, limit, inputs=1):
    """What a layer says of its outputs, and what comes of frames that seek to pass it."""
    x = keras.Input((None, *frames.shape[2:]))
    limited, most = Limit(limit)(x), np.full(frames.shape[2:], limit)
    several = isinstance(layer, FrameVector)
    outputs = layer([limited] * inputs if several else limited)
    low, high = layer.output_range(
        *([end] * inputs if inputs > 1 else end for end in (-most, most))
    )
    return low, high, numpy(call(keras.Model(x, outputs), frames))


@pytest.mark.parametrize("memory", [None, 5])
@pytest.mark.parametrize("torso", [False, True])
def test_features_stay_in_their_range(torso, memory):
    layout, axes, limit = (COCO_17, 2, 50.0) if torso else (KINECT_V1, 3, 3.0)
    features = SkeletonFeatures(
        layout.hip,
        shoulders=None if torso else (layout.left_shoulder, layout.right_shoulder),
        shoulder_centre=layout.shoulder_centre if torso else None,
        lag=2,
        scales=(3.0, -5.0, 2.0),
        memory=memory,
    )
    shape = (8, 60, 2, len(layout), axes)
    frames = limit * np.sign(RNG.normal(size=shape)) * (RNG.random((8, 60, 2, 1, 1)) < 0.7)
    frames[:2] *= 10.0 ** RNG.uniform(-38, 36, size=(2, 60, 1, 1, 1))
    low, high, found = ranges(features, np.float32(frames), limit)
    assert (found >= low).all() and (found <= high).all()
    if not torso:  # and it is no wider than twice what comes, for each kind of feature
        reached = np.abs(found).max(axis=(0, 1))
        joints = 2 * len(layout) * axes
        for kind in (slice(joints), slice(joints, 2 * joints), slice(2 * joints, None)):
            assert high[kind].max() < 2 * reached[kind].max()


def test_layers_before_the_features_stay_in_their_range():
    frames = np.float32(9 * RNG.normal(size=(4, 30, 2, 5, 2)))
    for layer in (TurnAxes((1, 0), (-2.0, 0.5)), FrameVector((3.0,))):
        low, high, found = ranges(layer, frames, 4.0)
        np.testing.assert_allclose(found.max(axis=(0, 1)), high, rtol=1e-4)
        np.testing.assert_allclose(found.min(axis=(0, 1)), low, rtol=1e-4)
    low, high, found = ranges(FrameVector((3.0, -2.0)), frames, 4.0, inputs=2)
    np.testing.assert_allclose(found.max(axis=(0, 1)), high, rtol=1e-4)
    held = np.where(RNG.random(frames.shape[:4])[..., None] < 0.3, np.nan, 3e38 * np.sign(frames))
    low, high, found = ranges(HoldMissing(), held.astype("float32"), 3.3e38)
    assert np.isfinite(found).all() and (found >= low).all() and (found <= high).all()


def test_rows_of_a_frame_that_are_a_sequence_have_no_bound():
    x = keras.Input((None, 4, 3))
    rows = layers.TimeDistributed(layers.LSTM(2))(Limit(1.0)(x))
    with pytest.raises(ValueError, match="TimeDistributed.*parts of a frame"):
        score_bound(keras.Model(x, rows))


def test_models_of_recipes_are_bounded():
    recipe = Recipe("drnn", units=6, delays=(1, 3), frame_units=4, limit=5.0, spectral_norm=0.8)
    recipe = replace(recipe, motion=True, align=True, memory=10, dropout=0.1, head_units=3)
    skeletons = build_model(recipe, layout=KINECT_V1, bodies=2, classes=3)
    channels = build_channel_model(recipe, mean=np.zeros(2), variance=np.ones(2), classes=2)
    for model in (skeletons, channels):
        frames = keras.Input(model.input_shape[1:])
        recorded = keras.Model(frames, model(HoldMissing()(frames)))
        bound = score_bound(model)
        assert score_bound(recorded) == pytest.approx(bound)
        shape = (4, 40, *model.input_shape[2:])
        clips = np.float32(3e38 * np.sign(RNG.normal(size=shape)))
        clips[2:] *= 1e-38
        assert np.abs(numpy(call(model, clips))).max() <= bound < 1e5
    unlimited = build_model(replace(recipe, limit=None), layout=KINECT_V1, bodies=2, classes=3)
    with pytest.raises(ValueError, match=r"layer 'pose' \(Dense\): its numbers may become larger"):
        score_bound(unlimited)


def test_what_a_file_says_is_of_the_weights_as_it_has_them():
    model = with_weights(model_of(layers.Dense(1)), 0.1, 0.0)
    assert bound_of_file(model, "float32")[0] == pytest.approx(0.2, rel=1e-5)
    assert bound_of_file(model, "float16")[0] == pytest.approx(2 * np.float16(0.1), rel=1e-5)
    assert model.get_weights()[0] == np.float32(0.1)
    for form in ("dynamic", "int8"):
        bound, reason = bound_of_file(model, form)
        assert bound is None and reason.startswith(form)
    bound, reason = bound_of_file(model_of(layers.LayerNormalization(name="x")), "float16")
    assert bound is None and reason.startswith("'x' (LayerNormalization): nothing is known")
