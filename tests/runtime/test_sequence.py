"""The runner: what it refuses, and how little it needs."""

import subprocess
import sys

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from tflite_files import operator_code, relu_model, summing_model

from keras_drnn.export.operators import foreign_operators
from keras_drnn_runtime import LiteRTModel


@pytest.fixture
def model(tmp_path):
    (tmp_path / "model.tflite").write_bytes(relu_model())
    return LiteRTModel(tmp_path / "model.tflite")


def test_any_number_of_frames(model):
    assert model.input_shape == (1, None, 2, 3)
    rng = np.random.default_rng(0)
    for frames in (3, 1, 300, 300, 2):
        clip = rng.normal(size=(frames, 2, 3))
        np.testing.assert_array_equal(
            model.predict(clip), np.maximum(clip.astype("float32"), 0), strict=True
        )


def test_results_are_not_overwritten_by_the_next_call(model):
    first = model.predict(np.ones((2, 2, 3)))
    model.predict(np.zeros((2, 2, 3)))
    assert first.min() == 1


@pytest.mark.parametrize("shape", [(5, 2, 4), (5, 2), (1, 5, 2, 3), (0, 2, 3), ()])
def test_wrong_shapes(model, shape):
    with pytest.raises(ValueError, match=r"shape \(any, 2, 3\). Received: shape \("):
        model.predict(np.zeros(shape))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite(model, value):
    clip = np.zeros((5, 2, 3))
    clip[2, 1, 0] = value
    with pytest.raises(ValueError, match=r"finite numbers.*Received: .* at \[2, 1, 0\]"):
        model.predict(clip)
    assert model.predict(np.ones((5, 2, 3))).min() == 1


@pytest.mark.parametrize("content", [None, b"", b"no model at all, whatever its name says"])
def test_no_model(tmp_path, content):
    path = tmp_path / "model.tflite"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ValueError, match="Expected a LiteRT model. Received: .*model.tflite"):
        LiteRTModel(path)


def test_a_batch_is_filled_up_and_split(tmp_path):
    (tmp_path / "batch.tflite").write_bytes(relu_model(shape=(2, -1, 2, 3)))
    model = LiteRTModel(tmp_path / "batch.tflite")
    assert (model.batch_size, model.input_shape) == (2, (2, None, 2, 3))
    rng = np.random.default_rng(0)
    for count, frames in [(2, 4), (5, 4), (1, 7), (2, 1)]:
        clips = rng.normal(size=(count, frames, 2, 3)).astype("float32")
        expected = np.maximum(clips, 0)
        np.testing.assert_array_equal(model.predict_batch(clips), expected, strict=True)
        np.testing.assert_array_equal(model.predict(clips[-1]), expected[-1], strict=True)
    for shape in [(0, 4, 2, 3), (2, 0, 2, 3), (4, 2, 3)]:
        with pytest.raises(ValueError, match=r"clips of shape \(any, any, 2, 3\). Received: shape"):
            model.predict_batch(np.zeros(shape))


def test_no_sequence_model(tmp_path):
    (tmp_path / "any.tflite").write_bytes(relu_model(shape=(-1, 4, 2, 3)))
    (tmp_path / "stream.tflite").write_bytes(summing_model())
    for name in ("any.tflite", "stream.tflite"):
        with pytest.raises(ValueError, match="a fixed batch and one output.*Received: .*tflite"):
            LiteRTModel(tmp_path / name)


def test_operators_that_the_stock_runtime_lacks():
    above_127 = operator_code(schema.BuiltinOperator.CUMSUM)
    flex = operator_code(schema.BuiltinOperator.CUSTOM, b"FlexTensorListReserve")
    assert foreign_operators(relu_model()) == (("RELU",), ())
    used, foreign = foreign_operators(relu_model(codes=[above_127, flex]))
    assert used == ("CUMSUM", "FlexTensorListReserve", "RELU")
    assert foreign == ("FlexTensorListReserve",)


def test_needs_no_training_framework(tmp_path):
    (tmp_path / "model.tflite").write_bytes(relu_model())
    program = (
        "import sys, numpy as np\n"
        "from keras_drnn_runtime import LiteRTModel\n"
        f"LiteRTModel({str(tmp_path / 'model.tflite')!r}).predict(np.ones((4, 2, 3)))\n"
        "print(*sorted(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"KERAS_BACKEND": "numpy", "PYTHONPATH": ":".join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=True,
    )
    assert not {"tensorflow", "torch", "mlflow"} & set(done.stdout.split())
