"""Number formats, what a file costs, and a long stream: one small model, converted in each form."""

import json
from pathlib import Path

import keras
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from keras import layers, ops
from tflite_files import relu_model

from keras_drnn import DelayedRNN, update_steps
from keras_drnn.export import ExportError, conversion, export_litert, export_streaming
from keras_drnn.export.costs import multiply_adds
from keras_drnn_runtime import StreamingClassifier, read_metadata

FEATURES, UNITS, DELAYS, CLASSES = 40, 96, (1, 3, 9), 5


def clips(count, frames=30):
    rng = np.random.default_rng(0)
    return [rng.normal(size=(frames, FEATURES)).astype("float32") for _ in range(count)]


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(5)
    recurrent = DelayedRNN(UNITS, DELAYS, return_sequences=True, bias_initializer="random_normal")
    return keras.Sequential([keras.Input((None, FEATURES)), recurrent, layers.Dense(CLASSES)])


@pytest.fixture(scope="module")
def export(model, shared):
    """The file of a form and its report."""
    scores = [ops.convert_to_numpy(model.predict_on_batch(clip[None]))[0] for clip in clips(8)]
    # What Keras says is right, so that what quantisation loses is seen.
    judged = [(clip, int(_decision(each))) for clip, each in zip(clips(8), scores, strict=True)]

    def exported(form):
        return shared(
            form,
            lambda path: export_streaming(
                model,
                path,
                form=form,
                # One array, as people have them, or a list of clips: both are sequences.
                check_inputs=np.stack(clips(8)),
                representative=np.stack(clips(8)),
                validation=judged,
                accuracy_loss=0.3,
            ),
        )

    return exported


def _decision(logits):
    logits = logits - logits.max(axis=-1, keepdims=True)
    return (logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))).sum(axis=0).argmax()


def test_ten_thousand_frames_are_those_of_the_whole_clip(model, export):
    path, _ = export("float32")
    clip = np.random.default_rng(1).normal(size=(10_000, FEATURES)).astype("float32")
    expected = ops.convert_to_numpy(model.predict_on_batch(clip[None]))[0]
    for skipping in (True, False):
        classifier = StreamingClassifier(path, skipping=skipping)
        np.testing.assert_allclose(classifier.predict(clip), expected, atol=1e-5)


def test_the_clock_stays_within_its_delays_and_keeps_the_schedule(export):
    """Started a little before 2**31 frames have passed, as if it had run for years."""
    path, _ = export("float32")
    stream = StreamingClassifier(path).open_stream()
    age = 2**31 - 5
    stream.state["clock"] = np.array([[age % delay for delay in DELAYS]], "int32")
    due = [set(moments.tolist()) for moments in update_steps(DELAYS, age % 9 + 30)]
    for now in range(age % 9, age % 9 + 30):
        before = stream.state["state"][0].reshape(len(DELAYS), -1)
        stream.step(np.full(FEATURES, 0.1 * now))
        after = stream.state["state"][0].reshape(len(DELAYS), -1)
        changed = (before != after).any(axis=1)
        assert changed.tolist() == [now in moments for moments in due]
        assert (stream.state["clock"][0] < DELAYS).all()


@pytest.mark.parametrize("form", ["float16", "dynamic", "int8"])
def test_every_form_is_smaller_and_ranks_as_before(export, form):
    path, report = export(form)
    full, _ = export("float32")
    assert report.form == read_metadata(path)["form"] == form
    assert report.bytes == path.stat().st_size < 0.8 * full.stat().st_size
    assert 0 < report.largest_difference < 1
    assert report.top1_agreement > 0.85
    assert report.accuracy_before == 1
    assert report.accuracy_after >= 0.7
    # Whole numbers stay whole: the clock that came back is the clock that was counted.
    stream = StreamingClassifier(path).open_stream()
    for frame in clips(1)[0]:
        stream.step(frame)
    assert stream.state["clock"].tolist() == [[30 % delay for delay in DELAYS]]


def test_weights_are_in_the_type_that_was_asked_for(export):
    kinds = {"float16": schema.TensorType.FLOAT16, "int8": schema.TensorType.INT8}
    for form, kind in kinds.items():
        content = export(form)[0].read_bytes()
        graph = schema.ModelT.InitFromPackedBuf(content).subgraphs[0]
        assert any(t.type == kind and len(t.shape) == 2 for t in graph.tensors)


def test_the_report_says_which_runtime_a_file_needs(export):
    """Int8 weights take an operator of a later version than float32 ones."""
    version = {form: export(form)[1].least_runtime for form in ("float32", "float16", "dynamic")}
    numbers = {form: tuple(map(int, each.split("."))) for form, each in version.items()}
    assert (2, 0, 0) < numbers["float32"] == numbers["float16"] < numbers["dynamic"]


def test_a_form_that_changes_nothing_is_told(tmp_path, monkeypatch):
    """Of a model so small that the converter leaves all of its weights in float32."""
    small = keras.Sequential([keras.Input((None, 3)), layers.Activation("relu")])

    def start(job_file):
        job = json.loads(job_file.read_text())
        Path(job["converted"]).write_bytes(relu_model((1, -1, 3)))
        return 0, ""

    monkeypatch.setattr(conversion, "start_process", start)
    with pytest.warns(UserWarning, match='form="dynamic" has changed nothing') as warned:
        export_litert(small, tmp_path / "model.tflite", form="dynamic")
    assert warned[0].filename == __file__


def test_signatures_share_their_weights(model, export):
    _, report = export("float32")
    weights = 4 * model.count_params()
    assert len(report.signatures) == 5
    assert weights < report.bytes < weights + 9_000


def test_the_report_tells_what_a_frame_costs(model, export):
    _, report = export("float32")
    n = UNITS // 3
    groups = [FEATURES * n + n * n, 2 * n * n, 2 * n * n]
    head = UNITS * CLASSES
    assert report.multiply_adds_worst == sum(groups) + head
    assert report.multiply_adds == pytest.approx(groups[0] + groups[1] / 3 + groups[2] / 9 + head)
    assert multiply_adds(model, skipping=False)["multiply_adds"] == sum(groups) + head
    # A frame, the state before and the state behind it, and the scores, at the least.
    assert 4 * (FEATURES + 2 * UNITS + CLASSES) < report.arena_bytes < 10_000
    assert report.checked_frames == 8 * 30 + 1000
    assert 0 < report.latency_milliseconds <= report.latency_p95_milliseconds


@pytest.mark.usefixtures("no_conversion")
def test_what_is_wrong_is_said_before_the_conversion(model, tmp_path):
    path = tmp_path / "model.tflite"
    for options, message in [
        ({"form": "int4"}, "must be one of float32, float16, dynamic, int8. Received: form='int4'"),
        ({"form": "int8"}, "training clips as `representative`"),
    ]:
        with pytest.raises(ExportError, match=message):
            export_streaming(model, path, **options)
    with pytest.raises(ExportError, match="folder that exists"):
        export_streaming(model, tmp_path / "nowhere" / "model.tflite")
