"""How a search goes on after faults, interruptions and changes, and when it does not."""

import json
import shutil
from dataclasses import replace

import pytest
from searching import SPACE, statuses, trained

from keras_drnn.experiments.callbacks import TrainingDivergedError
from keras_drnn.system.locks import LockHeldError
from keras_drnn.tuning.limits import Limits
from keras_drnn.tuning.one_search import SearchFailedError

pytestmark = pytest.mark.usefixtures("no_pictures")


class KilledError(BaseException):
    """In place of a kill: nothing may catch it."""


def always(error):
    def fault(recipe):
        raise error

    return fault


def change(path, **changes):
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_a_finished_search_runs_nothing_twice_and_goes_on_when_asked_for_more(run, log):
    first = run(trials=3)
    again = run(trials=3)
    assert again["trials"] == first["trials"]
    assert len(trained(log)) == 6
    more = run(trials=5)
    assert more["trials"][:3] == first["trials"]
    assert len(trained(log)) == 10


def test_the_winner_may_be_trained_longer_than_its_trial(run, log):
    outcome = run(trials=2, winner_steps=8)
    assert {steps for _, _, steps, _ in trained(log)} == {4}
    assert outcome["winner"]["params"]["steps"] == 8
    longer = run(trials=2, winner_steps=16)
    assert longer["winner"]["params"]["steps"] == 16
    # And what was trained before is still there.
    assert run(trials=2, winner_steps=8)["winner"] == outcome["winner"]
    assert len(trained(log)) == 4


def test_a_search_that_finds_a_better_trial_has_another_winner(run, search, folder):
    first = run(trials=1)
    # Of the earlier winner's trainings one was cut off.
    cut_off = folder / "winner" / first["winner"]["runs"][1] / "run.json"
    change(cut_off, status="running")
    more = run(trials=8)
    assert more["best"]["trial"] != first["best"]["trial"]
    best = search().objective.candidate(more["best"]["values"])
    assert more["winner"]["params"] == json.loads(json.dumps(best.params))
    assert all(name.startswith(more["best"]["trial"]) for name in more["winner"]["runs"])
    assert len(more["winner"]["runs"]) == 2
    assert more["settings"]["trials"] == 8
    ended = json.loads(cut_off.read_text())
    assert ended["status"] == "failed" and "overtaken" in ended["error"]


def test_fewer_seeds_leave_the_other_trainings_of_the_winner_as_they_are(run, folder):
    names = run(trials=1)["winner"]["runs"]
    cut_off = folder / "winner" / names[1] / "run.json"
    change(cut_off, status="running")
    assert run(trials=1, seeds=1)["winner"]["runs"] == names[:1]
    assert json.loads(cut_off.read_text())["status"] == "running"


def test_a_trial_that_ends_in_nan_or_without_memory_is_noted_and_the_search_goes_on(run):
    faults = iter([TrainingDivergedError("The training loss was nan"), MemoryError("9 GiB")])

    def fault(recipe):
        error = next(faults, None)
        if error:
            raise error

    outcome = run(fault=fault)
    assert [trial["status"] for trial in outcome["trials"]] == ["failed"] * 2 + ["finished"] * 3
    assert "loss was nan" in outcome["trials"][0]["error"]
    assert outcome["trials"][1]["error"] == "MemoryError: 9 GiB"
    assert all(set(trial["values"]) >= {"groups", "units"} for trial in outcome["trials"])
    assert outcome["counts"] == {"finished": 3, "failed": 2, "infeasible": 0}


def test_too_many_failures_in_a_row_end_the_search_and_it_goes_on_later(run, folder, log):
    with pytest.raises(SearchFailedError, match="last 3 trials failed.*no such device"):
        run(fault=always(RuntimeError("no such device")))
    assert list(statuses(folder).values()) == ["failed"] * 3
    outcome = run()
    # What has failed is not run again.
    assert outcome["counts"] == {"finished": 2, "failed": 3, "infeasible": 0}
    assert len(trained(log)) == 3 + 2 * 2


