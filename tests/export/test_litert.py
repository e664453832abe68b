"""Exported files against Keras: every recurrent layer, any length, masks with holes."""

import importlib
import json
import os
from pathlib import Path

import keras
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from keras import layers
from tflite_files import operator_code, relu_model

from keras_drnn import DelayedRNN, DelayedRNNCell
from keras_drnn.experiments.models import build_model
from keras_drnn.experiments.recipes import Recipe
from keras_drnn.experiments.scorer import open_scorer
from keras_drnn.export import ExportError, conversion, export_litert, export_streaming
from keras_drnn.skeletons.features import FrameVector
from keras_drnn.skeletons.layouts import KINECT_V1
from keras_drnn_runtime import LiteRTModel

JOINTS = 4
LENGTHS = (1, 5, 40)  # each one costs a compilation in Keras


def clip(length, kind, bodies=1, joints=JOINTS):
    """Seeded joints: all seen; with holes; or empty at both ends."""
    rng = np.random.default_rng(length)
    clip = rng.normal(size=(length, bodies, joints, 3)).astype("float32")
    if kind == "holes":
        clip[rng.random(length) < 0.4] = 0
    if kind == "ends":
        clip[: length // 3] = 0
        clip[length - length // 4 :] = 0
    return clip


def clips(**shape):
    every = [clip(n, kind, **shape) for n in LENGTHS for kind in ("whole", "holes", "ends")]
    return [*every, np.zeros_like(every[-1])]


@pytest.fixture(scope="module")
def every_layer(shared):
    """All kinds of recurrent layer in one model."""
    keras.utils.set_random_seed(3)
    both_ways, settings = layers.Bidirectional, {"return_sequences": True}
    ours = {"bias_initializer": "random_normal", **settings}
    joints = keras.Input((None, 1, JOINTS, 3))
    frames = FrameVector((1.0,))([joints])
    # Delays that do not divide each other, and a first update that short clips do not reach.
    delayed = DelayedRNN(6, (2, 5), first_step=1, **ours)(frames)
    branches = [
        delayed,
        layers.RNN(DelayedRNNCell(6, (1, 4), bias_initializer="random_normal"), **settings)(
            delayed
        ),
        both_ways(DelayedRNN(6, (1, 3), windowed=True, **ours))(frames),
        both_ways(layers.LSTM(4, **settings))(frames),
        layers.SimpleRNN(5, **settings)(frames),
        layers.GRU(5, **ours)(frames),
    ]
    model = keras.Model(joints, layers.Concatenate()(branches))
    path, report = shared(
        "every_layer", lambda path: export_litert(model, path, check_inputs=clips(), tolerance=1e-5)
    )
    return model, path, report


def test_every_recurrent_layer_gives_the_numbers_of_keras(every_layer):
    model, path, report = every_layer
    # Relative to outputs above 1: those of growing states round by as much in float32 itself.
    assert report.largest_difference < 1e-5 * max(1, report.largest_output)
    lite = LiteRTModel(path)
    for each in clips():
        expected = model.predict_on_batch(each[None])[0]
        np.testing.assert_allclose(lite.predict(each), expected, atol=1e-5 * np.abs(expected).max())


def test_order_of_lengths_does_not_matter(every_layer):
    _, path, _ = every_layer
    lite = LiteRTModel(path)
    rising = [lite.predict(each) for each in clips()]
    falling = [lite.predict(each) for each in reversed(clips())]
    for one, other in zip(rising, reversed(falling), strict=True):
        # Outputs reach 75: what a run before left behind would show, rounding does not count.
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-4)


def test_report_is_of_the_file(every_layer):
    _, path, report = every_layer
    assert report.path == path
    assert report.bytes == path.stat().st_size > 10_000
    assert {"WHILE", "FULLY_CONNECTED"} <= set(report.operators)
    assert not [name for name in report.operators if name.startswith("Flex")]
    assert report.top1_agreement > 0.95
    assert report.latency_milliseconds > 0
    assert os.listdir(path.parent) == [path.name]


def test_model_of_the_comparison_from_its_file(tmp_path):
    """Raw joints of two people, aligned, with motion; read from a `.keras` file."""
    recipe = Recipe("drnn", units=9, delays=(1, 3, 9), align=True, motion=True, first_step=1)
    model = build_model(recipe, layout=KINECT_V1, bodies=2, classes=3)
    model.save(tmp_path / "model.keras")
    tests = clips(bodies=2, joints=len(KINECT_V1))
    for each in tests[::2]:
        each[:, 1] = 0  # the second person is absent
    path = tmp_path / "model.tflite"
    about = {"labels": ["sit", "stand", "wave"]}
    report = export_litert(tmp_path / "model.keras", path, check_inputs=tests, metadata=about)
    assert report.largest_difference < 1e-4
    lite = LiteRTModel(path)
    assert lite.input_shape == (1, None, 2, len(KINECT_V1), 3)
    assert lite.predict(tests[-2]).shape == (LENGTHS[-1], 3)
    assert lite.labels == about["labels"]
    assert lite.metadata["delays"] == [[1, 3, 9]]
    assert open_scorer(path).clock == ((1, 3, 9), 1)
    assert lite.metadata["streaming"] is False
    assert report.arena_bytes > 4 * LENGTHS[1] * tests[0][0].size


@pytest.mark.every_backend
def test_an_answer_at_the_end_without_a_mask(tmp_path):
    """Few units, of which none may be left by the ReLU after a first frame."""
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((None, 6)), DelayedRNN(10), layers.Dense(3)])
    path = tmp_path / "model.tflite"
    report = export_litert(model, path, tolerance=1e-5)
    assert report.checked_frames == 131
    clip = np.random.default_rng(0).normal(size=(9, 6)).astype("float32")
    expected = keras.ops.convert_to_numpy(model(clip[None]))[0]
    np.testing.assert_allclose(LiteRTModel(path).predict(clip), expected, atol=1e-5)


