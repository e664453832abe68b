"""Searches on arrays of one's own: what is held out, trained, measured and left."""

import json
from dataclasses import replace
from itertools import islice
from pathlib import Path

import keras
import numpy as np
import pytest
from searching import distinct

from keras_drnn.tuning import arrays
from keras_drnn.tuning.array_batches import batches, measured
from keras_drnn.tuning.arrays import ArrayObjective
from keras_drnn.tuning.folds import group_folds
from keras_drnn.tuning.limits import Limits
from keras_drnn.tuning.search_own_data import search
from keras_drnn.tuning.settings import SearchSettings
from keras_drnn.tuning.space import Space

SPACE = Space(
    groups=(1, 2),
    bases=(2.0,),
    units=(6, 9),
    growths=(1.0,),
    first_steps=(0,),
    head_units=(0,),
    dropout=(0.0, 0.0),
    learning_rate=(0.02, 0.02),
)
SETTINGS = SearchSettings(
    oracle="random", trials=2, folds=2, seeds=1, steps=20, batch_size=8, space=SPACE
)
VALUES = {"groups": 2, "base": 2.0, "growth": 1.0, "units": 9}


def sequences(count, seed=0):
    """The class is the sign of the mean of the first feature."""
    rng = np.random.default_rng(seed)
    y = np.arange(count) % 2
    x = rng.normal(0, 0.3, (count, 8, 3)).astype("float32")
    x[..., 0] += np.where(y, 1.0, -1.0)[:, None]
    return x, y


X, Y = sequences(40)
TEST = sequences(12, seed=1)


def objective(settings=SETTINGS, x=X, y=Y, test=TEST, **how):
    return ArrayObjective(x, y, settings, test=test, **how)


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
    monkeypatch.setattr(arrays, "export_latency", lambda model, sequence, scratch: 2.0)
    assert objective().candidate(VALUES).latency_milliseconds(Path()) == 2.0
    cost = objective().candidate(VALUES).cost
    assert cost.parameters == objective().build(objective().candidate(VALUES).recipe).count_params()
    settings = replace(SETTINGS, limits=Limits(parameters=9))
    with pytest.raises(ValueError, match="Widen it, or allow more"):
        search(tmp_path, X, Y, test=TEST, settings=settings)


def test_folds_hold_every_group_out_once_as_a_whole():
    groups = np.repeat(np.arange(10), 4)
    own = objective(groups=groups)
    assert own.folds == 2
    for parts in own.parts:
        assert not set(groups[parts.train]) & set(groups[parts.validation])
    held = np.concatenate([parts.validation for parts in own.parts])
    assert sorted(held) == list(range(40))
    # One fold is the part that is held out for the winner, a fifth.
    one = objective(replace(SETTINGS, folds=1), groups=groups)
    assert one.parts == [one.winner_parts] and len(one.winner_parts.validation) == 8
    with pytest.raises(ValueError, match="Received: 3 groups"):
        group_folds(np.arange(3), np.zeros(3, int), 4)
    with pytest.raises(ValueError, match="no training sequence is left of class 1"):
        group_folds(np.arange(4), np.array([0, 0, 0, 1]), 4)


def test_batches_take_every_sequence_once_a_pass_and_go_on_from_anywhere():
    x, y = np.arange(10)[:, None, None], np.arange(10)
    chosen = np.array([1, 2, 3, 5, 8, 9])
    steps = [labels.tolist() for _, labels in islice(batches(x, y, chosen, 4, 0, 0), 9)]
    taken = np.concatenate(steps)
    passes = [sorted(part) for part in taken.reshape(6, 6).tolist()]
    assert passes == [chosen.tolist()] * 6
    assert len({tuple(part) for part in taken.reshape(6, 6).tolist()}) > 1
    later = [labels.tolist() for _, labels in islice(batches(x, y, chosen, 4, 0, 5), 4)]
    assert later == steps[5:]
    other = [labels.tolist() for _, labels in islice(batches(x, y, chosen, 4, 1, 0), 9)]
    assert other != steps


def test_loss_and_accuracy_are_keras_own():
    model = objective().build(objective().candidate(VALUES).recipe)
    loss, accuracy = model.evaluate(X, Y, verbose=0)
    own = measured(model, X, Y, "test")
    assert set(own) == {"test/loss", "test/sequence_accuracy"}
    assert own["test/loss"] == pytest.approx(loss, rel=1e-4)
    assert own["test/sequence_accuracy"] == pytest.approx(accuracy)


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
