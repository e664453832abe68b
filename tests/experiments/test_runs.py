"""A run keeps what it has, whatever fails, and a later call does what is missing."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest
from export_reports import export_report
from light_keras import LIGHT

import keras_drnn
import keras_drnn.export
from keras_drnn.experiments import results, runs
from keras_drnn.experiments.data import open_data
from keras_drnn.experiments.decisions import choose_decision
from keras_drnn.experiments.recipes import recipe_for
from keras_drnn.experiments.sources import describe_model
from keras_drnn.experiments.stream_scores import StreamScores, streams_of
from keras_drnn.export import ExportError
from keras_drnn.reporting.metrics import ClipScores
from keras_drnn.skeletons.demo import generate
from keras_drnn_runtime import Decision

STEPS = 2
RECIPE = replace(
    recipe_for("drnn", preset="stream", data="demo", steps=STEPS, batch_size=4),
    units=4,
    delays=(1, 3),
    frame_units=4,
    frames=96,
)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    generate(folder / "clips", subjects=2, repetitions=1)
    return open_data(
        "demo",
        root=folder / "clips",
        protocol="cross-view",
        cache=folder / "cache",
    )


@pytest.fixture(scope="module")
def failing():
    """While there is something in this list, an export fails with it."""
    return []


@pytest.fixture(autouse=True, scope="module")
def _exported(failing):
    """The conversion, which takes many seconds, replaced."""

    def export(model, path, *, check_inputs, tolerance, metadata):
        assert metadata["labels"]
        assert all(clip.shape[1:] == (2, 25, 3) for clip in check_inputs)
        if failing:
            raise ExportError(failing[0])
        path.write_bytes(b"tflite")
        return export_report(path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keras_drnn.export, "export_litert", export)
        yield


@pytest.fixture(scope="module")
def without_export(data, failing, tmp_path_factory):
    """The folder of a run of which the export failed; not to be written to."""
    folder = tmp_path_factory.mktemp("run")
    failing.append("too different")
    runs.run(folder, "drnn", RECIPE, 0, data)
    failing.clear()
    return folder


@pytest.fixture(scope="module")
def finished(data, without_export, tmp_path_factory):
    """The folder of the same run when it is finished, and the steps that were counted."""
    folder = tmp_path_factory.mktemp("finished") / "run"
    shutil.copytree(without_export, folder)
    steps = []
    runs.run(folder, "drnn", RECIPE, 0, data, on_step=steps.append)
    return folder, steps


def description(folder):
    return json.loads((folder / "run.json").read_text())


def metrics(folder):
    return json.loads((folder / "metrics.json").read_text())


def test_a_failed_export_costs_no_accuracy_and_is_tried_again(without_export, finished):
    assert description(without_export)["status"] == "finished"
    assert "too different" in description(without_export)["export_error"]
    first = metrics(without_export)
    assert "test/sequence_accuracy" in first
    assert "litert_bytes" not in first

    folder, steps = finished
    assert set(steps) == {STEPS}, "something is trained again"
    assert description(folder)["export_error"] is None
    second = metrics(folder)
    assert second["litert_bytes"] == 6
    for key, value in first.items():
        if not key.endswith(("seconds", "milliseconds")):
            assert second[key] == value


def test_a_finished_run_is_left_as_it_is(finished, data):
    folder, _ = finished
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    runs.run(folder, "drnn", RECIPE, 0, data)
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_what_a_recipe_has_no_use_for_is_not_among_its_parameters(finished):
    folder, _ = finished
    params = description(folder)["params"]
    assert params["streams"] and params["pause"] == RECIPE.pause
    assert (params["lag"], params["memory"], params["jump"]) == (4, 20, 0.3)
    assert (params["longest_pause"], params["shortest"], params["frame_rate"]) == (20, 5, 30)
    clip_by_clip = runs.recipe_params(recipe_for("lstm", preset="best", data="demo"))
    assert not clip_by_clip["streams"] and clip_by_clip["weight_decay"] > 0
    assert clip_by_clip["lag"] == 4
    assert not {"delays", "activation", "gain", "spectral_norm"} & set(clip_by_clip)
    assert not {"pause", "longest_pause", "shortest", "jump"} & set(clip_by_clip)
    of_channels = runs.recipe_params(
        recipe_for("rnn", preset="thesis", data="demo"), of_joints=False
    )
    assert {"activation", "gain", "spectral_norm", "limit"} < set(of_channels)
    assert not {"motion", "lag", "align", "torso", "memory", "jump"} & set(of_channels)
    assert not {"delays", "weight_decay"} & set(of_channels)


def test_a_run_that_fails_is_recorded_and_does_not_raise(tmp_path, data):
    evaluated = []
    broken = replace(RECIPE, cell="rnn", learning_rate=float("nan"))
    runs.run(tmp_path, "rnn", broken, 0, data, on_evaluation=lambda: evaluated.append(1))
    assert description(tmp_path)["status"] == "failed"
    assert "diverged" in description(tmp_path)["error"]
    assert not (tmp_path / "metrics.json").exists()
    assert evaluated


def test_a_callback_that_is_named_ends_a_training_for_good_and_the_step_is_told(
    tmp_path, data, monkeypatch
):
    (tmp_path / "enough.py").write_text(
        "import keras\n"
        "def now(folder):\n"
        "    (folder / 'called').write_text('')\n"
        "    return keras.callbacks.EarlyStopping('val_loss', min_delta=99.0)\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    folder, recipe, seen = tmp_path / "run", replace(RECIPE, steps=4), []
    runs.run(folder, "drnn", recipe, 0, data, callbacks=["enough:now"])
    # The loss never falls by so much, so it ends after the second of four evaluations.
    assert metrics(folder)["trained_steps"] == 2 and description(folder)["status"] == "finished"
    assert len((folder / "history.jsonl").read_text().splitlines()) == 2
    assert (folder / "called").exists()
    # Measured again from its checkpoint, it is not trained any further.
    (folder / "run.json").unlink()
    how = {"callbacks": ["enough:now"], "on_step": seen.append}
    runs.run(folder, "drnn", recipe, 0, data, **how)
    assert metrics(folder)["trained_steps"] == 2 and set(seen) == {4}


def test_the_figures_are_those_of_the_test_clips(finished, data):
    folder, _ = finished
    reached = metrics(folder)
    outcome = np.load(folder / "outcome.npz")
    assert outcome["confusion"].sum() == len(data.split.test)
    right = np.trace(outcome["confusion"]) / len(data.split.test)
    assert reached["test/sequence_accuracy"] == pytest.approx(right)
    assert outcome["accuracy_by_fraction"][-1] == pytest.approx(right)
    chosen = data.subsets["order"]
    labels = data.split.labels[data.split.test]
    of_order = outcome["confusion"][np.unique(labels[chosen])]
    expected = np.diagonal(outcome["confusion"])[np.unique(labels[chosen])].sum() / of_order.sum()
    assert reached["order/sequence_accuracy"] == pytest.approx(expected)


def test_a_model_is_measured_left_running_as_well_if_it_can_be(finished, data):
    reached = metrics(finished[0])
    for part, of in (("stream", "test"), ("stream/order", "order")):
        assert reached[f"{part}/clips"] == reached[f"{of}/clips"]
        assert reached[f"{part}/frames"] == reached[f"{of}/frames"]
        frames, seconds = (reached[f"{part}/delay_{unit}"] for unit in ("frames", "seconds"))
        assert reached[f"{part}/settled"] == 0 or seconds == pytest.approx(frames / 30)
    shares = [reached[f"stream/segment_f1_{overlap}"] for overlap in (10, 25, 50)]
    assert shares == sorted(shares, reverse=True)
    # How scores become events is kept beside the model, and is in what an exported file says.
    decision = Decision.of(describe_model(finished[0] / "model.keras")["decision"])
    assert decision.enter >= decision.leave and decision.background == ()


def test_how_events_are_told_is_chosen_on_the_validation_clips_alone(data, monkeypatch):
    classes, chosen_on = len(data.split.class_names), []

    def said(model, streams):
        return [
            StreamScores(each, np.zeros((each.length, classes)), np.ones(each.length, bool))
            for each in streams
        ]

    def choose(scores, *how):
        chosen_on.extend(each.stream for each in scores)
        return choose_decision(scores, *how)

    monkeypatch.setattr(results, "stream_scores", said)
    monkeypatch.setattr(results, "choose_decision", choose)
    model: Any = None
    results._of_streams(model, data)
    validation = data.split.validation
    assert [[each.label for each in stream.segments] for stream in chosen_on] == [
        [each.label for each in stream.segments] for stream in streams_of(data, validation)
    ]
    frames = sum(len(data.clips[int(clip)].joints) for clip in validation)
    assert sum(stream.length for stream in chosen_on) == frames


def test_a_model_that_reads_backwards_too_is_not_left_running(data, monkeypatch):
    def said(model, clips, chosen, labels):
        return [ClipScores(np.zeros((1, 99)), np.ones(1, bool), int(label)) for label in labels]

    monkeypatch.setattr(results, "clip_scores", said)
    monkeypatch.setattr(results, "accuracy_of_beginnings", lambda *_: np.zeros(10))
    monkeypatch.setattr(results, "latency_milliseconds", lambda *_: 1.0)
    monkeypatch.setattr(results, "stream_scores", None)
    monkeypatch.setattr(results, "choose_examples", lambda *_: [])
    model: Any = SimpleNamespace(count_params=lambda: 1)
    recipe = replace(RECIPE, bidirectional=True)
    reached, outcome, decision, _ = results.measure(
        model, recipe, data, [{"step": 1, "seconds": 1.0}]
    )
    assert decision is None
    # It has seen the whole clip before it says anything.
    assert "first_right" not in outcome
    assert "test/clips" in reached and not any(key.startswith("stream") for key in reached)


# In a process that has imported nothing else of the package.
LOAD = """
import json, sys
import keras_drnn, keras, numpy as np

