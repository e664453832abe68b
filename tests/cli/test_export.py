"""`drnn export` from a run's folder, and `drnn predict` with what it wrote."""

import json

import keras
import pytest

from keras_drnn import score_bound
from keras_drnn.experiments.models import build_model
from keras_drnn.experiments.recipes import Recipe
from keras_drnn.skeletons import demo
from keras_drnn.skeletons.layouts import KINECT_V2
from keras_drnn_runtime import Recogniser, read_metadata


def test_a_stream_is_exported_with_its_labels_and_predicts(command, tmp_path):
    recipe = Recipe("drnn", units=6, delays=(1, 3), limit=10.0, spectral_norm=0.9)
    model = build_model(recipe, layout=KINECT_V2, bodies=2, classes=len(demo.ACTIONS))
    (tmp_path / "run").mkdir()
    model.save(tmp_path / "run" / "model.keras")
    labels_file = {
        "classes": list(demo.ACTIONS),
        "joints": list(KINECT_V2.joint_names),
        "bodies": 2,
        "data": "demo",
        "protocol": "cross-view",
    }
    (tmp_path / "run" / "classes.json").write_text(json.dumps(labels_file))
    assert command("data", "demo", "clips", "--subjects", "3", "--repetitions", "1").exit_code == 0
    # JAX compiles the model anew for each length: few clips are enough.
    for path in (tmp_path / "clips").glob("*.skeleton"):
        if int(path.stem[-3:]) > 2:
            path.unlink()

    arguments = ["run/model.keras", "stream.tflite", "--streaming", "--root", "clips"]
    done = command("export", *arguments, "--json", "report.json")
    assert done.exit_code == 0, done.output
    said = " ".join(done.output.split())
    assert "It takes frames of (2, 25, 3), bodies, joints, axes; 30 a second; metres in" in said
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["bytes"] == (tmp_path / "stream.tflite").stat().st_size
    assert report["signatures"] == ["step", "initial_state", "step_11", "step_10"]
    assert report["checked_frames"] > 1000
    assert report["accuracy_before"] == report["accuracy_after"]
    metadata = read_metadata(tmp_path / "stream.tflite")
    # Left running as well, by frames of the file; how scores become events is chosen here.
    assert report["stream_accuracy_before"] == report["stream_accuracy_after"]
    assert report["segment_f1_before"] == pytest.approx(report["segment_f1_after"], abs=0.05)
    assert report["false_alarms_per_hour_after"] is None
    assert Recogniser(tmp_path / "stream.tflite").step(None) is None
    assert metadata["decision"]["leave"] <= metadata["decision"]["enter"]
    assert report["score_bound"] == metadata["score_bound"] == score_bound(model) < 1e5
    assert "unbounded" not in metadata and "score bound" in said
    # Frames of a data set with a format of its own have no gaps.
    assert "input" not in metadata
    assert metadata["labels"] == list(demo.ACTIONS)
    assert metadata["joints"] == list(KINECT_V2.joint_names)
    assert (metadata["frame_rate"], metadata["delays"]) == (30, [[1, 3]])

    clip = sorted((tmp_path / "clips").glob("*.skeleton"))[0]
    predicted = []
    # The folder of the stream has no classes.json: its labels are in the file.
    for model_file in ("stream.tflite", "run/model.keras"):
        done = command("predict", model_file, str(clip), "--json", "found.json")
        assert done.exit_code == 0, done.output
        predicted += json.loads((tmp_path / "found.json").read_text())
    assert predicted[0]["label"] == predicted[1]["label"] in demo.ACTIONS
    assert predicted[0]["probability"] == pytest.approx(predicted[1]["probability"], abs=1e-5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["--log", "a/b"], "without / and :"), (["--json", "nowhere/found.json"], "nowhere")],
)
def test_what_could_not_be_written_is_reported_before_the_conversion(
    command, tmp_path, arguments, message
):
    done = command("export", "model.keras", "stream.tflite", *arguments)
    assert isinstance(done.exception, ValueError) and message in str(done.exception)


def test_predict_refuses_a_model_that_reads_no_joints(command, tmp_path):
    model = keras.Sequential([keras.Input((None, 3)), keras.layers.Dense(2)])
    model.save(tmp_path / "model.keras")
    done = command("predict", "model.keras", "clip.skeleton")
    assert isinstance(done.exception, ValueError)
    assert "model of joints" in str(done.exception)


@pytest.mark.parametrize("source", ["nowhere.keras", "notes.txt"])
def test_a_model_that_is_not_there(command, tmp_path, source):
    (tmp_path / "notes.txt").write_text("no model")
    done = command("export", source, "stream.tflite")
    assert isinstance(done.exception, ValueError)
    assert f"Received: {source}" in str(done.exception)


def test_a_stream_has_no_batch(command):
    done = command("export", "model.keras", "stream.tflite", "--streaming", "--batch-size", "4")
    assert isinstance(done.exception, ValueError)
    assert "as many streams as states are kept" in str(done.exception)
    assert "Received: batch_size=4" in str(done.exception)


def test_a_layer_that_cannot_stream_is_named(command, tmp_path):
    both = keras.layers.Bidirectional(keras.layers.LSTM(2), name="both_ways")
    keras.Sequential([keras.Input((None, 3)), both]).save(tmp_path / "model.keras")
    done = command("export", "model.keras", "stream.tflite", "--streaming")
    assert isinstance(done.exception, ValueError)
    assert "'both_ways' (Bidirectional)" in str(done.exception)
    assert not (tmp_path / "stream.tflite").exists()
