"""Searches on arrays of one's own: what is held out, trained, measured and left."""

import json
from dataclasses import replace
from itertools import islice
from pathlib import Path

import keras
import numpy as np
import pytest
from own_sequences import SETTINGS, TEST, VALUES, X, Y
from searching import distinct

from keras_drnn.tuning import own_objective
from keras_drnn.tuning.array_batches import measured, measured_in_batches
from keras_drnn.tuning.arrays import ArraySequences
from keras_drnn.tuning.folds import group_folds
from keras_drnn.tuning.limits import Limits
from keras_drnn.tuning.own_objective import OwnObjective
from keras_drnn.tuning.search_own_data import search


def objective(settings=SETTINGS, x=X, y=Y, test=TEST, **how):
    size = {"folds": settings.folds, "batch_size": settings.batch_size}
    return OwnObjective(ArraySequences(x, y, test=test, **size, **how), settings)


def test_a_search_on_arrays_from_its_first_trial_to_its_exported_winner(tmp_path):
    seen = []
    how = {"test": TEST, "on_progress": seen.append}
    first = search(tmp_path / "s", X, Y, settings=SETTINGS, **how)
    assert first["counts"] == {"finished": 2, "failed": 0, "infeasible": 0}
    assert distinct(first) == 2 and seen[-1].done == 2
    assert first["data"]["clips"] == {"train": 32, "validation": 8, "test": 12}
    # An easy task, and right from the first epochs on.
    assert first["best"]["score"] > 0.9
    winner = first["winner"]
    assert winner["mean"]["test/sequence_accuracy"] > 0.9 and winner["export_errors"] == []
    folder = tmp_path / "s" / "winner" / winner["chosen"]
    model = keras.saving.load_model(folder / "model.keras")
    assert winner["mean"]["parameters"] == model.count_params() == first["best"]["parameters"]
    accuracy = (model.predict(TEST[0], verbose=0).argmax(-1) == TEST[1]).mean()
    assert winner["mean"]["test/sequence_accuracy"] == pytest.approx(accuracy)
    assert (folder / "model.tflite").exists()
    # Nothing is done twice; with more trials it goes on.
    trained = {path: path.stat().st_mtime_ns for path in tmp_path.glob("s/*/*/metrics.json")}
    again = search(tmp_path / "s", X, Y, settings=SETTINGS, **how)
    assert again["trials"] == first["trials"] and again["winner"] == winner
    assert all(path.stat().st_mtime_ns == when for path, when in trained.items())
    # Other arrays are another search.
    with pytest.raises(ValueError, match="begun with other settings.*arrays was"):
        search(tmp_path / "s", X + 1, Y, settings=SETTINGS, **how)


def test_a_training_goes_on_where_it_was_interrupted(tmp_path):
    candidate = objective().candidate(VALUES)
    at_once = candidate.train_fold(tmp_path / "whole", 1, lambda step: None)

    def interrupt(step):
        if step == 12:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        candidate.train_fold(tmp_path / "parts", 1, interrupt)
    lines = (tmp_path / "parts" / "history.jsonl").read_text().splitlines()
    assert 0 < len(lines) < len(at_once)
    in_parts = candidate.train_fold(tmp_path / "parts", 1, lambda step: None)
    assert [entry["step"] for entry in in_parts] == [entry["step"] for entry in at_once]
    for entry, expected in zip(in_parts, at_once, strict=True):
        assert entry["validation/loss"] == pytest.approx(expected["validation/loss"], rel=1e-5)


def test_limits_hold_for_arrays_too(tmp_path, monkeypatch):
    monkeypatch.setattr(own_objective, "export_latency", lambda model, sequence, scratch: 2.0)
    assert objective().candidate(VALUES).latency_milliseconds(Path()) == 2.0
    cost = objective().candidate(VALUES).cost
    assert cost.parameters == objective().build(objective().candidate(VALUES).recipe).count_params()
    settings = replace(SETTINGS, limits=Limits(parameters=9))
    with pytest.raises(ValueError, match="Widen it, or allow more"):
        search(tmp_path, X, Y, test=TEST, settings=settings)