def test_a_fixed_batch_gives_the_numbers_of_each_clip(tmp_path):
    """Clips with different holes beside each other; each clip is compared in every place."""
    masked = layers.Masking()
    recurrent = DelayedRNN(6, (1, 3), bias_initializer="random_normal", return_sequences=True)
    model = keras.Sequential([keras.Input((None, 3)), masked, recurrent, layers.LSTM(2)])
    path = tmp_path / "model.tflite"
    report = export_litert(model, path, batch_size=3, tolerance=1e-5)
    lite = LiteRTModel(path)
    assert report.batch_size == lite.batch_size == lite.metadata["batch_size"] == 3
    batch = np.random.default_rng(0).normal(size=(4, 12, 3)).astype("float32")
    batch[np.random.default_rng(1).random((4, 12)) < 0.3] = 0
    expected = keras.ops.convert_to_numpy(model.predict_on_batch(batch))
    np.testing.assert_allclose(lite.predict_batch(batch), expected, atol=1e-5)
    np.testing.assert_allclose(lite.predict(batch[2]), expected[2], atol=1e-5)


LOSSY_LAYER = """
import keras
from keras import ops


@keras.saving.register_keras_serializable("tests_export")
class LosesBatch(keras.layers.Layer):
    def call(self, inputs):
        return ops.reshape(inputs, (-1, ops.shape(inputs)[1], 3))
"""


@pytest.mark.usefixtures("own_process")
def test_a_failed_conversion_says_why_and_what_to_do(tmp_path, monkeypatch):
    """The layer is found, in a module of the user's own; TensorFlow's converter refuses it."""
    (tmp_path / "lossy_layer.py").write_text(LOSSY_LAYER)
    monkeypatch.syspath_prepend(tmp_path)
    lossy = importlib.import_module("lossy_layer").LosesBatch()
    model = keras.Sequential([keras.Input((None, 3)), lossy, layers.LSTM(2)])
    path = tmp_path / "model.tflite"
    with pytest.raises(ExportError, match=r"exit status 1.*loses track of the batch size"):
        export_litert(model, path)
    assert not path.exists()


def writes(content):
    def start(job_file):
        Path(json.loads(job_file.read_text())["converted"]).write_bytes(content)
        return 0, ""

    return start


@pytest.fixture
def converts_to_relu(monkeypatch):
    """Every conversion gives relu, whatever the model was."""
    monkeypatch.setattr(conversion, "start_process", writes(relu_model((1, -1, 3))))


def pointwise(activation, features=3):
    return keras.Sequential([keras.Input((None, features)), layers.Activation(activation)])


@pytest.mark.usefixtures("converts_to_relu")
def test_a_file_that_differs_from_keras_is_refused(tmp_path):
    path = tmp_path / "model.tflite"
    path.write_bytes(b"the one of before")
    # At negative numbers, the leaky one differs by 0.2 times their size; the first clip has none.
    tests = [np.ones((2, 3), "float32"), np.full((4, 3), -0.5, "float32")]
    with pytest.raises(ExportError, match=r"differs from Keras by up to 0\.1, more than 0\.0001"):
        export_litert(pointwise("leaky_relu"), path, check_inputs=tests)
    assert path.read_bytes() == b"the one of before"
    assert os.listdir(tmp_path) == [path.name]

    report = export_litert(pointwise("leaky_relu"), path, check_inputs=tests, tolerance=0.11)
    assert report.largest_difference == pytest.approx(0.1)
    np.testing.assert_array_equal(LiteRTModel(path).predict(tests[1]), 0)
    assert export_litert(pointwise("relu"), path).largest_difference == 0


