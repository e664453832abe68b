"""Failures are told in MLflow, and taken back when the run comes to its end after all."""

import pytest
from mirrored import check_finished, run_path, runs, set_about
from run_folders import begin_run, finish_run, set_status, write_comparison, write_history

from keras_drnn.tracking import ComparisonMirror


def test_a_failed_run(store, tmp_path):
    folder = write_comparison(tmp_path / "failed", ("drnn", "lstm"), seeds=1, evaluations=3)
    run = run_path(folder, "drnn", 0)
    set_status(run, "failed", "ValueError: it diverged")
    ComparisonMirror(folder, store).close()
    there = runs(store, "failed")
    assert there["drnn-seed0"].info.status == there["failed"].info.status == "FAILED"
    assert there["drnn-seed0"].data.tags["error"] == "ValueError: it diverged"
    assert "drnn-seed0" in there["failed"].data.tags["error"]
    assert "lstm" not in there["failed"].data.tags["error"]
    check_finished(store, folder, "lstm-seed0")

    set_status(run, "finished")
    ComparisonMirror(folder, store).close()
    for there in check_finished(store, folder):
        assert there.info.status == "FINISHED"
        assert there.data.tags["error"] == ""


def test_a_failed_export(store, tmp_path):
    folder = write_comparison(tmp_path / "export", ("drnn",), seeds=1, evaluations=3)
    run = run_path(folder, "drnn", 0)
    set_about(run, export_error="ExportError: differs by 0.38")
    ComparisonMirror(folder, store).close()
    there, parent = check_finished(store, folder)
    assert there.data.tags["export_error"] == "ExportError: differs by 0.38"
    assert parent.info.status == "FINISHED"

    set_about(run, export_error=None)
    ComparisonMirror(folder, store).close()
    there, _ = check_finished(store, folder)
    assert there.data.tags["export_error"] == "none"


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError("no space left")])
def test_an_interrupted_comparison_goes_on(store, tmp_path, error):
    kind = type(error).__name__
    folder = write_comparison(tmp_path / kind, ("lstm",), seeds=1, evaluations=3)
    run = begin_run(folder, "drnn", 0)
    write_history(run, 2)
    with pytest.raises(type(error)), ComparisonMirror(folder, store):
        raise error
    there = runs(store, kind)
    told = "interrupted" if kind == "KeyboardInterrupt" else "no space left"
    for name in (kind, "drnn-seed0"):
        assert there[name].info.status == "FAILED"
        assert told in there[name].data.tags["error"]
    check_finished(store, folder, "lstm-seed0")

    mirror = ComparisonMirror(folder, store)
    mirror.sync()
    there = runs(store, kind)
    for name in (kind, "drnn-seed0"):
        assert there[name].info.status == "RUNNING"
        assert there[name].data.tags["error"] == ""
    write_history(run, 4)
    finish_run(run)
    mirror.close()
    _, parent = check_finished(store, folder)
    assert parent.info.status == "FINISHED"


def test_an_error_longer_than_mlflow_takes(store, tmp_path, capfd):
    folder = write_comparison(tmp_path / "long", ("drnn",), seeds=1, evaluations=3)
    set_status(run_path(folder, "drnn", 0), "failed", "It diverged. " * 3000)
    assert ComparisonMirror(folder, store).close() is None
    assert runs(store, "long")["drnn-seed0"].data.tags["error"].startswith("It diverged. ")
    assert capfd.readouterr().err == ""
