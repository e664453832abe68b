"""What MLflow has of a comparison, whatever happened on the way."""

import json
import logging
import os
import subprocess
import sys
from dataclasses import replace

import keras
import numpy as np
import pytest
from run_folders import (
    begin_run,
    finish_run,
    run_path,
    set_status,
    write_comparison,
    write_history,
)

from keras_drnn.experiments.models import build_model
from keras_drnn.experiments.recipes import recipe_for
from keras_drnn.skeletons import KINECT_V1
from keras_drnn.tracking import (
    ComparisonMirror,
    TrackingError,
    check_store,
    how_to_look,
    resolve_uri,
)
from keras_drnn.tracking.store import connect
from keras_drnn.tracking.uri import without_password


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    uri = f"sqlite:///{tmp_path_factory.mktemp('store') / 'mlflow.db'}"
    check_store(uri)
    return uri


def runs(store, comparison):
    """The runs of a comparison by name."""
    client = connect(store)
    experiment = client.get_experiment_by_name("keras_drnn")
    found = client.search_runs(
        [experiment.experiment_id], f"tags.comparison = '{comparison}'", max_results=100
    )
    names = [run.info.run_name for run in found]
    assert len(set(names)) == len(names), f"a run is there twice: {names}"
    return {run.info.run_name: run for run in found}


def points(store, run, key="validation/loss"):
    history = connect(store).get_metric_history(run.info.run_id, key)
    return [(point.step, point.value) for point in history]


def check(store, folder, model="drnn", evaluations=3):
    """Everything of the run is there once."""
    found = runs(store, folder.name)
    run = found[f"{model}-seed0"]
    assert sorted(points(store, run)) == [(100 * i, 2.2 / i) for i in range(1, evaluations + 1)]
    metrics = json.loads((run_path(folder, model, 0) / "metrics.json").read_text())
    assert run.data.metrics["test/sequence_accuracy"] == metrics["test/sequence_accuracy"]
    assert run.info.status == "FINISHED"
    assert run.data.tags["mlflow.parentRunId"] == found[folder.name].info.run_id
    assert run.data.params["units"] == "150"
    files = {file.path for file in connect(store).list_artifacts(run.info.run_id)}
    assert {"model.tflite", "outcome.npz"} <= files
    return found


def test_a_comparison_is_mirrored_once_however_often_it_is_sent(store, tmp_path):
    folder = write_comparison(tmp_path / "once", seeds=1, evaluations=3)
    with ComparisonMirror(folder, store) as mirror:
        assert mirror.sync() is None
        assert mirror.sync() is None
    with ComparisonMirror(folder, store) as again:
        assert again.sync() is None
    found = check(store, folder)
    assert set(found) == {"once", "drnn-seed0", "lstm-seed0"}
    assert found["once"].info.status == "FINISHED"
    assert found["once"].data.params["data.name"] == "N-UCLA"


def test_evaluations_are_sent_as_they_come(store, tmp_path):
    folder = write_comparison(tmp_path / "growing", (), seeds=0)
    run = begin_run(folder, "drnn", 0)
    with ComparisonMirror(folder, store) as mirror:
        for evaluations in (1, 2, 3):
            write_history(run, evaluations)
            assert mirror.sync() is None
            there = runs(store, "growing")["drnn-seed0"]
            assert len(points(store, there)) == evaluations
            assert there.info.status == "RUNNING"
        finish_run(run)
    check(store, folder)


class Dies:
    """A client of which the nth call is cut off: before or after it has reached the store."""

    def __init__(self, client, nth, after):
        self._client, self._left, self._after = client, nth, after

    def __getattr__(self, name):
        method = getattr(self._client, name)
        if not callable(method):
            return method

        def call(*args, **kwargs):
            self._left -= 1
            if self._left == 0 and not self._after:
                raise KeyboardInterrupt
            result = method(*args, **kwargs)
            if self._left == 0:
                raise KeyboardInterrupt
            return result

        return call


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("nth", [1, 3, 5, 7, 9, 11, 13, 15])
def test_cut_off_at_any_call_nothing_is_missing_and_nothing_is_double(
    store, tmp_path, monkeypatch, nth, after
):
    folder = write_comparison(tmp_path / f"cut-{nth}-{after}", ("drnn",), seeds=1, evaluations=3)
    import keras_drnn.tracking.mirror as module

    with monkeypatch.context() as patch:
        patch.setattr(module, "connect", lambda uri: Dies(connect(uri), nth, after))
        try:
            # Not as a context manager: a killed process closes nothing.
            ComparisonMirror(folder, store).sync()
        except KeyboardInterrupt:
            pass
    with ComparisonMirror(folder, store) as mirror:
        assert mirror.sync() is None
    check(store, folder)


