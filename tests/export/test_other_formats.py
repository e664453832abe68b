"""The step as `.onnx`, OpenVINO's `.xml` and `.keras`: the numbers of the model for whole clips."""

import json
import shutil
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers, ops

from keras_drnn import DelayedRNN
from keras_drnn.experiments.models import build_model
from keras_drnn.experiments.recipes import Recipe
from keras_drnn.export import ExportError, conversion, export_streaming
from keras_drnn.skeletons.layouts import KINECT_V1
from keras_drnn_runtime import StreamingClassifier, open_model, read_metadata

# OpenVINO forks when it opens its first file, to tell its makers, of which JAX warns.
pytestmark = pytest.mark.filterwarnings("ignore:os.fork:RuntimeWarning")

ABOUT = {"labels": ["sit", "stand", "wave — aloft"], "frame_rate": 30}


@pytest.fixture(scope="module")
def model():
    """Features of raw joints, delays that divide each other and such that do not, an LSTM."""
    keras.utils.set_random_seed(4)
    recipe = Recipe("drnn", units=6, delays=(1, 3), align=True, motion=True)
    built = build_model(recipe, layout=KINECT_V1, bodies=2, classes=5)
    settings = {"return_sequences": True, "bias_initializer": "random_normal"}
    more = DelayedRNN([2, 3], (2, 5), first_step=1, **settings)(built.output)
    more = layers.LSTM(3, **settings)(layers.Concatenate()([more, built.output]))
    return keras.Model(built.input, layers.Dense(3)(more))


@pytest.fixture(scope="module")
def openvino(model, shared):
    def export(path):
        def keep_onnx(job_file, *how, start_process=conversion.start_process):
            """The ONNX file, which the way to OpenVINO's goes by: a conversion takes long."""
            done, job = start_process(job_file, *how), json.loads(job_file.read_text())
            for name in ("converted", "found"):
                shutil.copy(job[name], path.parent / name)
            shutil.copy(job_file, path.parent / "job")
            return done

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(conversion, "start_process", keep_onnx)
            return export_streaming(model, path.with_suffix(".xml"), metadata=ABOUT)

    return shared("openvino", export)[1]


@pytest.fixture(scope="module")
def onnx(model, openvino, shared):
    kept = openvino.path.parent

    def same_job(job_file, *how):
        job, before = (json.loads(each.read_text()) for each in (job_file, kept / "job"))
        assert (job.pop("openvino"), before.pop("openvino")) == (False, True)
        assert job["metadata"] == before["metadata"]
        shutil.copy(kept / "converted", job["converted"])
        found = json.loads((kept / "found").read_text())
        assert found.pop("openvino")
        Path(job["found"]).write_text(json.dumps(found))
        return 0, ""

    def export(path):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(conversion, "start_process", same_job)
            return export_streaming(model, path.with_suffix(".onnx"), metadata=ABOUT)

    return shared("onnx", export)[1]


def whole(model, clip):
    return ops.convert_to_numpy(model.predict_on_batch(clip[None]))[0]


def clip_with_holes(frames=40):
    rng = np.random.default_rng(2)
    clip = rng.normal(size=(frames, 2, len(KINECT_V1), 3)).astype("float32")
    clip[rng.random(frames) < 0.2] = 0
    clip[10:20, 1] = 0
    return clip


def check_file(path, model):
    clip = clip_with_holes()
    classifier = StreamingClassifier(path)
    for _ in range(2):
        expected = whole(model, clip)
        np.testing.assert_allclose(classifier.predict(clip), expected, rtol=1e-4, atol=1e-5)
    assert read_metadata(path)["labels"] == classifier.labels == ABOUT["labels"]
    assert isinstance(open_model(path), StreamingClassifier)
    assert classifier.input_shape == (1, None, 2, len(KINECT_V1), 3)
    with pytest.raises(ValueError, match="frame of shape"):
        classifier.step(clip[0, 0])


def test_an_onnx_file_gives_the_numbers_of_whole_clips(model, onnx):
    assert onnx.path.suffix == ".onnx"
    assert onnx.checked_frames == 1000
    assert onnx.largest_difference < 1e-5 * max(1, onnx.largest_output)
    assert onnx.bytes == onnx.path.stat().st_size
    assert onnx.least_runtime.startswith("opset ")
    assert {"MatMul", "Relu"} <= set(onnx.operators)
    check_file(onnx.path, model)


def test_an_openvino_file_gives_the_numbers_of_whole_clips(model, openvino):
    assert openvino.checked_frames == 1000
    assert {"MatMul", "Relu", "Parameter"} <= set(openvino.operators)
    assert openvino.largest_difference < 1e-5 * max(1, openvino.largest_output)
    files = [openvino.path, openvino.path.with_suffix(".bin")]
    assert openvino.bytes == sum(each.stat().st_size for each in files)
    check_file(openvino.path, model)


@pytest.mark.every_backend
def test_a_keras_file_is_the_step(tmp_path, monkeypatch):
    # Frame by frame torch takes milliseconds for each; other tests compare all of the thousand.
    monkeypatch.setattr("keras_drnn.export.stream_file.CHECKED_FRAMES", 100)
    stack = [layers.Masking(), DelayedRNN(4, (1, 2), return_sequences=True), layers.Dense(2)]
    model = keras.Sequential([keras.Input((None, 3)), *stack])
    report = export_streaming(model, tmp_path / "step.keras")
    assert report.checked_frames == 100 and report.largest_difference < 1e-5
    step = keras.saving.load_model(tmp_path / "step.keras")
    assert sorted(each.name for each in step.inputs) == ["clock", "frame", "state"]


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("stream.pb", {}, r"ends in .tflite, .onnx, .xml, .keras. Received: path=.*stream.pb"),
        ("stream.onnx", {"form": "float16"}, "form=float32 for a file of this ending"),
    ],
)
@pytest.mark.usefixtures("no_conversion")
def test_what_is_wrong_is_said_before_the_conversion(tmp_path, name, options, message):
    model = keras.Sequential([keras.Input((None, 3)), layers.GRU(2)])
    with pytest.raises(ExportError, match=message):
        export_streaming(model, tmp_path / name, **options)


def test_a_file_that_is_wrong_is_not_written(tmp_path, monkeypatch):
    model = keras.Sequential([keras.Input((None, 3)), layers.GRU(2)])
    other = keras.Sequential([keras.Input((None, 3)), layers.GRU(2)])
    export_streaming(other, tmp_path / "other.keras")
    monkeypatch.setattr(
        "keras_drnn.export.stream_keras.KerasStream.write",
        lambda self, converted, *_: (
            shutil.copy(tmp_path / "other.keras", converted) and conversion.Content((), "")
        ),
    )
    with pytest.raises(ExportError, match="differs from Keras"):
        export_streaming(model, tmp_path / "step.keras")
    assert not (tmp_path / "step.keras").exists()


@pytest.mark.parametrize("name", ["no.onnx", "no.xml"])
@pytest.mark.parametrize("content", [None, b"no model at all"])
def test_no_model(tmp_path, name, content):
    path = Path(tmp_path / name)
    if content is not None:
        path.write_bytes(content)
    for opened in (StreamingClassifier, open_model, read_metadata):
        with pytest.raises(ValueError, match="Expected a stream as .* Received: .*no"):
            opened(path)
