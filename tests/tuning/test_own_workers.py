"""Several processes search on data of one's own, with a model of one's own."""

import importlib
import os
import threading
from dataclasses import replace

import pytest
from light_keras import LIGHT
from own_sequences import SETTINGS, TEST, X, Y
from searching import environment

from keras_drnn.tuning import own_worker, search
from keras_drnn.tuning.arrays import ArraySequences
from keras_drnn.tuning.own_objective import OwnObjective
from keras_drnn.tuning.workers import with_workers

pytestmark = pytest.mark.usefixtures("no_pictures")

MODEL = """
import keras
from keras_drnn import DelayedRNN

def build(values):
    layers = [DelayedRNN(values["units"], values["delays"]), keras.layers.Dense(2)]
    model = keras.Sequential(layers)
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model
"""


@pytest.fixture
def build(tmp_path, monkeypatch):
    """Of a module that a new process finds nowhere by itself."""
    (tmp_path / "a_model_of_ones_own.py").write_text(MODEL)
    monkeypatch.syspath_prepend(tmp_path)
    return importlib.import_module("a_model_of_ones_own").build


def test_workers_are_sent_the_data_and_the_model(tmp_path, build, monkeypatch):
    # What Python runs first, the worker runs.
    (tmp_path / "light" / "sitecustomize.py").parent.mkdir()
    (tmp_path / "light" / "sitecustomize.py").write_text(LIGHT)
    path = f"{tmp_path / 'light'}{os.pathsep}{environment()['PYTHONPATH']}"
    monkeypatch.setenv("PYTHONPATH", path)
    monkeypatch.setattr("keras_drnn.export.export_litert", lambda *given, **how: 1 / 0)
    asked = []

    def one_worker(count, command):
        asked.append(count)
        return with_workers(1, command)

    monkeypatch.setattr("keras_drnn.tuning.workers.with_workers", one_worker)
    folder = tmp_path / "s"
    settings = replace(SETTINGS, folds=1, trials=1, steps=4)
    of_the_program = lambda values: build(values)  # noqa: E731
    of_the_program.__module__ = "__main__"
    of_the_program.__qualname__ = "own"
    outcome = search(folder, X, Y, test=TEST, build=of_the_program, settings=settings, workers=2)
    assert asked == [2] and outcome["counts"]["finished"] == 1
    assert outcome["winner"]["params"]["build"] == "__main__.own"
    # The data are not left behind.
    assert sorted(path.name for path in (folder / "workers").iterdir()) == ["worker0"]


def test_what_cannot_be_sent_is_refused_before_any_trial(monkeypatch):
    monkeypatch.setattr(OwnObjective, "_check_build", lambda *given: None)
    lock = threading.Lock()

    def locked(values):
        with lock:
            return None

    data = ArraySequences(X, Y, test=TEST, folds=1)
    with pytest.raises(
        ValueError, match=r"With several workers `build` must .*: TypeError: .*lock"
    ):
        own_worker.with_own_workers(2, OwnObjective(data, SETTINGS, locked))
    data.lock = lock
    with pytest.raises(ValueError, match="With several workers the data must"):
        own_worker.with_own_workers(2, OwnObjective(data, SETTINGS))


@pytest.mark.parametrize("workers", [0, 1.5, True])
def test_workers_are_a_whole_number(tmp_path, workers):
    with pytest.raises(ValueError, match="`workers` must be a whole number from 1 up"):
        search(tmp_path / "s", X, Y, test=TEST, workers=workers)
