"""A comparison is in MLflow whole, and once, however often it is sent."""

import numpy as np
from mirrored import check_finished, check_history, runs
from run_folders import begin_run, finish_run, run_path, write_comparison, write_history

from keras_drnn.reporting.pictures import save_pictures
from keras_drnn.tracking import ComparisonMirror
from keras_drnn.tracking.store import connect


def test_a_parent_and_a_child_for_each_model_and_seed(store, tmp_path):
    folder = write_comparison(tmp_path / "once", seeds=2, evaluations=3, synthetic=True)
    with ComparisonMirror(folder, store) as mirror:
        assert mirror.sync() is None
        assert mirror.sync() is None
    with ComparisonMirror(folder, store) as again:
        assert again.sync() is None
    names = [f"{model}-seed{seed}" for model in ("drnn", "lstm") for seed in (0, 1)]
    assert set(runs(store, "once")) == {"once", *names}
    for name in names:
        run, parent = check_finished(store, folder, name)
        model, seed = name.split("-seed")
        assert (run.data.tags["model"], run.data.tags["seed"]) == (model, seed)
        assert run.data.params["units"] == "150" and run.data.tags["protocol"] == "cross-view"
        assert run.data.params["delays"] == "[1, 3, 9]"
        assert run.data.tags["export_error"] == "none"
        for there in (run, parent):
            assert there.data.tags["backend"] == "jax"
            assert there.data.tags["synthetic"] == "true"
            assert there.data.tags["environment.keras"] == "3.15.1"
    assert parent.info.status == "FINISHED"
    assert parent.data.params["batch_size"] == "60"
    assert parent.data.params["data.protocol"] == "cross-view"
    assert parent.data.params["data.clips.test"] == "464"


def test_every_fold_has_a_run_of_its_own_that_names_it(store, tmp_path):
    folds = [("without-ana", 8), ("without-ben", 4)]
    folder = write_comparison(tmp_path / "folds", ("drnn",), seeds=2, folds=folds)
    ComparisonMirror(folder, store).close()
    found = runs(store, "folds")
    parent = found.pop("folds")
    assert {name: run.data.tags["protocol"] for name, run in found.items()} == {
        f"drnn-seed{seed}-{fold}": fold for seed in (0, 1) for fold, _ in folds
    }
    assert (parent.data.params["data.protocol"], parent.data.params["data.folds"]) == ("loso", "2")


def test_what_the_environment_says_of_runs_and_experiments_changes_nothing(
    store, tmp_path, monkeypatch
):
    client = connect(store)
    other = client.create_run(client.create_experiment("mine"), run_name="my run")
    other = client.get_run(other.info.run_id)
    monkeypatch.setenv("MLFLOW_RUN_ID", other.info.run_id)
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "mine")
    monkeypatch.setenv("MLFLOW_EXPERIMENT_ID", other.info.experiment_id)
    folder = write_comparison(tmp_path / "environment", ("drnn",), seeds=1, evaluations=2)
    ComparisonMirror(folder, store).close()
    check_finished(store, folder)
    after = client.get_run(other.info.run_id)
    assert after.to_dictionary() == other.to_dictionary()


def test_files_arrive_as_they_are(store, tmp_path):
    folder = write_comparison(tmp_path / "files", ("drnn",), seeds=1, evaluations=2)
    (folder / "report.json").write_text('{"id": "files"}')
    pictures = {path.name for path in save_pictures(folder)}
    ComparisonMirror(folder, store).close()
    run, parent = check_finished(store, folder)
    client = connect(store)
    there = {file.path for file in client.list_artifacts(parent.info.run_id)}
    assert there == {"comparison.json", "report.json"} | pictures
    assert len(pictures) == 4
    for run_id, path in [
        (run.info.run_id, run_path(folder, "drnn", 0) / "model.tflite"),
        (parent.info.run_id, folder / "confusion_drnn.png"),
    ]:
        local = client.download_artifacts(run_id, path.name, str(tmp_path))
        with open(local, "rb") as file:
            assert file.read() == path.read_bytes()


def test_a_file_that_changed_is_sent_again(store, tmp_path):
    folder = write_comparison(tmp_path / "changed", ("drnn",), seeds=1, evaluations=2)
    ComparisonMirror(folder, store).close()
    path = run_path(folder, "drnn", 0) / "outcome.npz"
    np.savez(path, confusion=np.eye(7, dtype=int))
    ComparisonMirror(folder, store).close()
    run = runs(store, "changed")["drnn-seed0"]
    local = connect(store).download_artifacts(run.info.run_id, "outcome.npz", str(tmp_path))
    assert np.load(local)["confusion"].shape == (7, 7)


def test_evaluations_are_sent_as_they_come(store, tmp_path):
    folder = write_comparison(tmp_path / "growing", (), seeds=0)
    run = begin_run(folder, "drnn", 0)
    with ComparisonMirror(folder, store) as mirror:
        for evaluations in (1, 2, 4):
            write_history(run, evaluations)
            # A line that is still being written is not there yet.
            with (run / "history.jsonl").open("a") as file:
                file.write('{"step": 9')
            assert mirror.sync() is None
            there = runs(store, "growing")["drnn-seed0"]
            write_history(run, evaluations)
            check_history(store, there, run)
            assert there.info.status == "RUNNING"
            assert runs(store, "growing")["growing"].info.status == "RUNNING"
        finish_run(run)
    check_finished(store, folder)


def test_a_folder_can_be_shown_in_two_stores(store, own_store, tmp_path):
    folder = write_comparison(tmp_path / "both", ("drnn",), seeds=1, evaluations=2)
    for uri in (store, f"sqlite:///{own_store}", store):
        ComparisonMirror(folder, uri).close()
        check_finished(uri, folder)


def test_a_run_that_was_deleted_in_mlflow_is_sent_anew(store, tmp_path):
    folder = write_comparison(tmp_path / "deleted", ("drnn",), seeds=1, evaluations=2)
    ComparisonMirror(folder, store).close()
    before, _ = check_finished(store, folder)
    connect(store).delete_run(before.info.run_id)
    ComparisonMirror(folder, store).close()
    after, _ = check_finished(store, folder)
    assert after.info.run_id != before.info.run_id
