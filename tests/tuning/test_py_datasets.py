"""Searches on batches from a `keras.utils.PyDataset`."""

from dataclasses import replace
from itertools import islice

import keras
import numpy as np
import pytest
from own_sequences import SETTINGS, TEST, VALUES, sequences

from keras_drnn.tuning import search
from keras_drnn.tuning.own_objective import OwnObjective
from keras_drnn.tuning.py_datasets import DatasetSequences

pytestmark = pytest.mark.usefixtures("no_pictures")

SHORT = replace(SETTINGS, folds=1, steps=20, batch_size=None)


class Batches(keras.utils.PyDataset):
    """Keeps count of the batches that are alive at once."""

    def __init__(self, *batches):
        super().__init__()
        self.batches = batches
        self.asked = []

    def __len__(self):
        return len(self.batches)

    def __getitem__(self, number):
        self.asked.append(number)
        return self.batches[number]


def dataset(*counts, seed=0, steps=None):
    parts = [sequences(count, seed + 10 * i) for i, count in enumerate(counts)]
    lengths = steps or [8] * len(parts)
    return Batches(*[(x[:, :length], y) for (x, y), length in zip(parts, lengths, strict=True)])


def sides(**changes):
    given = {
        "train": dataset(8, 8, 6, 8),
        "validation": dataset(6, 2, seed=1),
        "test": dataset(8, 4, seed=2),
    }
    return given | changes


def objective(settings=SHORT, **changes):
    given = sides(**changes)
    return OwnObjective(
        DatasetSequences(given.pop("train"), given["validation"], given["test"], folds=1), settings
    )


def test_a_search_on_datasets_goes_on_with_the_same_ones_alone(tmp_path, monkeypatch):
    exported = []

    def export(model, path, *, check_inputs, **how):
        exported.append(check_inputs)
        raise RuntimeError("not now")

    monkeypatch.setattr("keras_drnn.export.export_litert", export)

    def go(trials=2, **changes):
        given = sides(**changes)
        settings = replace(SHORT, trials=trials)
        return search(tmp_path, given.pop("train"), **given, settings=settings)

    outcome = go(1)
    assert outcome["data"]["clips"] == {"train": 30, "validation": 8, "test": 12}
    assert outcome["settings"]["folds"] == 1 and outcome["best"]["score"] > 0.9
    winner = outcome["winner"]
    assert np.array_equal(exported, [sides()["test"][0][0]])
    model = keras.saving.load_model(tmp_path / "winner" / winner["chosen"] / "model.keras")
    # Every sequence counts as much as any other, in whatever batch it is.
    x, y = (np.concatenate(each) for each in zip(*sides()["test"].batches, strict=True))
    accuracy = (model.predict(x, verbose=0).argmax(-1) == y).mean()
    assert winner["mean"]["test/sequence_accuracy"] == pytest.approx(accuracy)
    assert len(go(2)["trials"]) == 2
    for other in (dataset(8, 4, seed=3), dataset(8, 2, seed=2)):
        with pytest.raises(ValueError, match=r"batches\.test was"):
            go(test=other)


def test_a_training_on_batches_goes_on_where_it_was_interrupted(tmp_path):
    candidate = objective().candidate(VALUES)
    at_once = candidate.train_fold(tmp_path / "whole", 0, lambda step: None)

    def interrupt(step):
        if step == 12:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        candidate.train_fold(tmp_path / "parts", 0, interrupt)
    in_parts = candidate.train_fold(tmp_path / "parts", 0, lambda step: None)
    for entry, expected in zip(in_parts, at_once, strict=True):
        assert entry["step"] == expected["step"]
        assert entry["validation/loss"] == pytest.approx(expected["validation/loss"], rel=1e-5)


def test_batches_come_once_a_pass_in_an_order_of_the_search_and_one_at_a_time():
    own = objective().data
    asked = own.train.asked
    asked.clear()
    for _ in islice(own.batches(None, 3, 0), 12):
        pass
    passes = np.reshape(asked, (3, 4)).tolist()
    assert [sorted(each) for each in passes] == [[0, 1, 2, 3]] * 3
    assert len({tuple(each) for each in passes}) > 1
    order = list(asked)
    asked.clear()
    next(own.batches(None, 3, 7))
    assert asked == order[7:8]


def test_the_longest_delay_is_that_of_all_lengths():
    own = objective(train=dataset(8, 8, 6, steps=[8, 6, 5]))
    assert own.longest_delay == 5 and own.data.classes == 2 and own.recipe.batch_size == 8


@pytest.mark.parametrize(
    ("changes", "settings", "message"),
    [
        ({}, replace(SHORT, folds=2), r"SearchSettings\(folds=1\).*folds=2"),
        ({}, replace(SHORT, batch_size=8), "a dataset and batch_size"),
        ({"y": TEST[1]}, None, "a dataset and y"),
        ({"validation": None}, None, "Received: validation=None"),
        ({"test": TEST}, None, r"Received: test=\("),
        ({"train": TEST[0]}, None, "x=ndarray, y=NoneType, validation=Batches, test=Batches"),
        ({"train": Batches()}, None, "a number of batches, 1 or more. Received: 0"),
        ({"train": Batches((*TEST, 1))}, None, r"`train` must be \(x, y\)"),
        ({"train": Batches(TEST, (TEST[0], -TEST[1]))}, None, "batch 1 of train.*from 0 up"),
        ({"test": Batches((TEST[0][..., :2], TEST[1]))}, None, "features of the training.*: 2"),
    ],
)
def test_arguments_that_cannot_be_are_refused(tmp_path, changes, settings, message):
    given = sides(**changes)
    with pytest.raises(ValueError, match=message):
        search(tmp_path, given.pop("train"), given.pop("y", None), **given, settings=settings)
