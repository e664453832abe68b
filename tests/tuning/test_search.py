"""A search: which trials it runs, how it goes on, and what it says when it cannot."""

import json
import shutil
import zipfile
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from searching import SPACE, oracle_state, score_of, statuses, trained

from keras_drnn.experiments.callbacks import TrainingDivergedError
from keras_drnn.experiments.runs import recipe_params
from keras_drnn.system.locks import LockHeldError
from keras_drnn.tuning.folds import fold_splits
from keras_drnn.tuning.limits import Limits
from keras_drnn.tuning.search import Search, SearchFailedError, search
from keras_drnn.tuning.settings import SearchSettings
from keras_drnn.tuning.values import delays_of, recipe_of

SETTINGS = SearchSettings(oracle="random", trials=5, folds=2, seeds=2, steps=4, space=SPACE)

pytestmark = pytest.mark.usefixtures("quick", "untracked")


def run(folder, data, settings=SETTINGS, **changes):
    return search(folder, replace(settings, **changes), data, "")


def test_a_trial_is_judged_by_the_mean_over_the_folds(tmp_path, data, log):
    found = run(tmp_path / "s", data)
    recipe = SETTINGS.recipe("demo")
    assert len(found["trials"]) == 5 and found["counts"]["finished"] == 5
    for trial in found["trials"]:
        own = recipe_of(trial["values"], recipe)
        assert trial["score"] == pytest.approx(np.mean([score_of(own, 0), score_of(own, 1)]))
    assert found["best"]["score"] == max(trial["score"] for trial in found["trials"])
    assert [(trial, fold) for trial, fold, *_ in trained(log)] == [
        (f"trial-{i:04d}", fold) for i in range(5) for fold in range(2)
    ]
    values = [json.dumps(trial["values"], sort_keys=True) for trial in found["trials"]]
    assert len(set(values)) == 5


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


def test_the_registered_winner_is_chosen_by_validation(tmp_path, data):
    winner = run(tmp_path / "s", data)["winner"]
    assert winner["chosen"].endswith("-seed0")
    assert winner["mean"]["test/sequence_accuracy"] == pytest.approx(0.75)
    assert winner["spread"]["test/sequence_accuracy"] == pytest.approx(0.1 / 2**0.5)


def test_a_finished_search_runs_nothing_twice_and_goes_on_when_asked_for_more(tmp_path, data, log):
    first = run(tmp_path / "s", data, trials=3)
    again = run(tmp_path / "s", data, trials=3)
    assert again["trials"] == first["trials"]
    assert len(trained(log)) == 6
    more = run(tmp_path / "s", data, trials=5)
    assert more["trials"][:3] == first["trials"]
    assert len(trained(log)) == 10


def test_infeasible_models_are_not_trained(tmp_path, data, log):
    search_ = Search(tmp_path / "x", SETTINGS, data)
    limit = search_.cost({"groups": 3, "base": 2.0, "units": 40, "head_units": 0}).parameters
    found = run(tmp_path / "s", data, trials=12, limits=Limits(parameters=limit))
    assert found["counts"]["finished"] == 12
    assert max(trial["parameters"] for trial in found["trials"]) <= limit
    # A grid goes through all of its values: those that are not feasible are noted, not trained.
    space = replace(SPACE, growths=(1.0,), dropout=(0.25, 0.25), learning_rate=(0.01, 0.01))
    settings = replace(SETTINGS, oracle="grid", trials=12, folds=1, space=space)
    grid = run(tmp_path / "g", data, settings, limits=Limits(parameters=limit))
    infeasible = [trial for trial in grid["trials"] if trial["infeasible"]]
    assert infeasible and all("allowed" in trial["error"] for trial in infeasible)
    assert grid["counts"]["finished"] + len(infeasible) == 12
    assert len(trained(log)) == 2 * 12 + grid["counts"]["finished"]


def test_models_that_take_too_long_are_not_trained_and_are_no_failures(
    tmp_path, data, log, monkeypatch
):
    import keras_drnn.export

    def export(path, to, *, check_inputs, tolerance):
        with zipfile.ZipFile(path) as model:
            one_group = b'"delays": [1]' in model.read("config.json")
        return SimpleNamespace(latency_milliseconds=1.0 if one_group else 2.0)

    monkeypatch.setattr(keras_drnn.export, "export_litert", export)
    limits = Limits(latency_milliseconds=1.5)
    found = run(tmp_path / "s", data, limits=limits, trials=4, max_failures=1)
    assert {groups for *_, groups in trained(log)} == {1}
    slow = [trial for trial in found["trials"] if trial["values"]["groups"] > 1]
    assert slow and all(
        trial["error"] == "2.00 ms for a clip, of 1.50 ms allowed" for trial in slow
    )
    assert found["counts"] == {"finished": 4 - len(slow), "failed": 0, "infeasible": len(slow)}
    assert not list(tmp_path.glob("s/trials/*/untrained*"))


