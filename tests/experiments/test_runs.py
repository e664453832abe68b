"""A run keeps what it has, whatever fails, and a later call does what is missing."""

import json
from dataclasses import replace

import numpy as np
import pytest
from export_reports import export_report

import keras_drnn.export
from keras_drnn.experiments import runs
from keras_drnn.experiments.data import open_data
from keras_drnn.experiments.recipes import recipe_for
from keras_drnn.export import ExportError
from keras_drnn.skeletons.demo import generate

RECIPE = replace(
    recipe_for("drnn", preset="best", data="demo", steps=2, batch_size=4, units=10),
    frame_units=4,
    frames=16,
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


@pytest.fixture
def exported(monkeypatch):
    """The conversion, which takes many seconds, replaced; it fails while the list says so."""
    failing = []

    def export(model, path, *, check_inputs, tolerance, metadata):
        assert metadata["labels"]
        assert all(clip.shape[1:] == (2, 25, 3) for clip in check_inputs)
        if failing:
            raise ExportError(failing[0])
        path.write_bytes(b"tflite")
        return export_report(path)

    monkeypatch.setattr(keras_drnn.export, "export_litert", export)
    return failing


def about(folder):
    return json.loads((folder / "run.json").read_text())


def metrics(folder):
    return json.loads((folder / "metrics.json").read_text())


def test_a_failed_export_costs_no_accuracy_and_is_tried_again(tmp_path, data, exported):
    exported.append("too different")
    runs.run(tmp_path, "drnn", RECIPE, 0, data)
    assert about(tmp_path)["status"] == "finished"
    assert "too different" in about(tmp_path)["export_error"]
    first = metrics(tmp_path)
    assert "test/sequence_accuracy" in first
    assert "litert_bytes" not in first

    exported.clear()
    steps = []
    runs.run(tmp_path, "drnn", RECIPE, 0, data, on_step=steps.append)
    assert set(steps) == {2}, "nothing is trained again"
    assert about(tmp_path)["export_error"] is None
    second = metrics(tmp_path)
    assert second["litert_bytes"] == 6
    for key, value in first.items():
        if not key.endswith(("seconds", "milliseconds")):
            assert second[key] == value


def test_a_finished_run_is_left_as_it_is(tmp_path, data, exported):
    runs.run(tmp_path, "drnn", RECIPE, 0, data)
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    runs.run(tmp_path, "drnn", RECIPE, 0, data)
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


def test_a_run_that_fails_is_recorded_and_does_not_raise(tmp_path, data, exported):
    evaluated = []
    broken = replace(RECIPE, learning_rate=float("nan"))
    runs.run(tmp_path, "drnn", broken, 0, data, on_evaluation=lambda: evaluated.append(1))
    assert about(tmp_path)["status"] == "failed"
    assert "diverged" in about(tmp_path)["error"]
    assert not (tmp_path / "metrics.json").exists()
    assert evaluated


def test_the_figures_are_those_of_the_test_clips(tmp_path, data, exported):
    runs.run(tmp_path, "drnn", RECIPE, 0, data)
    found = metrics(tmp_path)
    outcome = np.load(tmp_path / "outcome.npz")
    assert outcome["confusion"].sum() == len(data.split.test)
    right = np.trace(outcome["confusion"]) / len(data.split.test)
    assert found["test/sequence_accuracy"] == pytest.approx(right)
    assert outcome["accuracy_by_fraction"][-1] == pytest.approx(right)
    chosen = data.subsets["order"]
    labels = data.split.labels[data.split.test]
    of_order = outcome["confusion"][np.unique(labels[chosen])]
    expected = np.diagonal(outcome["confusion"])[np.unique(labels[chosen])].sum() / of_order.sum()
    assert found["order/sequence_accuracy"] == pytest.approx(expected)
