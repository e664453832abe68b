"""A comparison as a whole."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from recording_tables import rows, write_table

from keras_drnn.experiments import comparison
from keras_drnn.experiments.comparison import ComparisonSettings, compare
from keras_drnn.experiments.data import read_data
from keras_drnn.experiments.folds import split_folds
from keras_drnn.experiments.recorded_run import record_run
from keras_drnn.reporting.tables import caption
from keras_drnn.system.locks import LockHeldError, hold


def test_two_comparisons_in_one_folder_are_refused(tmp_path):
    untouched = SimpleNamespace()
    with hold(tmp_path / ".lock", "held"):
        with pytest.raises(LockHeldError, match="this comparison .* give another --out"):
            compare(tmp_path, ComparisonSettings(("drnn",)), untouched, "", on_run=pytest.fail)
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


class NoMirror:
    """In place of MLflow."""

    def __init__(self, *arguments):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *arguments):
        pass

    def sync(self):
        pass


@pytest.fixture
def trained(monkeypatch):
    """Trainings that take no time: what was trained, and what happens to some, by their names."""
    done, fate = [], {}

    def run(folder, model, recipe, seed, data, *, callbacks, on_step, on_evaluation):
        def train():
            if folder.name in fate:
                raise fate.pop(folder.name)
            done.append(folder.name)
            test = len(data.split.test)
            confusion = np.diag([test - 1, 1])
            curve = np.ones(10)
            np.savez(
                folder / "outcome.npz",
                confusion=confusion,
                fractions=curve,
                accuracy_by_fraction=curve,
            )
            return {
                "parameters": 3,
                "test/clips": test,
                "test/frames": test,
                "test/ever_correct": 1,
            }

        record_run(
            folder,
            model=model,
            protocol=data.protocol.name,
            seed=seed,
            params={},
            train=train,
            check_inputs=list,
            on_evaluation=on_evaluation,
        )

    monkeypatch.setattr(comparison.runs, "run", run)
    monkeypatch.setattr(comparison, "ComparisonMirror", NoMirror)
    monkeypatch.setattr("keras_drnn.experiments.recorded_run._export", lambda *arguments: {})
    return done, fate


def test_folds_go_on_where_they_were_interrupted_and_one_that_fails_stops_none(tmp_path, trained):
    done, fate = trained
    table = write_table(tmp_path, rows("abc"))
    given = {"root": None, "cache": tmp_path / "cache", "layout": "coco_17", "split": "loso"}
    folds = split_folds(read_data(str(table), **given))

    def go():
        settings = ComparisonSettings(("drnn",), seeds=1, steps=4)
        return compare(tmp_path / "all", settings, folds, "", on_run=lambda *run: lambda step: None)

    fate["drnn-seed0-without-b"] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        go()
    assert done == ["drnn-seed0-without-a"]
    fate["drnn-seed0-without-b"] = RuntimeError("no luck")
    found = go()
    assert done == ["drnn-seed0-without-a", "drnn-seed0-without-c"] and not found["complete"]
    failed = found["models"]["drnn"]["runs"][1]
    assert (failed["protocol"], failed["error"]) == ("without-b", "RuntimeError: no luck")
    # Given again, the command does what is missing, and no more.
    found = go()
    assert done[2:] == ["drnn-seed0-without-b"] and found["complete"]
    assert np.sum(found["models"]["drnn"]["confusion"]) == 6 == len(folds.clips)
    assert json.loads((tmp_path / "all" / "report.json").read_text()) == found


def compare_one(tmp_path):
    table = write_table(tmp_path, rows("abc"))
    given = {"root": None, "cache": tmp_path / "cache", "layout": "coco_17", "split": "loso"}
    folds = split_folds(read_data(str(table), protocol="without-b", **given), "without-b")
    settings = ComparisonSettings(("drnn",), steps=4)
    return compare(tmp_path / "all", settings, folds, None, on_run=lambda *run: lambda step: None)


def test_without_a_store_there_is_no_mirror(tmp_path, trained, monkeypatch):
    done, _ = trained
    monkeypatch.setattr(comparison, "ComparisonMirror", pytest.fail)
    compare_one(tmp_path)
    assert done == ["drnn-seed0"]


@pytest.mark.parametrize("gpu", ["NVIDIA H200", None])
def test_a_comparison_names_the_gpu_that_computed_it(tmp_path, trained, monkeypatch, gpu):
    monkeypatch.setattr(comparison, "accelerator", lambda: gpu)
    found = compare_one(tmp_path)
    assert found["environment"].get("accelerator") == gpu
    assert caption(found).endswith(f" cores, {gpu}." if gpu else " cores.")
