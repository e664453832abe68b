"""Streams of models that were trained on a table: fed what a recording holds, gaps and all."""

import json
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from keras import ops
from made_clips import CLIPS, SPLIT
from recording_files import standing

from keras_drnn.data_sets.tables.row_clip import Reading
from keras_drnn.experiments import exporting
from keras_drnn.experiments.exporting import export
from keras_drnn.experiments.models import build_channel_model, build_model
from keras_drnn.experiments.prediction import predict
from keras_drnn.experiments.recipes import Recipe
from keras_drnn.experiments.recorded_frames import takes_recorded
from keras_drnn.export.streaming import StreamingModel
from keras_drnn.recordings.recording_file import RecordingFile
from keras_drnn.recordings.row import RecordingRow
from keras_drnn.skeletons.layouts import COCO_17
from keras_drnn_runtime import StreamingClassifier, read_metadata

READING = Reading((2, 17, 3), COCO_17, "frames", "-z", "centimetres", confidence=0.3)
CHANNELS = Reading((1, 3, 1), None, "frames")
RECIPE = Recipe("drnn", units=4, delays=(1, 3))


def recording(path):
    """A file of one or two people and their confidences; returns what a camera would hand over."""
    rng = np.random.default_rng(0)
    joints = np.stack([standing(COCO_17, frames=40), standing(COCO_17, frames=40) + 1], axis=1)
    joints = (100 * joints[..., [0, 2, 1]] * (1, 1, -1)).astype("float32")
    scores = rng.uniform(0.31, 1, (40, 2, 17)).astype("float32")
    scores[rng.random(scores.shape) < 0.3] = 0.2
    scores[:2, 0, :9] = 0  # not seen yet
    scores[25:28, 0] = 0  # gone, as one says it
    joints[20:24, 1] = joints[30] = 0  # and as another does
    scores[20:24, 1] = scores[30] = 1
    np.save(path, np.concatenate([joints, scores[..., None]], axis=-1))
    joints[scores < 0.3] = np.nan
    return joints


def channels(path):
    values = np.random.default_rng(0).normal(size=(40, 3)).astype("float32")
    values[np.random.default_rng(1).random(values.shape) < 0.3] = np.nan
    np.save(path, values)
    return values[:, None, :, None]


def folder_of(folder, model, reading):
    """A run's folder with a model that nobody has trained."""
    folder.mkdir()
    model.save(folder / "model.keras")
    names = ["a", "b", "c"]
    classes = {"classes": names, "joints": [], "bodies": reading.shape[0], "data": "clips"}
    classes |= {"frame_rate": 25, "reading": reading.as_json()}
    (folder / "classes.json").write_text(json.dumps(classes))
    return folder / "model.keras"


def of_joints():
    keras.utils.set_random_seed(1)
    return build_model(RECIPE, layout=COCO_17, bodies=2, classes=3)


def of_channels():
    keras.utils.set_random_seed(1)
    moments = {"mean": np.ones(3), "variance": np.full(3, 2.0)}
    return build_channel_model(RECIPE, **moments, classes=3)


CASES = {"joints": (of_joints, READING, recording), "channels": (of_channels, CHANNELS, channels)}


@pytest.mark.every_backend
@pytest.mark.parametrize("case", CASES)
def test_the_model_of_recorded_frames_is_the_trained_one_behind_the_reading(tmp_path, case):
    build, reading, record = CASES[case]
    frames, model = record(tmp_path / "new.npy"), build()
    model.save(tmp_path / "model.keras")
    whole = takes_recorded(tmp_path / "model.keras", reading)
    prepared = reading.values(RecordingRow(0, RecordingFile(tmp_path / "new.npy"), ""))
    assert np.isnan(frames).any() and not np.isnan(prepared).any()
    expected = ops.convert_to_numpy(model.predict_on_batch(prepared[None]))
    found = ops.convert_to_numpy(whole.predict_on_batch(frames[None]))
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_a_stream_of_channels_is_the_whole_clip(tmp_path):
    of_channels().save(tmp_path / "model.keras")
    model = takes_recorded(tmp_path / "model.keras", CHANNELS)
    frames = channels(tmp_path / "new.npy")
    streaming = StreamingModel(model)
    assert streaming.masks_zero_frames
    step, state, scores = streaming.step_model(), streaming.initial_state(), []
    for frame in frames:
        after = step.predict_on_batch({"frame": frame[None], **state})
        scores.append(after.pop("scores")[0])
        state = after
    expected = ops.convert_to_numpy(model.predict_on_batch(frames[None]))[0]
    np.testing.assert_allclose(np.stack(scores), expected, rtol=1e-4, atol=1e-4)