def test_delays_longer_than_the_clips_are_not_tried(tmp_path, data):
    space = replace(SPACE, groups=(1, 8), bases=(2.0, 4.0))
    found = run(tmp_path / "s", data, space=space, trials=6)
    longest = Search(tmp_path / "s", replace(SETTINGS, space=space), data).longest
    assert longest < 4**7
    assert all(delays_of(trial["values"])[-1] <= longest for trial in found["trials"])


def test_a_grid_is_searched_whole(tmp_path, data):
    space = replace(SPACE, units=(20,), dropout=(0.25, 0.25), learning_rate=(0.01, 0.01))
    found = run(tmp_path / "s", data, oracle="grid", trials=99, folds=1, space=space)
    values = [json.dumps(trial["values"], sort_keys=True) for trial in found["trials"]]
    # One group alone, or with each of two bases and two growths, two to four; two heads each.
    assert len(set(values)) == len(values) == 2 * (1 + 2 * 2 * 3)


def test_bayesian_search_proposes_something_new_each_time(tmp_path, data):
    found = run(tmp_path / "s", data, oracle="bayesian", trials=5, folds=1)
    values = [json.dumps(trial["values"], sort_keys=True) for trial in found["trials"]]
    assert len(set(values)) == 5 == found["counts"]["finished"]


def test_hyperband_trains_the_best_longer(tmp_path, data, log):
    found = run(tmp_path / "s", data, oracle="hyperband", folds=1, steps=27)
    steps = [steps for _, _, steps, _ in trained(log)]
    assert set(steps) == {1, 3, 9, 27}
    assert steps.count(1) > steps.count(3) > steps.count(9)
    assert found["counts"]["finished"] == len(steps)
    assert found["winner"]["params"]["steps"] == 27


def test_the_winner_may_be_trained_longer_than_its_trial(tmp_path, data, log):
    found = run(tmp_path / "s", data, trials=2, winner_steps=8)
    assert {steps for _, _, steps, _ in trained(log)} == {4}
    assert found["winner"]["params"]["steps"] == 8
    longer = run(tmp_path / "s", data, trials=2, winner_steps=16)
    assert longer["winner"]["params"]["steps"] == 16
    # And what was trained before is still there.
    assert run(tmp_path / "s", data, trials=2, winner_steps=8)["winner"] == found["winner"]
    assert len(trained(log)) == 4


def test_a_search_that_finds_a_better_trial_has_another_winner(tmp_path, data):
    folder = tmp_path / "s"
    first = run(folder, data, trials=1)
    # Of the earlier winner's trainings one was cut off.
    cut_off = folder / "winner" / first["winner"]["runs"][1] / "run.json"
    cut_off.write_text(json.dumps(json.loads(cut_off.read_text()) | {"status": "running"}))
    more = run(folder, data, trials=12)
    assert more["best"]["trial"] != first["best"]["trial"]
    best = recipe_of(more["best"]["values"], SETTINGS.recipe("demo"))
    assert more["winner"]["params"] == json.loads(json.dumps(recipe_params(best)))
    assert all(name.startswith(more["best"]["trial"]) for name in more["winner"]["runs"])
    assert len(more["winner"]["runs"]) == 2
    assert more["settings"]["trials"] == 12
    about = json.loads(cut_off.read_text())
    assert about["status"] == "failed" and "overtaken" in about["error"]


def test_a_trial_that_ends_in_nan_or_without_memory_is_told_and_the_search_goes_on(
    tmp_path, data, quick
):
    faults = iter([TrainingDivergedError("The training loss was nan"), MemoryError("9 GiB"), None])

    def fault(recipe):
        error = next(faults, None)
        if error:
            raise error

    quick(fault=fault)
    found = run(tmp_path / "s", data)
    assert [trial["status"] for trial in found["trials"]] == ["failed"] * 2 + ["finished"] * 3
    assert "loss was nan" in found["trials"][0]["error"]
    assert found["trials"][1]["error"] == "MemoryError: 9 GiB"
    assert all(set(trial["values"]) >= {"groups", "units"} for trial in found["trials"])
    assert found["counts"] == {"finished": 3, "failed": 2, "infeasible": 0}


def test_too_many_failures_in_a_row_end_the_search_and_it_goes_on_later(tmp_path, data, quick, log):
    def fault(recipe):
        raise RuntimeError("no such device")

    quick(fault=fault)
    with pytest.raises(SearchFailedError, match="last 3 trials failed.*no such device"):
        run(tmp_path / "s", data)
    assert list(statuses(tmp_path / "s").values()) == ["failed"] * 3
    quick()
    found = run(tmp_path / "s", data)
    # What has failed is not run again.
    assert found["counts"] == {"finished": 2, "failed": 3, "infeasible": 0}
    assert len(trained(log)) == 3 + 2 * 2


def test_failures_at_the_very_end_cost_no_winner(tmp_path, data, quick, log):
    def fault(recipe):
        if len(trained(log)) > 4:
            raise RuntimeError("no such device")

    quick(fault=fault)
    found = run(tmp_path / "s", data)
    assert found["counts"] == {"finished": 2, "failed": 3, "infeasible": 0} and found["winner"]


