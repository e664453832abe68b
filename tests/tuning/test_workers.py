"""Workers on this machine, and the messages where they cannot work."""

import os
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from searching import SPACE, environment, quick_search, quick_settings, statuses, trained

from keras_drnn.tuning import chief as chief_module
from keras_drnn.tuning import cores as cores_module
from keras_drnn.tuning import local_worker, roles
from keras_drnn.tuning import worker as worker_module
from keras_drnn.tuning.chief import Chief, as_chief
from keras_drnn.tuning.identity import begin
from keras_drnn.tuning.one_search import Search, SearchFailedError
from keras_drnn.tuning.run_search import run_search
from keras_drnn.tuning.settings import SearchSettings
from keras_drnn.tuning.skeletons import SkeletonObjective
from keras_drnn.tuning.tuner import quiet
from keras_drnn.tuning.worker import work
from keras_drnn.tuning.worker_process import WorkerProcess
from keras_drnn.tuning.workers import with_workers

pytestmark = pytest.mark.usefixtures("no_pictures")

SCRIPT = Path(__file__).parent / "quick_process.py"


@pytest.fixture
def place(monkeypatch):
    """Puts this process into a place: chief or worker, at a port."""

    def put(name, port=9):
        for variable, value in roles.variables("127.0.0.1", port, name).items():
            monkeypatch.setenv(variable, value)

    return put


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_workers_run_the_trials_and_come_back_from_death(folder, log, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", environment()["PYTHONPATH"])
    look, killed = WorkerProcess.look, []

    def kill_once(worker):
        """kill -9, while the first trial is trained: it would take a minute."""
        if not killed and len(trained(log)) == 1:
            worker._process.kill()
            worker._process.wait()
            killed.append(worker)
        return look(worker)

    monkeypatch.setattr(WorkerProcess, "look", kill_once)
    command = [sys.executable, str(SCRIPT), str(folder), str(log), "2", "60", "1"]
    search = quick_search(folder, log, quick_settings(2))
    outcome = run_search(search, None, explore=with_workers(1, command))
    assert len(killed) == 1
    assert list(statuses(folder).values()) == ["finished"] * 2
    assert [trial for trial, *_ in trained(log)] == ["trial-0000", "trial-0000", "trial-0001"]
    assert outcome["counts"]["finished"] == 2
    assert not any(name.startswith("KERASTUNER") for name in os.environ)


def test_a_worker_that_cannot_start_is_reported_with_its_last_words(folder, log):
    command = [sys.executable, "-S", "-c", "import sys; sys.exit('no such protocol')"]
    search = quick_search(folder, log, quick_settings(2))
    with pytest.raises(SearchFailedError, match="worker0.*5 times.*(?s:.*)no such protocol"):
        run_search(search, None, explore=with_workers(1, command))


def test_the_program_of_a_worker_trains_on_the_data_that_it_is_given(
    folder, data, source, place, monkeypatch
):
    search_settings = SearchSettings(
        oracle="random",
        trials=1,
        folds=1,
        steps=1,
        batch_size=4,
        space=replace(SPACE, groups=(1,), units=(8,), head_units=(0,)),
    )
    search = Search(folder, search_settings, SkeletonObjective(data, search_settings))
    folder.mkdir()
    begin(search)
    port = free_port()
    with quiet(), roles.acting_as_chief("127.0.0.1", port):
        Chief(search, keep_ongoing=False)
    place("worker0", port)
    command = local_worker.command(folder, source)
    assert command[:3] == [sys.executable, "-m", "keras_drnn.tuning.local_worker"]
    monkeypatch.setattr(sys, "argv", command[2:])
    local_worker.main()
    assert list(statuses(folder).values()) == ["finished"]
    (trial,) = search.on_disk.trials()
    assert 0 <= trial.metrics["validation/sequence_accuracy"] <= 1
    assert len(trial.history()) == 1


def test_a_worker_ends_with_the_process_that_started_it(tmp_path):
    child = (
        "import os, pathlib, time; from keras_drnn.tuning import local_worker;"
        f"local_worker.end_with_parent(); path = pathlib.Path({str(tmp_path / 'pid')!r});"
        "path.with_suffix('.new').write_text(str(os.getpid()));"
        "path.with_suffix('.new').rename(path); time.sleep(60)"
    )
    parent = (
        "import pathlib, subprocess, sys, time;"
        f"subprocess.Popen([sys.executable, '-c', {child!r}]);"
        f"path = pathlib.Path({str(tmp_path / 'pid')!r})\n"
        "while not path.exists(): time.sleep(0.02)"
    )
    subprocess.run([sys.executable, "-S", "-c", parent], env=environment(), check=True)
    pid = int((tmp_path / "pid").read_text())
    end = time.monotonic() + 30
    while _runs(pid):
        assert time.monotonic() < end, "the worker outlives its chief"
        time.sleep(0.05)


def _runs(pid):
    try:
        # Where nobody waits for it, what has ended stays a while as a zombie.
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="no cores can be set here")
def test_a_worker_keeps_to_its_cores(tmp_path):
    core = min(os.sched_getaffinity(0))
    command = [sys.executable, "-S", "-c", "import time; time.sleep(60)"]
    worker = WorkerProcess(command, {}, tmp_path / "worker0" / "log.txt", {core})
    try:
        assert os.sched_getaffinity(worker._process.pid) == {core}
    finally:
        worker.stop()