def test_a_store_that_goes_away_stops_nothing_and_gets_the_rest_later(
    store, tmp_path, monkeypatch, caplog
):
    folder = write_comparison(tmp_path / "away", ("drnn",), seeds=1, evaluations=3)
    import keras_drnn.tracking.mirror as module

    def refuse(uri):
        raise ConnectionError("nobody answers at http://me:secret@there")

    with caplog.at_level(logging.WARNING, "keras_drnn"), monkeypatch.context() as patch:
        patch.setattr(module, "connect", refuse)
        with ComparisonMirror(folder, store) as mirror:
            problems = [mirror.sync() for _ in range(3)]
    assert all("nobody answers" in problem for problem in problems)
    assert sum("Nothing is lost" in record.message for record in caplog.records) == 1
    assert "secret" not in caplog.text
    with ComparisonMirror(folder, store) as mirror:
        assert mirror.sync() is None
    check(store, folder)


def test_failures_are_told_and_taken_back(store, tmp_path):
    folder = write_comparison(tmp_path / "failed", ("drnn",), seeds=1, evaluations=3)
    run = run_path(folder, "drnn", 0)
    set_status(run, "failed", "ValueError: it diverged")
    ComparisonMirror(folder, store).close()
    there = runs(store, "failed")
    assert there["drnn-seed0"].info.status == there["failed"].info.status == "FAILED"
    assert "diverged" in there["drnn-seed0"].data.tags["error"]

    about = json.loads((run / "run.json").read_text())
    about |= {"status": "finished", "error": None, "export_error": "no file"}
    (run / "run.json").write_text(json.dumps(about))
    ComparisonMirror(folder, store).close()
    there = check(store, folder)["drnn-seed0"]
    assert there.data.tags["error"] == ""
    assert there.data.tags["export_error"] == "no file"


# MLflow warns of a type hint of its own.
@pytest.mark.filterwarnings("ignore:.*Any type hint is inferred")
def test_the_model_is_loaded_by_mlflow_in_a_process_that_knows_keras_drnn_alone(store, tmp_path):
    folder = write_comparison(tmp_path / "model", ("drnn",), seeds=1, evaluations=3)
    recipe = replace(recipe_for("drnn", preset="best", data="nucla", units=10), frame_units=4)
    model = build_model(recipe, layout=KINECT_V1, bodies=1, classes=3)
    model.save(run_path(folder, "drnn", 0) / "model.keras")
    with ComparisonMirror(folder, store) as mirror:
        assert mirror.sync() is None
    client = connect(store)
    experiment = client.get_experiment_by_name("keras_drnn").experiment_id
    run_id = runs(store, "model")["drnn-seed0"].info.run_id
    (logged,) = [
        found
        for found in client.search_logged_models([experiment])
        if found.source_run_id == run_id
    ]
    x = np.random.default_rng(0).normal(size=(2, 9, 1, 20, 3)).astype("float32")
    np.save(tmp_path / "x.npy", x)
    program = (
        "import keras_drnn, mlflow, numpy, sys\n"
        "mlflow.set_tracking_uri(sys.argv[1])\n"
        "model = mlflow.keras.load_model(sys.argv[2])\n"
        "numpy.save(sys.argv[4], model.predict(numpy.load(sys.argv[3]), verbose=0))\n"
    )
    paths = [str(tmp_path / name) for name in ("x.npy", "y.npy")]
    done = subprocess.run(
        [sys.executable, "-c", program, store, logged.model_uri, *paths],
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    expected = keras.ops.convert_to_numpy(model(x))
    np.testing.assert_allclose(np.load(paths[1]), expected, atol=1e-5)


@pytest.mark.parametrize(
    "make",
    [
        lambda path: path.write_bytes(b"not a database" * 100),
        lambda path: path.mkdir(),
    ],
    ids=["rubbish", "folder"],
)
def test_a_broken_store_is_told_before_training(tmp_path, make):
    path = tmp_path / "mlflow.db"
    make(path)
    with pytest.raises(TrackingError, match="MLFLOW_TRACKING_URI"):
        check_store(f"sqlite:///{path}")


def test_addresses(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert resolve_uri() == f"sqlite:///{tmp_path}/mlflow.db"
    assert how_to_look(resolve_uri()).startswith("mlflow ui --backend-store-uri sqlite:///")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://me:pass@word@there:5000")
    assert resolve_uri() == "http://me:pass@word@there:5000"
    assert without_password(resolve_uri()) == "http://me:***@there:5000"
    assert "pass" not in how_to_look(resolve_uri())
