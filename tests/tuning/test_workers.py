"""Workers on this machine, and what is told when they cannot work."""

import os
import socket
from dataclasses import replace

import pytest
from searching import SPACE, statuses, wins_at_once

from keras_drnn.tuning import search as search_module
from keras_drnn.tuning import workers as workers_module
from keras_drnn.tuning.search import SearchFailedError, search
from keras_drnn.tuning.settings import SearchSettings
from keras_drnn.tuning.workers import as_chief, role, with_workers, work

SETTINGS = SearchSettings(
    oracle="random", trials=2, folds=1, seeds=1, steps=1, batch_size=4, space=SPACE
)


@pytest.fixture
def source(root):
    return {
        "name": "demo",
        "root": root / "clips",
        "protocol": "cross-view",
        "cache": root / "cache",
        "missing_list": None,
    }


@pytest.mark.usefixtures("untracked")
def test_workers_run_the_trials_and_come_back_from_death(tmp_path, data, source, monkeypatch):
    monkeypatch.setattr(search_module.runs, "run", wins_at_once)
    folder, killed = tmp_path / "s", []
    look = workers_module._Worker.look

    def kill_once(worker):
        """kill -9, while the first trial is trained."""
        if not killed and (folder / "trials" / "trial-0000" / "run.json").exists():
            worker._process.kill()
            worker._process.wait()
            killed.append(worker._name)
        return look(worker)

    monkeypatch.setattr(workers_module._Worker, "look", kill_once)
    found = search(folder, SETTINGS, data, "", explore=with_workers(1, source))
    assert killed == ["worker0"]
    assert list(statuses(folder).values()) == ["finished"] * 2
    assert all(0 <= trial["score"] <= 1 for trial in found["trials"])
    assert not any(name.startswith("KERASTUNER") for name in os.environ)


@pytest.mark.usefixtures("untracked")
def test_a_worker_that_cannot_start_is_told_with_its_last_words(
    tmp_path, data, source, monkeypatch
):
    monkeypatch.setattr(workers_module, "MAX_ATTEMPTS", 0)
    broken = source | {"protocol": "no-such-protocol"}
    with pytest.raises(SearchFailedError, match="worker0.*(?s:.*)no-such-protocol"):
        search(tmp_path / "s", SETTINGS, data, "", explore=with_workers(1, broken))


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="no cores can be set here")
def test_a_worker_keeps_to_its_cores(tmp_path):
    core = min(os.sched_getaffinity(0))
    worker = workers_module._Worker(tmp_path, "worker0", 9, {}, {core})
    try:
        assert os.sched_getaffinity(worker._process.pid) == {core}
    finally:
        worker.stop()


@pytest.mark.usefixtures("untracked")
@pytest.mark.parametrize(
    ("cores", "count", "shares"),
    [
        ({0, 1, 2, 3}, 2, [{0, 2}, {1, 3}]),
        ({4, 5, 6}, 2, [{4, 6}, {5}]),
        # Fewer cores than workers: they have to share.
        ({0, 1}, 3, [set(), set(), set()]),
    ],
)
def test_workers_share_out_the_cores(cores, count, shares, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: cores, raising=False)
    assert workers_module._shares_of_cores(count) == shares


def test_a_port_in_use_is_told(tmp_path, data, source):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ValueError, match=f"127.0.0.1:{port}"):
            search(tmp_path / "s", SETTINGS, data, "", explore=with_workers(2, source, port))


@pytest.fixture
def place(monkeypatch):
    """The environment of a worker whose chief is not there."""
    variables = {
        "KERASTUNER_ORACLE_IP": "127.0.0.1",
        "KERASTUNER_ORACLE_PORT": "9",
        "KERASTUNER_TUNER_ID": "worker0",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_the_environment_says_who_is_who(place):
    assert role() == "worker"
    place.setenv("KERASTUNER_TUNER_ID", "chief")
    assert role() == "chief"
    place.delenv("KERASTUNER_ORACLE_PORT")
    with pytest.raises(ValueError, match="KERASTUNER_ORACLE_PORT"):
        role()
    for name in ("KERASTUNER_ORACLE_IP", "KERASTUNER_TUNER_ID"):
        place.delenv(name)
    assert role() is None


@pytest.mark.usefixtures("quick", "untracked")
def test_a_chief_whose_trials_are_all_done_waits_for_no_worker(tmp_path, data, place):
    for name in ("KERASTUNER_ORACLE_IP", "KERASTUNER_ORACLE_PORT", "KERASTUNER_TUNER_ID"):
        place.delenv(name)
    search(tmp_path / "s", SETTINGS, data, "")
    for name, value in (("ORACLE_IP", "127.0.0.1"), ("ORACLE_PORT", "9"), ("TUNER_ID", "chief")):
        place.setenv(f"KERASTUNER_{name}", value)
    # As after a kill -9 while the winner was trained: its workers have long ended.
    found = search(tmp_path / "s", replace(SETTINGS, seeds=2), data, "", explore=as_chief)
    assert len(found["winner"]["runs"]) == 2
    # Or as after one just before that.
    (tmp_path / "s" / "explored.json").unlink()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        place.setenv("KERASTUNER_ORACLE_PORT", str(probe.getsockname()[1]))
    place.setattr(workers_module, "_LAST_WORKERS_SECONDS", 0.1)
    place.setattr(workers_module, "_FAREWELL_SECONDS", 0.1)
    found = search(tmp_path / "s", replace(SETTINGS, seeds=3), data, "", explore=as_chief)
    assert len(found["winner"]["runs"]) == 3


@pytest.mark.usefixtures("quick", "untracked")
def test_a_worker_without_a_chief_does_not_wait_for_ever(tmp_path, data, place):
    place.setattr(workers_module, "_CHIEF_WAIT_SECONDS", 0.1)
    this = search_module.Search(tmp_path / "s", SETTINGS, data)
    with pytest.raises(ValueError, match="No chief answers at 127.0.0.1:9"):
        work(this)
    for name in ("KERASTUNER_ORACLE_IP", "KERASTUNER_ORACLE_PORT", "KERASTUNER_TUNER_ID"):
        place.delenv(name)
    search(tmp_path / "s", replace(SETTINGS, trials=1), data, "")
    for name, value in (("ORACLE_IP", "127.0.0.1"), ("ORACLE_PORT", "9"), ("TUNER_ID", "w")):
        place.setenv(f"KERASTUNER_{name}", value)
    # Asked for more trials than the last chief was, it waits for the next one.
    with pytest.raises(ValueError, match="No chief answers"):
        work(this)
    with pytest.raises(ValueError, match="is finished"):
        work(search_module.Search(tmp_path / "s", replace(SETTINGS, trials=1), data))
