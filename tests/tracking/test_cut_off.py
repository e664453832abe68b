"""A process that is killed at any moment of a sync, and the next one that goes on."""

from pathlib import Path

import keras
import mlflow.keras
import pytest
from mirrored import check_finished, models, run_path
from run_folders import write_comparison

import keras_drnn.tracking.mirror
import keras_drnn.tracking.model
from keras_drnn.tracking import ComparisonMirror
from keras_drnn.tracking.store import connect

CALLS = 22  # of a sync of one run with its model


class Killed(BaseException):
    """Unlike an `Exception`, nobody catches it."""


class Dies:
    """A client of which the nth call is cut off: before or after it has reached the store."""

    def __init__(self, client, nth, after):
        self._client, self._left, self._after = client, nth, after

    def __getattr__(self, name):
        method = getattr(self._client, name)

        def call(*args, **kwargs):
            self._left -= 1
            if self._left == 0 and not self._after:
                raise Killed
            result = method(*args, **kwargs)
            if self._left == 0:
                raise Killed
            return result

        return call


@pytest.fixture
def make_folder(tmp_path, monkeypatch):
    """A run with a model, of which the packing, which takes a second, is stood in for."""

    def save_model(model, path, mlflow_model, **_):
        Path(path).mkdir()
        mlflow_model.add_flavor("python_function")

    def write_wheel(folder):
        (folder / "a.whl").touch()
        return folder / "a.whl"

    monkeypatch.setattr(mlflow.keras, "save_model", save_model)
    monkeypatch.setattr(keras_drnn.tracking.model, "write_wheel", write_wheel)
    monkeypatch.setattr(keras_drnn.tracking.model, "requirements_of", list)

    def make(name):
        folder = write_comparison(tmp_path / name, ("drnn",), seeds=1, evaluations=3)
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
        model.save(run_path(folder, "drnn", 0) / "model.keras")
        return folder

    return make


def sync_and_die(folder, store, monkeypatch, nth, after):
    """Whether the nth call was reached."""
    with monkeypatch.context() as patch:
        patch.setattr(
            keras_drnn.tracking.mirror, "connect", lambda uri: Dies(connect(uri), nth, after)
        )
        try:
            # Not as a context manager: a killed process closes nothing.
            ComparisonMirror(folder, store).sync()
        except Killed:
            return True
    return False


def check_whole(store, folder):
    run, parent = check_finished(store, folder)
    (model,) = models(store, run)
    assert model.status == "READY"
    assert [output.model_id for output in run.outputs.model_outputs] == [model.model_id]
    assert parent.info.status == "FINISHED"


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("nth", range(1, CALLS + 1))
def test_nothing_is_missing_and_nothing_is_double(store, make_folder, monkeypatch, nth, after):
    folder = make_folder(f"cut-{nth}-{after}")
    assert sync_and_die(folder, store, monkeypatch, nth, after)
    ComparisonMirror(folder, store).close()
    check_whole(store, folder)


def test_these_are_all_the_calls(store, make_folder, monkeypatch):
    assert not sync_and_die(make_folder("all-calls"), store, monkeypatch, CALLS + 1, False)


def test_killed_again_and_again(store, make_folder, monkeypatch):
    folder = make_folder("often")
    times = 0
    # Fewer than nine calls would never get past the model, which is sent whole or again.
    while sync_and_die(folder, store, monkeypatch, 9, True):
        times += 1
        assert times < 10, "it never comes to its end"
    assert times > 1
    ComparisonMirror(folder, store).close()
    check_whole(store, folder)
