"""Searches on skeletons: what is held out, and what a trial trains."""

import json

import numpy as np
import pytest

from keras_drnn.experiments.runs import recipe_params
from keras_drnn.experiments.stream_scores import StreamScores
from keras_drnn.tuning import skeletons
from keras_drnn.tuning.folds import fold_splits
from keras_drnn.tuning.objective import Listeners
from keras_drnn.tuning.settings import SearchSettings
from keras_drnn.tuning.skeletons import SkeletonObjective
from keras_drnn.tuning.values import recipe_of

VALUES = {"groups": 2, "base": 2.0, "growth": 1.0, "units": 8, "learning_rate": 0.01}


@pytest.fixture(scope="module")
def objective(data):
    return SkeletonObjective(data, SearchSettings(folds=3, steps=7, batch_size=5))


def test_folds_hold_every_training_subject_out_once_and_never_the_test_side(data):
    folds = fold_splits(data, 3)
    held = [fold.validation_subjects for fold in folds]
    assert sorted(subject for subjects in held for subject in subjects) == [1, 2, 3]
    for fold in folds:
        assert not np.intersect1d(fold.train, fold.validation).size
        assert not np.intersect1d([*fold.train, *fold.validation], data.split.test).size
    assert fold_splits(data, 1) == [data.split]
    with pytest.raises(ValueError, match="folds=4"):
        fold_splits(data, 4)


def test_a_candidate_is_the_recipe_with_the_values_of_its_trial(objective, data):
    own = recipe_of(VALUES, SearchSettings(steps=7, batch_size=5).recipe(data.data_set))
    assert objective.candidate(VALUES).params == recipe_params(own)
    assert objective.candidate(VALUES).steps == 7
    assert objective.candidate(VALUES, 3).params == recipe_params(own) | {"steps": 3}
    model = objective.build(objective.candidate(VALUES).recipe)
    assert objective.candidate(VALUES).cost.parameters == model.count_params()


def test_other_data_or_another_recipe_is_another_search(objective, data):
    decisive = objective.decisive()
    assert json.loads(json.dumps(decisive)) == decisive
    assert decisive["clips"] == data.clips.index.fingerprint
    other = SkeletonObjective(data, SearchSettings(folds=3, steps=8, batch_size=5))
    assert other.decisive()["recipe"] != decisive["recipe"]


def test_every_fold_is_trained_on_its_own_side(objective, tmp_path, monkeypatch):
    seen = []

    def train(recipe, data, split, *, name, seed, folder, callbacks):
        seen.append((recipe, split, seed, folder))
        return None, ["history"]

    monkeypatch.setattr(skeletons, "build_and_train", train)
    candidate = objective.candidate(VALUES)
    for fold, split in enumerate(objective.splits):
        folder = tmp_path / f"fold{fold}"
        assert candidate.train_fold(folder, fold, lambda step: None) == ["history"]
        assert seen[-1] == (candidate.recipe, split, fold, folder)


def test_a_trial_can_be_judged_left_running_over_the_clips_that_are_held_out(
    data, tmp_path, monkeypatch
):
    settings = SearchSettings(folds=3, steps=7, batch_size=5, objective="stream")
    objective, history = SkeletonObjective(data, settings), [{"step": 3}, {"step": 7}]
    monkeypatch.setattr(skeletons, "build_and_train", lambda *of, **how: ("model", history))
    split = objective.splits[1]

    def said(model, streams):
        """Right about the first of the clips alone."""
        assert model == "model" and sum(len(each.segments) for each in streams) == len(
            split.validation
        )
        found = []
        for stream in streams:
            labels = stream.labels()
            first = [each for each in stream.segments if each.clip == 0]
            likely = np.ones((stream.length, len(split.class_names)))
            likely[np.arange(stream.length), labels] = 0
            for each in first:
                likely[each.begin : each.end, each.label] = 2
            found.append(StreamScores(stream, likely, np.ones(stream.length, bool)))
        return found

    monkeypatch.setattr(skeletons, "stream_scores", said)
    found = objective.candidate(VALUES).train_fold(tmp_path / "fold1", 1, lambda step: None)
    reached = {"validation/stream_sequence_accuracy": 1 / len(split.validation)}
    assert found == [{"step": 3}, {"step": 7} | reached]
    assert history == [{"step": 3}, {"step": 7}]


def test_the_winner_is_trained_as_a_comparison_trains(objective, tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(skeletons.runs, "run", lambda *arguments, **how: seen.append(arguments))
    candidate = objective.candidate(VALUES, 9)
    candidate.train_winner(tmp_path, 2, Listeners(print, print))
    assert seen == [(tmp_path, "drnn", candidate.recipe, 2, objective.data)]


def test_the_latency_is_that_of_the_exported_model_of_the_trial(objective, tmp_path, monkeypatch):
    exported = []

    def export_latency(model, clip, scratch):
        exported.append((model.get_layer("drnn").delays, len(clip)))
        return 1.25

    monkeypatch.setattr(skeletons, "export_latency", export_latency)
    assert objective.candidate(VALUES).latency_milliseconds(tmp_path) == 1.25
    clips, train = objective.data.clips, objective.data.split.train
    middle = sorted(clips.index.frames[train])[len(train) // 2]
    assert exported == [((1, 2), middle)]
