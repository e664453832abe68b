"""What an MLflow store holds of a comparison, and whether that is all of its folder, once."""

import json

from run_folders import run_path

from keras_drnn.tracking.store import connect


def runs(store, comparison):
    """The runs of a comparison by name; none is there twice."""
    client = connect(store)
    experiment = client.get_experiment_by_name("keras_drnn")
    found = client.search_runs(
        [experiment.experiment_id], f"tags.comparison = '{comparison}'", max_results=100
    )
    names = [run.info.run_name for run in found]
    assert len(set(names)) == len(names), f"a run is there twice: {names}"
    return {run.info.run_name: run for run in found}


def points(store, run, key="validation/loss"):
    """The curve of one metric, point by point."""
    history = connect(store).get_metric_history(run.info.run_id, key)
    return sorted((point.step, point.value) for point in history)


def models(store, run):
    """The MLflow models that came out of a run."""
    experiments = [run.info.experiment_id]
    return connect(store).search_logged_models(experiments, f"source_run_id = '{run.info.run_id}'")


def check_history(store, run, folder):
    """Every figure of `history.jsonl` is there once, at its step, and nothing beside them."""
    lines = [json.loads(line) for line in (folder / "history.jsonl").read_text().splitlines()]
    for key in set(lines[0]) - {"step"}:
        assert points(store, run, key) == [(line["step"], line[key]) for line in lines], key


def check_finished(store, folder, name="drnn-seed0"):
    """Everything of a finished run is there once; returns the run and its parent."""
    found = runs(store, folder.name)
    run, parent = found[name], found[folder.name]
    check_history(store, run, folder / "runs" / name)
    metrics = json.loads((folder / "runs" / name / "metrics.json").read_text())
    for key, value in metrics.items():
        # Not a point of the curve of the same name.
        key = f"final/{key}" if key.startswith("validation/") else key
        assert [value for _, value in points(store, run, key)] == [value], key
    assert run.info.status == "FINISHED"
    assert run.data.tags["mlflow.parentRunId"] == parent.info.run_id
    files = {file.path for file in connect(store).list_artifacts(run.info.run_id)}
    assert files == {"model.tflite", "outcome.npz"}
    return run, parent


def set_about(run, **changed):
    """Change what `run.json` says of a run."""
    about = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps(about | changed))


__all__ = [
    "check_finished",
    "check_history",
    "models",
    "points",
    "run_path",
    "runs",
    "set_about",
]
