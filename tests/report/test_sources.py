"""Reports from a search, and from MLflow: the same as from the folder."""

import json
import shutil

import keras
import numpy as np
import pytest
from mlflow_stores import make_store
from run_folders import run_path, set_status, write_comparison
from searching import SPACE, quick_search
from typer.testing import CliRunner

from keras_drnn.cli.app import app
from keras_drnn.report import report_html, write_report
from keras_drnn.report.subject import open_subject
from keras_drnn.report.trainings import data_of, trainings
from keras_drnn.reporting.examples import load_examples
from keras_drnn.tracking import ComparisonMirror, TrackingError
from keras_drnn.tracking.fetch import fetch
from keras_drnn.tracking.store import connect
from keras_drnn.tuning.run_search import run_search
from keras_drnn.tuning.settings import SearchSettings

# MLflow warns of a type hint of its own.
pytestmark = pytest.mark.filterwarnings("ignore:.*Any type hint is inferred")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return make_store(tmp_path_factory.mktemp("store"), tmp_path_factory)


@pytest.fixture
def searched(tmp_path):
    settings = SearchSettings(oracle="random", trials=3, folds=1, seeds=2, steps=2, space=SPACE)
    search = quick_search(tmp_path / "search-quick-drnn", tmp_path / "log", settings)
    return search, search.folder


def test_a_search_has_its_front_and_its_winner(searched, tmp_path):
    search, folder = searched
    outcome = run_search(search, None, command="drnn tune --trials 3")
    page = report_html(folder)
    assert "Which D-RNN tells 2 actions of quick apart best (made up)" in page
    assert "3 trials finished" in page and "drnn tune --trials 3" in page
    assert "Accuracy against parameters, D-RNN" in page
    assert outcome["best"]["delays"] in page and "Left out" not in page
    # Its winner kept no decisions: that is said.
    assert "no training is finished that kept its decisions" in page
    # Before it has a winner, or any trial, there is less.
    (folder / "outcome.json").unlink()
    shutil.rmtree(folder / "winner")
    assert "The winner is not trained yet" in report_html(folder)
    shutil.rmtree(folder / "trials")
    assert "No trial has finished" in report_html(folder)


def test_what_comes_back_from_mlflow_is_what_went_there(store, trained, tmp_path, monkeypatch):
    folder = write_comparison(tmp_path / "sent", ("drnn", "lstm"), seeds=2, clean=True)
    set_status(run_path(folder, "lstm", 1), "failed", "it diverged")
    shutil.copy(trained / "runs/drnn-seed0/examples.npz", run_path(folder, "drnn", 0))
    ComparisonMirror(folder, store).close()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store)
    (tmp_path / "back").mkdir()
    back = fetch("sent", tmp_path / "back")
    here, there = open_subject(folder), open_subject(back)
    assert there.found == here.found
    for model, of_model in here.seeds.items():
        for seed, of_seed in of_model.items():
            for protocol, run in of_seed.items():
                other = there.seeds[model][seed][protocol]
                assert other.history() == run.history()
                params = run.description["params"]
                assert other.description["params"].items() >= params.items()
    assert len(load_examples(back / "runs/drnn-seed0/examples.npz")[0]) >= 4
    client = connect(store)
    experiment = client.get_experiment_by_name("keras_drnn").experiment_id
    (child,) = client.search_runs([experiment], "attributes.run_name = 'lstm-seed0'")
    # A training stands for the comparison that it belongs to.
    for number, source in enumerate((child.info.run_id, f"runs:/{child.info.run_id}")):
        (tmp_path / f"{number}").mkdir()
        assert open_subject(fetch(source, tmp_path / f"{number}")).found == here.found
    monkeypatch.chdir(tmp_path)
    assert "it diverged" in write_report("sent").read_text("utf-8")
    for wrong in ("never", "runs:/" + 32 * "0", 32 * "0"):
        with pytest.raises(TrackingError, match=f"Received: {wrong}"):
            fetch(wrong, tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/none.db")
    with pytest.raises(TrackingError, match="not yet"):
        fetch("sent", tmp_path)
    assert not (tmp_path / "none.db").exists()


def test_trained_models_come_back_with_the_data_that_they_are_of(store, tmp_path, monkeypatch):
    folder = write_comparison(tmp_path / "looking", ("drnn",), seeds=2)
    about = {"classes": ["a"], "joints": [], "bodies": 1, "data": "nucla", "frame_rate": 10}
    for seed in range(2):
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        model.set_weights([np.full((2, 1), seed), np.zeros(1)])
        run = run_path(folder, "drnn", seed)
        model.save(run / "model.keras")
        (run / "classes.json").write_text(json.dumps(about))
    ComparisonMirror(folder, store).close()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store)
    client = connect(store)
    experiment = client.get_experiment_by_name("keras_drnn").experiment_id
    query = "attributes.run_name = 'drnn-seed1' and tags.comparison = 'looking'"
    (second,) = client.search_runs([experiment], query)
    training = f"runs:/{second.info.run_id}"
    client.create_registered_model("arms")
    client.create_model_version("arms", f"{training}/drnn-seed1", run_id=second.info.run_id)
    of_one = (training, f"{training}/drnn-seed1", "models:/arms/1")
    # A comparison is all of its trainings; one of them is that one, as with their folders.
    for source, seeds in (("looking", [0, 1]), *((source, [1]) for source in of_one)):
        with trainings([source]) as found:
            assert [(each.model, each.seed) for each in found] == [("drnn", n) for n in seeds]
            for each in found:
                assert data_of(each.path) == ("nucla", 10)
                assert keras.saving.load_model(each.path).get_weights()[0][0, 0] == each.seed
    client.create_model_version("arms", f"{training}/drnn-seed1")  # of no run, so of no training
    for wrong in ("models:/arms/2", "models:/arms/3", "models:/legs/1", "models:/arms"):
        with pytest.raises(TrackingError, match=f"Received: {wrong}"):
            fetch(wrong, tmp_path)


def test_a_search_comes_back_without_its_trials(store, searched, tmp_path, monkeypatch):
    search, folder = searched
    run_search(search, store)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store)
    (tmp_path / "back").mkdir()
    back = open_subject(fetch(folder.name, tmp_path / "back"))
    here = open_subject(folder)
    assert back.outcome == here.outcome and back.found == here.found
    assert not (back.comparison.folder / "trials").exists()


def test_the_command_writes_the_file_and_says_so(tmp_path, monkeypatch):
    folder = write_comparison(tmp_path / "one", ("drnn",), seeds=1)
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["report", "one"])
    assert done.exit_code == 0, done.output
    assert done.output.startswith("one/report.html (0.") and (folder / "report.html").exists()
    done = CliRunner().invoke(app, ["report", "one", "--out", "other.html"])
    assert done.exit_code == 0 and (tmp_path / "other.html").exists()
    about = json.loads((folder / "comparison.json").read_text())
    assert about["id"] in (tmp_path / "other.html").read_text("utf-8")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/none.db")
    done = CliRunner().invoke(app, ["report", "elsewhere"])
    assert isinstance(done.exception, ValueError) and "Received: elsewhere" in str(done.exception)