@pytest.mark.parametrize(
    ("cores", "count", "shares"),
    [
        ([0, 1, 2, 3], 2, [{0, 2}, {1, 3}]),
        ([4, 5, 6], 2, [{4, 6}, {5}]),
        # Fewer cores than workers: they have to share.
        ([0, 1], 3, [set(), set(), set()]),
        # Where the system does not tell.
        ([], 2, [set(), set()]),
    ],
)
def test_workers_share_out_the_cores(cores, count, shares, monkeypatch):
    monkeypatch.setattr(cores_module, "usable_cores", lambda: cores)
    assert cores_module.shares_of_cores(count) == shares


def test_a_port_in_use_is_reported(folder, log):
    search = quick_search(folder, log, quick_settings(2))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ValueError, match=f"127.0.0.1:{port}"):
            run_search(search, None, explore=with_workers(2, ["no program"], port))


def test_the_environment_says_who_is_who(place, monkeypatch):
    place("worker0")
    assert roles.role() == "worker" and roles.place() == ("127.0.0.1", 9)
    place("chief")
    assert roles.role() == "chief"
    monkeypatch.setenv("KERASTUNER_ORACLE_PORT", "http")
    with pytest.raises(ValueError, match="KERASTUNER_ORACLE_PORT.*http"):
        roles.place()
    monkeypatch.delenv("KERASTUNER_ORACLE_PORT")
    with pytest.raises(ValueError, match="KERASTUNER_ORACLE_PORT"):
        roles.role()
    for name in ("KERASTUNER_ORACLE_IP", "KERASTUNER_TUNER_ID"):
        monkeypatch.delenv(name)
    assert roles.role() is None


def test_a_chief_whose_trials_are_all_done_waits_for_no_worker(run, folder, place, monkeypatch):
    few = {"trials": 2, "folds": 1}
    run(seeds=1, **few)
    place("chief", free_port())
    monkeypatch.setattr(chief_module, "_LAST_WORKERS_SECONDS", 0.1)
    monkeypatch.setattr(chief_module, "_FAREWELL_SECONDS", 0.1)
    # As after a kill -9 while the winner was trained: its workers have long ended.
    assert len(run(seeds=2, explore=as_chief, **few)["winner"]["runs"]) == 2
    # Or as after one just before that.
    (folder / "explored.json").unlink()
    assert len(run(seeds=3, explore=as_chief, **few)["winner"]["runs"]) == 3


def test_a_worker_without_a_chief_does_not_wait_for_ever(run, search, place, monkeypatch):
    monkeypatch.setattr(worker_module, "_CHIEF_WAIT_SECONDS", 0.1)
    run(trials=1)
    place("worker0")
    # Asked for more trials than the last chief was, it waits for the next one.
    with pytest.raises(ValueError, match="No chief answers at 127.0.0.1:9"):
        work(search(trials=2))
    with pytest.raises(ValueError, match="is finished"):
        work(search(trials=1))


def test_a_worker_whose_folder_is_not_the_chiefs_says_so(folder, log, place):
    with socket.socket() as chief:
        chief.bind(("127.0.0.1", 0))
        chief.listen()
        place("worker0", chief.getsockname()[1])
        with pytest.raises(ValueError, match="same --out.*no search.json"):
            work(quick_search(folder, log, quick_settings(1)))