def test_failures_at_the_very_end_cost_no_winner(run, log):
    def fault(recipe):
        if len(trained(log)) > 4:
            raise RuntimeError("no such device")

    outcome = run(fault=fault)
    assert outcome["counts"] == {"finished": 2, "failed": 3, "infeasible": 0}
    assert outcome["winner"]


def test_nothing_but_failures_has_no_winner(run):
    with pytest.raises(SearchFailedError, match="a trial that finished.*always"):
        run(trials=2, fault=always(RuntimeError("always")))


@pytest.mark.parametrize(
    ("changes", "difference"),
    [
        ({"space": replace(SPACE, bases=(2.0, 4.0))}, "space.bases was .*3.0.*, is .*4.0"),
        ({"steps": 8}, "steps was 4, is 8"),
        ({"oracle": "grid"}, "oracle was random, is grid"),
        ({"limits": Limits(parameters=9)}, "limits.parameters was None, is 9"),
    ],
)
def test_a_changed_search_does_not_go_on(run, search, folder, log, changes, difference):
    from keras_drnn.tuning.identity import begin

    folder.mkdir()
    begin(search())
    with pytest.raises(ValueError, match=difference):
        run(**changes)
    assert not trained(log)


def test_two_searches_in_one_folder_are_refused(run):
    refused = []

    def fault(recipe):
        with pytest.raises(LockHeldError) as refusal:
            run()
        refused.append(str(refusal.value))

    run(fault=fault, trials=1)
    assert len(refused) == 2 and "this search" in refused[0]


def test_a_trial_in_which_the_process_dies_again_and_again_has_failed(run, log):
    def fault(recipe):
        if len(trained(log)) > 2:
            raise KilledError

    for _ in range(3):
        with pytest.raises(KilledError):
            run(trials=3, fault=fault)
    outcome = run(trials=3)
    assert [trial["status"] for trial in outcome["trials"]] == ["finished", "failed", "finished"]
    assert "killed" in outcome["trials"][1]["error"]


def test_a_trial_may_be_stopped_by_hand_as_often_as_one_likes(run):
    for _ in range(5):
        with pytest.raises(KeyboardInterrupt):
            run(trials=1, fault=always(KeyboardInterrupt()))
    assert run(trials=1)["counts"]["finished"] == 1


def test_a_trial_that_gets_on_may_be_interrupted_as_often_as_one_likes(run, folder):
    def fault(recipe):
        # An evaluation was done before the process died.
        (fold,) = folder.glob("trials/*/fold0")
        with (fold / "history.jsonl").open("a") as file:
            file.write("{}\n")
        raise KilledError

    for _ in range(5):
        with pytest.raises(KilledError):
            run(trials=1, fault=fault)
    assert run(trials=1)["counts"]["finished"] == 1


@pytest.mark.parametrize("of_keras_tuner", [False, True])
def test_a_trial_half_begun_is_begun_anew(run, folder, log, of_keras_tuner):
    """Killed before the oracle had noted that the trial has begun."""
    first = run(trials=3)
    shutil.rmtree(folder / "trials" / "trial-0002")
    (folder / "explored.json").unlink()
    path = folder / "oracle" / "oracle.json"
    state = json.loads(path.read_text())
    state["start_order"].pop(), state["end_order"].pop(), state["trials"].pop("2")
    if of_keras_tuner:
        # As older searches have it: every trial in a file of its own, the half begun one too.
        for number in state.pop("trials"):
            assert (folder / "oracle" / f"trial_{number}" / "trial.json").exists()
        change(folder / "oracle" / "trial_2" / "trial.json", status="RUNNING")
    path.write_text(json.dumps(state | {"ongoing_trials": {}}))
    outcome = run(trials=3)
    assert outcome["counts"]["finished"] == 3
    assert len(trained(log)) == 2 * (3 + 1)
    assert [(trial["trial"], trial["values"]) for trial in outcome["trials"]] == [
        (trial["trial"], trial["values"]) for trial in first["trials"]
    ]