def test_limits_that_nothing_meets_are_told(tmp_path, data):
    with pytest.raises(SearchFailedError, match="Widen it, or allow more.*parameters=9"):
        run(tmp_path / "s", data, limits=Limits(parameters=9))


def test_fewer_units_than_groups_are_not_tried(tmp_path, data):
    space = replace(SPACE, units=(3,), groups=(2, 4))
    found = run(tmp_path / "s", data, space=space)
    assert {trial["values"]["groups"] for trial in found["trials"]} == {2}


def test_fewer_seeds_leave_the_other_trainings_of_the_winner_as_they_are(tmp_path, data):
    names = run(tmp_path / "s", data, trials=1)["winner"]["runs"]
    cut_off = tmp_path / "s" / "winner" / names[1] / "run.json"
    cut_off.write_text(json.dumps(json.loads(cut_off.read_text()) | {"status": "running"}))
    assert run(tmp_path / "s", data, trials=1, seeds=1)["winner"]["runs"] == names[:1]
    assert json.loads(cut_off.read_text())["status"] == "running"


def test_nothing_but_failures_has_no_winner(tmp_path, data, quick):
    def fault(recipe):
        raise RuntimeError("always")

    quick(fault=fault)
    with pytest.raises(SearchFailedError, match="a trial that finished.*always"):
        run(tmp_path / "s", data, trials=2)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"space": replace(SPACE, bases=(2.0, 4.0))}, "space.bases was .*3.0.*, is .*4.0"),
        ({"steps": 8}, "steps was 4, is 8"),
        ({"oracle": "grid"}, "oracle was random, is grid"),
        ({"limits": Limits(parameters=9)}, "limits.parameters was None, is 9"),
    ],
)
def test_a_changed_search_does_not_go_on(tmp_path, data, log, changes, told):
    run(tmp_path / "s", data, trials=1)
    with pytest.raises(ValueError, match=told):
        run(tmp_path / "s", data, **changes)
    assert len(trained(log)) == 2


def test_two_searches_in_one_folder_are_refused(tmp_path, data, quick):
    refused = []

    def fault(recipe):
        with pytest.raises(LockHeldError) as told:
            run(tmp_path / "s", data)
        refused.append(str(told.value))

    quick(fault=fault)
    run(tmp_path / "s", data, trials=1)
    assert len(refused) == 2 and "this search" in refused[0]


def test_a_trial_in_which_the_process_dies_again_and_again_has_failed(tmp_path, data, quick, log):
    class Killed(BaseException):
        pass

    def fault(recipe):
        if len(trained(log)) > 2:
            raise Killed

    quick(fault=fault)
    for _ in range(3):
        with pytest.raises(Killed):
            run(tmp_path / "s", data, trials=3)
    quick()
    found = run(tmp_path / "s", data, trials=3)
    assert [trial["status"] for trial in found["trials"]] == ["finished", "failed", "finished"]
    assert "killed" in found["trials"][1]["error"]


def test_a_trial_may_be_stopped_by_hand_as_often_as_one_likes(tmp_path, data, quick):
    def fault(recipe):
        raise KeyboardInterrupt

    quick(fault=fault)
    for _ in range(5):
        with pytest.raises(KeyboardInterrupt):
            run(tmp_path / "s", data, trials=1)
    quick()
    assert run(tmp_path / "s", data, trials=1)["counts"]["finished"] == 1


def test_a_trial_that_gets_on_may_be_interrupted_as_often_as_one_likes(tmp_path, data, quick, log):
    class Killed(BaseException):
        pass

    def fault(recipe):
        # An evaluation was done before the process died.
        (fold,) = tmp_path.glob("s/trials/*/fold0")
        with (fold / "history.jsonl").open("a") as file:
            file.write("{}\n")
        raise Killed

    quick(fault=fault)
    for _ in range(5):
        with pytest.raises(Killed):
            run(tmp_path / "s", data, trials=1)
    quick()
    assert run(tmp_path / "s", data, trials=1)["counts"]["finished"] == 1


def test_a_trial_half_begun_is_begun_anew(tmp_path, data, log):
    """Killed between writing the trial and noting that it has begun."""
    first = run(tmp_path / "s", data, trials=3)
    folder = tmp_path / "s" / "oracle"
    shutil.rmtree(tmp_path / "s" / "trials" / "trial-0002")
    (tmp_path / "s" / "explored.json").unlink()
    state = oracle_state(tmp_path / "s")
    before = state | {
        "start_order": state["start_order"][:2],
        "end_order": state["end_order"][:2],
        "ongoing_trials": {},
    }
    (folder / "oracle.json").write_text(json.dumps(before))
    path = folder / "trial_2" / "trial.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"status": "RUNNING"}))
    found = run(tmp_path / "s", data, trials=3)
    assert found["counts"]["finished"] == 3
    assert len(trained(log)) == 2 * (3 + 1)
    assert [trial["trial"] for trial in found["trials"]] == [
        trial["trial"] for trial in first["trials"]
    ]
