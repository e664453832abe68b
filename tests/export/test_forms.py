"""Number formats, what a file costs, and a long stream: one small model, converted in each form."""

import keras
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from keras import layers, ops

from keras_drnn import DelayedRNN, update_steps
from keras_drnn.export import ExportError, export_streaming
from keras_drnn.export.check import Comparison, accept, accuracies, of_keras
from keras_drnn.export.costs import multiply_adds
from keras_drnn.export.report import sequence_accuracy
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
def export(model, tmp_path_factory):
    """The file of a form and its report; each form is converted once."""
    folder, done = tmp_path_factory.mktemp("forms"), {}
    scores = [ops.convert_to_numpy(model.predict_on_batch(clip[None]))[0] for clip in clips(8)]
    # What Keras says is right, so that what quantisation loses is seen.
    judged = [(clip, int(_decision(each))) for clip, each in zip(clips(8), scores, strict=True)]

    def exported(form):
        if form not in done:
            path = folder / f"{form}.tflite"
            done[form] = (
                path,
                export_streaming(
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
        return done[form]

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
    stream.state[_clock(stream)] = np.array([[age % delay for delay in DELAYS]], "int32")
    due = [set(moments.tolist()) for moments in update_steps(DELAYS, age % 9 + 30)]
    for now in range(age % 9, age % 9 + 30):
        before = stream.state[_h(stream)][0].reshape(len(DELAYS), -1)
        stream.step(np.full(FEATURES, 0.1 * now))
        after = stream.state[_h(stream)][0].reshape(len(DELAYS), -1)
        changed = (before != after).any(axis=1)
        assert changed.tolist() == [now in moments for moments in due]
        assert (stream.state[_clock(stream)][0] < DELAYS).all()


def _clock(stream):
    return next(name for name in stream.state if name.endswith("_clock"))


def _h(stream):
    return next(name for name in stream.state if name.endswith("_h"))


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
    assert stream.state[_clock(stream)].tolist() == [[30 % delay for delay in DELAYS]]


def test_weights_are_in_the_type_that_was_asked_for(export):
    kinds = {"float16": schema.TensorType.FLOAT16, "int8": schema.TensorType.INT8}
    for form, kind in kinds.items():
        content = export(form)[0].read_bytes()
        graph = schema.ModelT.InitFromPackedBuf(content).subgraphs[0]
        assert any(t.type == kind and len(t.shape) == 2 for t in graph.tensors)


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


def test_too_much_loss_is_refused(model):
    clip = clips(1)[0]
    right = int(_decision(ops.convert_to_numpy(model.predict_on_batch(clip[None]))[0]))
    wrong = np.full((30, CLASSES), -1.0)
    wrong[:, (right + 1) % CLASSES] = 1
    with pytest.raises(ExportError, match="right on 0.0 % .* Keras on 100.0 %"):
        accuracies(model, lambda _: wrong, [(clip, right)], accuracy_loss=0.5)
    found = accuracies(model, lambda _: wrong, [(clip, right)], accuracy_loss=1)
    assert found == {"accuracy_before": 1, "accuracy_after": 0}


def test_float32_is_held_to_the_tolerance_and_nan_is_refused_in_all_forms():
    far = Comparison(difference=0.2, largest=10, agreement=1)
    accept(far, "dynamic", 1e-4)
    accept(far, "float32", 0.02)
    with pytest.raises(ExportError, match=r"differs from Keras by up to 0\.2, more than 0\.1\."):
        accept(far, "float32", 0.01)
    with pytest.raises(ExportError, match="nan"):
        accept(Comparison(np.nan, 1, 1), "int8", 1e-4)


def test_frames_without_anybody_do_not_vote():
    clip = np.ones((4, 2))
    clip[1:] = 0
    logits = np.array([[0.0, 2.0], [9.0, 0.0], [9.0, 0.0], [9.0, 0.0]])
    assert sequence_accuracy(lambda _: logits, [(clip, 1)]) == 1
    assert sequence_accuracy(lambda _: logits, [(np.ones((4, 2)), 1)]) == 0
    assert sequence_accuracy(lambda _: logits[0], [(clip, 1), (clip, 0)]) == 0.5


def test_what_is_wrong_is_said_before_the_conversion(model, tmp_path):
    path = tmp_path / "model.tflite"
    for settings, told in [
        ({"form": "int4"}, "must be one of float32, float16, dynamic, int8. Received: form='int4'"),
        ({"form": "int8"}, "training clips as `representative`"),
    ]:
        with pytest.raises(ExportError, match=told):
            export_streaming(model, path, **settings)
    with pytest.raises(ExportError, match="folder that exists"):
        export_streaming(model, tmp_path / "nowhere" / "model.tflite")


@pytest.mark.parametrize("padding_matters", [False, True])
def test_clips_are_filled_up_only_where_that_changes_nothing(padding_matters):
    """The mean over all frames of a clip is what zeros behind it would change."""
    frames = keras.Input((None, 2))
    summed = ops.cumsum(frames, axis=1)
    if padding_matters:
        summed = summed - ops.mean(frames, axis=1, keepdims=True)
    score = of_keras(keras.Model(frames, summed))
    for length in (3, 70, 64):
        clip = np.random.default_rng(length).normal(size=(length, 2)).astype("float32")
        expected = clip.cumsum(axis=0) - padding_matters * clip.mean(axis=0)
        np.testing.assert_allclose(score(clip), expected, atol=1e-4)