def test_an_operator_without_an_equivalent_is_named_with_its_place(tmp_path):
    frames = keras.Input((None, 3))
    model = keras.Model(frames, keras.ops.erfinv(layers.Activation("tanh")(frames)))
    with pytest.raises(ExportError, match=r"not have: Erfinv, in \S*erfinv/Erfinv$"):
        export_litert(model, tmp_path / "model.tflite")


@pytest.mark.parametrize("export", [export_litert, export_streaming])
def test_weights_that_are_no_numbers_are_named(export, tmp_path):
    model = keras.Sequential([keras.Input((None, 3)), layers.Dense(2), layers.LSTM(2, name="past")])
    kernel, *others = model.get_layer("past").get_weights()
    kernel[0, 0] = np.nan
    model.get_layer("past").set_weights([kernel, *others])
    with pytest.raises(ExportError, match="has diverged.*infinity in .*past/lstm_cell/kern"):
        export(model, tmp_path / "model.tflite")


@pytest.mark.usefixtures("converts_to_relu")
def test_nan_is_a_difference(tmp_path):
    model = keras.Sequential([keras.Input((None, 3)), layers.Rescaling(np.nan)])
    with pytest.raises(ExportError, match="differs from Keras by up to nan"):
        export_litert(model, tmp_path / "model.tflite", tolerance=1e9)


def test_operators_that_no_stock_runtime_has_are_refused(tmp_path, monkeypatch):
    flex = operator_code(schema.BuiltinOperator.CUSTOM, b"FlexRelu")
    content = relu_model((1, -1, 3), codes=[flex], by=1)
    monkeypatch.setattr(conversion, "start_process", writes(content))
    with pytest.raises(ExportError, match="does not have: FlexRelu"):
        export_litert(pointwise("relu"), tmp_path / "model.tflite")
    assert not os.listdir(tmp_path)


def two_inputs():
    inputs = [keras.Input((None, 3)), keras.Input((None, 3))]
    return keras.Model(inputs, layers.LSTM(2)(layers.Concatenate()(inputs)))


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (lambda: keras.Sequential([layers.LSTM(2)]), "Sequential or Functional model"),
        (two_inputs, "2 inputs and 1 outputs"),
    ],
)
@pytest.mark.usefixtures("no_conversion")
def test_models_that_cannot_be_exported(model, message, tmp_path):
    with pytest.raises(ExportError, match=message):
        export_litert(model(), tmp_path / "model.tflite")


def mixed():
    return keras.Sequential(
        [
            keras.Input((None, 3)),
            layers.GRU(2, dtype="mixed_bfloat16", name="short"),
            layers.Dense(2),
        ]
    )


def carrying():
    past = layers.LSTM(2, stateful=True, name="carrying")
    return keras.Sequential([keras.Input(batch_shape=(1, None, 3)), past])


def quantized():
    model = keras.Sequential([keras.Input((None, 3)), layers.LSTM(2), layers.Dense(2, name="head")])
    model.get_layer("head").quantize("int8")
    return model


@pytest.mark.parametrize("export", [export_litert, export_streaming])
@pytest.mark.parametrize(
    ("model", "message"),
    [
        (mixed, r"'short' \(GRU\): it computes in bfloat16; build it with dtype='float32'"),
        (carrying, r"'carrying' \(LSTM\): .*stateful=True"),
        (quantized, r"'head' \(Dense\): it is quantized \(int8.*form='dynamic'"),
    ],
)
@pytest.mark.usefixtures("no_conversion")
def test_layers_that_no_file_can_hold_are_named(export, model, message, tmp_path):
    with pytest.raises(ExportError, match=message):
        export(model(), tmp_path / "model.tflite")


@pytest.mark.usefixtures("no_conversion")
def test_what_is_wrong_is_said_before_the_conversion(tmp_path, monkeypatch):
    with pytest.raises(ExportError, match="name of a file to write. Received: the folder"):
        export_litert(pointwise("relu"), tmp_path)
    with monkeypatch.context() as patch:
        # Of a folder: the tests may run as somebody who may write everywhere.
        patch.setattr(os, "access", lambda path, mode: path != tmp_path)
        with pytest.raises(ExportError, match="folder that may be written to"):
            export_litert(pointwise("relu"), tmp_path / "model.tflite")
    with pytest.raises(ExportError, match="folder that exists"):
        export_litert(pointwise("relu"), tmp_path / "nowhere" / "model.tflite")
    with pytest.raises(ExportError, match="at least one clip"):
        export_litert(pointwise("relu"), tmp_path / "model.tflite", check_inputs=[])
    with pytest.raises(ExportError, match="Received: batch_size=0"):
        export_litert(pointwise("relu"), tmp_path / "model.tflite", batch_size=0)