model = keras.saving.load_model(sys.argv[1])
# TensorFlow would trace each of what follows, for seconds.
model.run_eagerly = keras.backend.backend() == "tensorflow"
x, y = np.load(sys.argv[2]), np.load(sys.argv[3])
loss, accuracy = model.evaluate(x, y, verbose=0)
steps = int(model.optimizer.iterations)
rate = model.optimizer.get_config()["learning_rate"]["config"]
scores = model.predict(x, verbose=0).tolist()
model.train_on_batch(x, y)
print(json.dumps([loss, accuracy, steps, rate, model.loss.get_config(), scores]))
"""


@pytest.mark.every_backend
def test_the_saved_model_goes_on_where_only_the_package_was_imported(without_export, tmp_path):
    file = without_export / "model.keras"
    rng = np.random.default_rng(0)
    np.save(tmp_path / "x.npy", x := rng.normal(size=(3, 8, 2, 25, 3)).astype("float32"))
    np.save(tmp_path / "y.npy", y := np.array([[1] * 8, [0] * 5 + [-1] * 3, [2] * 8]))
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            LIGHT + LOAD,
            file,
            tmp_path / "x.npy",
            tmp_path / "y.npy",
        ],
        env=os.environ | {"PYTHONPATH": str(Path(keras_drnn.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    loss, accuracy, steps, rate, config, scores = json.loads(done.stdout.splitlines()[-1])
    model = keras.saving.load_model(file)
    model.run_eagerly = keras.backend.backend() == "tensorflow"
    assert (loss, accuracy) == pytest.approx(model.evaluate(x, y, verbose=0), rel=1e-5)
    expected = model.predict(x, verbose=0)
    np.testing.assert_allclose(scores, expected, rtol=1e-4, atol=1e-5)
    assert steps == STEPS
    assert rate["warmup_target"] == RECIPE.learning_rate
    assert config["clip_weight"] == RECIPE.clip_loss > 0
