"""Which trials a search runs, and what it makes of them."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
from searching import SPACE, distinct, score_of, trained

from keras_drnn.reporting.run_folder import read_json
from keras_drnn.tuning.limits import Limits
from keras_drnn.tuning.objective import SCORE
from keras_drnn.tuning.one_search import SearchFailedError
from keras_drnn.tuning.settings import SearchSettings
from keras_drnn.tuning.values import delays_of

# Few enough values for a grid.
FIXED = {"dropout": (0.25, 0.25), "learning_rate": (0.01, 0.01)}

pytestmark = pytest.mark.usefixtures("no_pictures")


def test_a_trial_is_judged_by_the_mean_over_the_folds(run, search, log):
    outcome = run()
    assert len(outcome["trials"]) == 5 and outcome["counts"]["finished"] == 5
    for trial in outcome["trials"]:
        own = search().objective.candidate(trial["values"]).recipe
        assert trial["score"] == pytest.approx(np.mean([score_of(own, 0), score_of(own, 1)]))
    assert outcome["best"]["score"] == max(trial["score"] for trial in outcome["trials"])
    assert [(trial, fold) for trial, fold, *_ in trained(log)] == [
        (f"trial-{i:04d}", fold) for i in range(5) for fold in range(2)
    ]
    assert distinct(outcome) == 5


def test_the_registered_winner_is_chosen_by_validation(run):
    winner = run()["winner"]
    assert winner["chosen"].endswith("-seed0")
    assert winner["mean"]["test/sequence_accuracy"] == pytest.approx(0.75)
    assert winner["spread"]["test/sequence_accuracy"] == pytest.approx(0.1 / 2**0.5)


def test_the_objective_stream_judges_trials_and_chooses_the_winner_left_running(run, folder):
    outcome = run(objective="stream")
    scores = {trial["trial"]: trial["score"] for trial in outcome["trials"]}
    clips = {
        trial["trial"]: read_json(folder / "trials" / trial["trial"] / "metrics.json")[SCORE]
        for trial in outcome["trials"]
    }
    # The trainings are made so that one is the reverse of the other.
    assert scores == {trial: pytest.approx(1 - score) for trial, score in clips.items()}
    assert outcome["best"]["trial"] == min(clips, key=lambda trial: clips[trial])
    assert outcome["winner"]["chosen"].endswith("-seed1")
    # It is another search than the same by clips.
    with pytest.raises(ValueError, match="objective was stream, is None"):
        run(objective="clips")


def test_a_search_is_about_what_its_preset_is_for():
    assert SearchSettings().objective == "clips"
    assert SearchSettings(preset="stream").objective == "stream"
    assert SearchSettings(preset="stream", objective="clips").score == SCORE
    # Searches that were begun before there was a choice go on.
    assert "objective" not in SearchSettings().decisive()
    with pytest.raises(ValueError, match="`objective` of a search must be one of clips, stream"):
        SearchSettings(objective="both")


def test_infeasible_models_are_not_trained(run, search):
    limit = search().cost({"groups": 3, "base": 2.0, "units": 40, "head_units": 0}).parameters
    outcome = run(trials=12, limits=Limits(parameters=limit))
    assert outcome["counts"] == {"finished": 12, "failed": 0, "infeasible": 0}
    assert max(trial["parameters"] for trial in outcome["trials"]) <= limit
    # Without the limit larger ones are tried.
    draw = search().oracle().draw
    assert max(search().cost(draw(str(trial))).parameters for trial in range(12)) > limit


def test_a_grid_notes_infeasible_models_and_does_not_train_them(run, search, log):
    limit = search().cost({"groups": 3, "base": 2.0, "units": 40, "head_units": 0}).parameters
    space = replace(SPACE, growths=(1.0,), **FIXED)
    outcome = run(oracle="grid", trials=12, folds=1, space=space, limits=Limits(parameters=limit))
    infeasible = [trial for trial in outcome["trials"] if trial["infeasible"]]
    assert infeasible and all("allowed" in trial["error"] for trial in infeasible)
    assert outcome["counts"]["finished"] + len(infeasible) == 12
    assert len(trained(log)) == outcome["counts"]["finished"]


def test_models_that_take_too_long_are_not_trained_and_are_no_failures(run, log):
    def latency(recipe):
        return 1.0 if len(recipe.delays) == 1 else 2.0

    outcome = run(
        latency=latency,
        limits=Limits(latency_milliseconds=1.5),
        space=replace(SPACE, groups=(1, 2)),
        trials=8,
        max_failures=1,
    )
    assert {groups for *_, groups in trained(log)} == {1}
    slow = [trial for trial in outcome["trials"] if trial["values"]["groups"] > 1]
    assert slow and all(
        trial["error"] == "2.00 ms for a clip, of 1.50 ms allowed" for trial in slow
    )
    assert outcome["counts"] == {"finished": 8 - len(slow), "failed": 0, "infeasible": len(slow)}


def test_delays_longer_than_the_data_are_not_tried(run, search):
    outcome = run(space=replace(SPACE, groups=(1, 3, 8), bases=(2.0, 4.0)), trials=8)
    assert 16 < search().objective.longest_delay < 4**7
    assert {delays_of(trial["values"])[-1] for trial in outcome["trials"]} == {1, 4, 16}


def test_a_grid_is_searched_whole_however_often_it_is_interrupted(run):
    space = replace(SPACE, units=(20,), **FIXED)
    # One group alone, or with each of two bases and two growths, two to four; two heads each.
    size = 2 * (1 + 2 * 2 * 3)
    for trials in (3, 7, 99):
        outcome = run(oracle="grid", trials=trials, folds=1, seeds=1, space=space)
        assert distinct(outcome) == len(outcome["trials"]) == min(trials, size)


def test_an_interrupted_search_tries_what_it_would_have_tried(run, search, folder):
    at_once = run(trials=4)
    shutil.rmtree(folder)
    run(trials=1)
    run(trials=3)
    in_parts = run(trials=4)
    assert [trial["values"] for trial in in_parts["trials"]] == [
        trial["values"] for trial in at_once["trials"]
    ]


def test_random_trials_of_another_seed_are_others(search):
    first, other = (search(seed=seed).oracle().draw("0") for seed in (0, 1))
    assert first != other


def test_bayesian_search_proposes_something_new_each_time(run):
    outcome = run(oracle="bayesian", trials=5, folds=1)
    assert distinct(outcome) == 5 == outcome["counts"]["finished"]
    # And goes on with what it has learnt.
    more = run(oracle="bayesian", trials=6, folds=1)
    assert more["trials"][:5] == outcome["trials"] and distinct(more) == 6


def test_bayesian_search_comes_to_what_is_best(run):
    outcome = run(oracle="bayesian", trials=10, folds=1)
    groups = [trial["values"]["groups"] for trial in outcome["trials"]]
    # The first three are random; three groups are the best by far.
    assert groups[3:].count(3) >= 4


def test_hyperband_trains_the_best_longer_and_nothing_infeasible(run, search, log):
    limit = search().cost({"groups": 3, "base": 2.0, "units": 40, "head_units": 0}).parameters
    limits = Limits(parameters=limit)
    outcome = run(oracle="hyperband", folds=1, steps=27, limits=limits)
    steps = [steps for _, _, steps, _ in trained(log)]
    assert set(steps) == {1, 3, 9, 27}
    assert steps.count(1) > steps.count(3) > steps.count(9)
    assert outcome["counts"] == {"finished": len(steps), "failed": 0, "infeasible": 0}
    assert outcome["winner"]["params"]["steps"] == 27


def test_limits_that_nothing_meets_are_reported(run, folder):
    for oracle in ("random", "hyperband"):
        with pytest.raises(SearchFailedError, match="Widen it, or allow more.*parameters=9"):
            run(limits=Limits(parameters=9), oracle=oracle)
        shutil.rmtree(folder)


def test_fewer_units_than_groups_are_not_tried(run):
    outcome = run(space=replace(SPACE, units=(3,), groups=(2, 4)))
    assert {trial["values"]["groups"] for trial in outcome["trials"]} == {2}


def test_the_pictures_are_drawn_before_and_after_the_winner_is_trained(run, folder, no_pictures):
    run(trials=1)
    assert [where for where, _ in no_pictures] == [folder, folder]
    assert [outcome["winner"] is None for _, outcome in no_pictures] == [True, False]