def test_folds_hold_every_group_out_once_as_a_whole():
    groups = np.repeat(np.arange(10), 4)
    own = objective(groups=groups).data
    assert own.folds == 2
    for parts in own.parts:
        assert not set(groups[parts.train]) & set(groups[parts.validation])
    held = np.concatenate([parts.validation for parts in own.parts])
    assert sorted(held) == list(range(40))
    # One fold is the part that is held out for the winner, a fifth.
    one = objective(replace(SETTINGS, folds=1), groups=groups).data
    assert one.parts == [one.winner_parts] and len(one.winner_parts.validation) == 8
    with pytest.raises(ValueError, match="Received: 3 groups"):
        group_folds(np.arange(3), np.zeros(3, int), 4)
    with pytest.raises(ValueError, match="no training sequence is left of class 1"):
        group_folds(np.arange(4), np.array([0, 0, 0, 1]), 4)


def test_batches_take_every_sequence_once_a_pass_and_go_on_from_anywhere():
    x, y = np.arange(10.0)[:, None, None], np.zeros(10, int)
    own = ArraySequences(x, y, test=(x, y), folds=1, batch_size=3)

    def taken(first_step, count, seed=0):
        steps = islice(own.batches(None, seed, first_step), count)
        return [x[:, 0, 0].tolist() for x, _ in steps]

    steps = taken(0, 8)
    passes = np.concatenate(steps).reshape(3, 8).tolist()
    chosen = own.winner_parts.train.tolist()
    assert len(chosen) == 8 and [sorted(part) for part in passes] == [chosen] * 3
    assert len({tuple(part) for part in passes}) > 1
    assert taken(5, 3) == steps[5:]
    assert taken(0, 8, seed=1) != steps


def test_loss_and_accuracy_are_keras_own():
    model = objective().build(objective().candidate(VALUES).recipe)
    loss, accuracy = model.evaluate(X, Y, verbose=0)
    own = measured(model, X, Y, "test")
    assert set(own) == {"test/loss", "test/sequence_accuracy"}
    assert own["test/loss"] == pytest.approx(loss, rel=1e-4)
    assert own["test/sequence_accuracy"] == pytest.approx(accuracy)
    # In batches of different sizes every sequence counts as much as any other.
    parts = [(X[:30], Y[:30]), (X[30:], Y[30:])]
    assert measured_in_batches(model, parts, "test") == pytest.approx(own, rel=1e-5)


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"x": X[0]}, "`x, y` must be sequences.*Received: shapes \\(8, 3\\)"),
        ({"y": Y[:-1]}, "a class for each"),
        ({"y": Y - 1}, "from 0 up.*-1 the least"),
        ({"y": Y * 1.0}, "whole numbers.*float64"),
        ({"x": X * np.nan}, "finite"),
        ({"test": (TEST[0][:, :5], TEST[1])}, "of the shape of the training ones, \\(8, 3\\)"),
        ({"groups": Y[:-1]}, "`groups` must be one for each of 40"),
        ({"settings": replace(SETTINGS, cell="lstm")}, "cell='lstm'"),
        ({"settings": replace(SETTINGS, preset="thesis")}, "preset='thesis'"),
    ],
)
def test_arguments_that_cannot_be_are_refused(how, message):
    with pytest.raises(ValueError, match=message):
        objective(**how)


def test_what_decides_a_search_is_in_its_file():
    decisive = objective().decisive()
    assert json.loads(json.dumps(decisive)) == decisive
    assert objective(y=1 - Y).decisive() != decisive
    assert objective(groups=np.arange(40)[::-1]).decisive() != decisive


def test_a_process_of_a_search_by_several_is_refused(tmp_path, monkeypatch):
    from keras_drnn.tuning.roles import variables

    for name, value in variables("127.0.0.1", 9, "worker0").items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match="Unset the variables KERASTUNER"):
        search(tmp_path, X, Y, test=TEST, settings=SETTINGS)