def test_a_file_that_is_fed_a_recordings_rows_says_what_the_reading_of_its_file_does(tmp_path):
    model_file = folder_of(tmp_path / "run", of_joints(), READING)
    report = export(str(model_file), tmp_path / "stream.tflite", streaming=True, skipping=False)
    assert report.checked_frames == 1100
    frames = recording(tmp_path / "new.npy")
    model = keras.saving.load_model(model_file)
    prepared = READING.values(RecordingRow(0, RecordingFile(tmp_path / "new.npy"), ""))
    expected = ops.convert_to_numpy(model.predict_on_batch(prepared[None]))[0]
    # Other numbers of the same recording would be seen:
    assert np.abs(np.diff(expected, axis=0)).max() > 0.05
    stream = StreamingClassifier(tmp_path / "stream.tflite")
    scores = np.stack([stream.step(frame) for frame in frames])
    np.testing.assert_allclose(scores, expected, rtol=1e-4, atol=1e-4)

    said = read_metadata(tmp_path / "stream.tflite")
    assert said["input"] == "recorded"
    assert said["units"].startswith("centimetres as they were recorded, -z up; a joint is NaN")
    assert "below 0.3" in said["units"]
    with pytest.raises(ValueError, match="not seen to NaN.*inf at"):
        stream.step(np.full(stream.frame_shape, np.inf, "float32"))
    (of_stream,), (of_keras,) = (
        list(predict(path, tmp_path / "new.npy"))
        for path in (tmp_path / "stream.tflite", model_file)
    )
    assert of_stream.error is None and of_stream.label == of_keras.label
    assert of_stream.probability == pytest.approx(of_keras.probability, abs=1e-4)


@pytest.fixture
def exported(monkeypatch):
    """What an export is asked for, without a conversion."""
    asked = []

    def ask(model, path, **settings):
        asked.append((model, settings))

    monkeypatch.setattr(exporting, "export_streaming", ask)
    monkeypatch.setattr(exporting, "export_litert", ask)
    return asked


@pytest.mark.parametrize("streaming, form", [(False, "float32"), (True, "int8")])
def test_whole_clips_and_int8_which_has_no_nan_take_prepared_frames(
    tmp_path, exported, streaming, form
):
    path = folder_of(tmp_path / "run", of_channels(), CHANNELS)
    export(str(path), tmp_path / "model.tflite", streaming=streaming, form=form)
    ((model, settings),) = exported
    assert model == path and "check_inputs" not in settings
    assert "input" not in settings["metadata"] and "NaN" not in settings["metadata"]["units"]


def test_clips_of_the_table_are_given_as_they_were_recorded_and_checked_with_gaps(
    tmp_path, exported, monkeypatch
):
    path = folder_of(tmp_path / "run", of_joints(), READING)
    recording(tmp_path / "new.npy")
    row = RecordingRow(0, RecordingFile(tmp_path / "new.npy"), "")
    prepared, recorded = READING.values(row), READING.recorded(row)
    clips = {"check_inputs": [prepared], "validation": [(prepared, 2)], "representative": []}
    monkeypatch.setattr(exporting, "_clips", lambda data, names: clips)
    monkeypatch.setattr(exporting, "_numbers", lambda data, names: None)
    monkeypatch.setattr(exporting, "stream_check", lambda *of: None)
    export(str(path), tmp_path / "model.tflite", streaming=True, data=...)
    ((_, settings),) = exported
    ((judged, label),) = settings["validation"]
    assert label == 2
    seen = ~np.isnan(recorded)
    np.testing.assert_allclose(judged[seen], recorded[seen], rtol=1e-5)
    assert not judged[30].any()
    (checked,) = settings["check_inputs"]
    there = ~np.isnan(checked)
    np.testing.assert_array_equal(checked[there], judged[there])
    missing = ~there.all(axis=-1)
    assert 0.2 < missing.mean() < 0.6 and missing[0].any() and missing.all(axis=-1).any()


def test_clips_are_judged_by_the_models_names_of_their_classes(tmp_path, exported):
    path = folder_of(tmp_path / "run", of_channels(), CHANNELS)
    known = json.loads(path.with_name("classes.json").read_text())
    path.with_name("classes.json").write_text(json.dumps(known | {"classes": ["c", "a", "x", "b"]}))
    data = SimpleNamespace(split=SPLIT, clips=CLIPS, name="new")
    export(str(path), tmp_path / "model.tflite", streaming=False, data=data)
    ((_, settings),) = exported
    assert [label for _, label in settings["validation"]] == [1, 3, 0]  # of a, b and c

    path.with_name("classes.json").write_text(json.dumps(known | {"classes": ["a", "c"]}))
    with pytest.raises(ValueError, match="the model knows, a, c. Received: new with b. Give"):
        export(str(path), tmp_path / "model.tflite", streaming=False, data=data)
