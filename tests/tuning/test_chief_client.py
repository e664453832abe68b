"""A worker's calls to a chief that dies, and to one that has ended."""

import socket

import grpc
import pytest
from searching import quick_search, quick_settings

from keras_drnn.tuning import chief_client, roles
from keras_drnn.tuning.chief_client import ChiefClient, SearchFinishedError
from keras_drnn.tuning.oracles import OBJECTIVE
from keras_drnn.tuning.run_search import run_search
from keras_drnn.tuning.tuner import FolderTuner
from keras_drnn.tuning.worker import work

pytestmark = pytest.mark.usefixtures("no_pictures")


class BrokenCallError(grpc.RpcError):
    def __init__(self, code):
        super().__init__()
        self._code = code

    def code(self):
        return self._code


class Client:
    """Notes what it is asked; the first calls fail, with these codes."""

    def __init__(self, *codes):
        self.codes = list(codes)
        self.calls = []

    def _answer(self, *call):
        self.calls.append(call)
        if self.codes:
            raise BrokenCallError(self.codes.pop(0))
        return "answer"

    def create_trial(self, tuner_id):
        return self._answer("create", tuner_id)

    def update_trial(self, trial_id, metrics):
        return self._answer("update", trial_id, metrics)

    def end_trial(self, trial):
        return self._answer("end", trial)


@pytest.fixture
def search(folder, log):
    return quick_search(folder, log, quick_settings(1))


@pytest.fixture
def finished(search):
    run_search(search, None)
    return search


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(chief_client, "_LOOK_SECONDS", 0.01)


@pytest.fixture
def chief(monkeypatch):
    """Something listens where the chief is expected; `chief.close()` ends it."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]
        for name, value in roles.variables("127.0.0.1", port, "worker0").items():
            monkeypatch.setenv(name, value)
        yield listening


@pytest.mark.parametrize(
    "call",
    [("create_trial", "a"), ("update_trial", "3", {OBJECTIVE: 0.5}), ("end_trial", "trial")],
    ids=lambda call: call[0],
)
@pytest.mark.usefixtures("chief")
def test_a_call_is_made_again_until_a_chief_answers(search, call):
    client = Client(*[grpc.StatusCode.UNAVAILABLE] * 2)
    name, *arguments = call
    answer = getattr(ChiefClient(client, search), name)(*arguments)
    assert answer == (None if name == "end_trial" else "answer")
    assert client.calls == [(name.removesuffix("_trial"), *arguments)] * 3


@pytest.mark.usefixtures("chief")
def test_what_a_chief_itself_raises_is_not_asked_again(search):
    client = Client(grpc.StatusCode.UNKNOWN)
    with pytest.raises(BrokenCallError):
        ChiefClient(client, search).create_trial("a")
    assert len(client.calls) == 1


def test_no_call_is_made_where_no_chief_listens(search, chief, monkeypatch):
    chief.close()
    monkeypatch.setattr(chief_client, "_RESTART_SECONDS", 0.05)
    client = Client()
    with pytest.raises(ValueError, match="No chief answers at 127.0.0.1"):
        ChiefClient(client, search).create_trial("a")
    assert client.calls == []


def test_no_call_is_made_when_the_search_is_finished(finished, chief):
    chief.close()
    client = Client()
    with pytest.raises(SearchFinishedError, match="is finished"):
        ChiefClient(client, finished).create_trial("a")
    assert client.calls == []


def test_a_worker_that_was_taken_in_ends_with_the_search(finished, chief, monkeypatch):
    class LastCall(Client):
        def create_trial(self, tuner_id):
            chief.close()
            return super().create_trial(tuner_id)

    client = LastCall(grpc.StatusCode.UNAVAILABLE)
    monkeypatch.setattr(chief_client, "ChiefClient", lambda _, search: ChiefClient(client, search))
    work(finished)
    assert client.calls == [("create", "worker0")]
    # One that comes only now is told.
    with pytest.raises(ValueError, match="is finished"):
        work(finished)


def oracle_of(search, *, keep_ongoing=True):
    """The oracle of a chief that is started, or started again."""
    oracle = search.oracle(keep_ongoing=keep_ongoing)
    FolderTuner(oracle, lambda trial, values: 0.0, lambda: None)
    return oracle


def test_an_oracle_hears_the_end_of_a_trial_twice(search):
    oracle = oracle_of(search)
    trial = oracle.create_trial("a")
    for _ in range(2):
        oracle.update_trial(trial.trial_id, {OBJECTIVE: 0.5})
        trial.status = "COMPLETED"
        oracle.end_trial(trial)
        oracle = oracle_of(search)
    assert oracle.end_order == [trial.trial_id]
    assert oracle.trials[trial.trial_id].score == 0.5
    assert oracle.trials[trial.trial_id].status == "COMPLETED"


def test_an_oracle_started_again_waits_for_the_workers_that_it_had(search):
    trial = oracle_of(search).create_trial("a")
    oracle = oracle_of(search)
    assert oracle.ongoing_trials.keys() == oracle.tuner_ids == {"a"}
    trial.status = "FAILED"
    oracle.end_trial(trial)
    # "a" has no trial any more, and does not yet know that there are no others.
    oracle = oracle_of(search)
    assert oracle.create_trial("b").status == "STOPPED"
    assert not oracle.ongoing_trials and oracle.tuner_ids == {"a"}
    assert not oracle.all_gone
    # Workers on the chief's own machine end with it.
    assert oracle_of(search, keep_ongoing=False).tuner_ids == set()
    assert oracle.create_trial("a").status == "STOPPED"
    assert oracle.all_gone
    assert oracle_of(search).tuner_ids == set()


def test_an_oracle_started_again_waits_for_a_worker_that_had_no_trial_yet(search):
    oracle = oracle_of(search)
    oracle.create_trial("a")
    # As Hyperband does until the trials of a round have ended.
    oracle.max_trials = None
    oracle.populate_space = lambda trial_id: {"status": "IDLE"}
    assert oracle.create_trial("b").status == "IDLE"
    assert oracle_of(search).tuner_ids == {"a", "b"}
