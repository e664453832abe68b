"""kill -9 at any time: no finished trial is lost or run twice, the one under way is run again."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from searching import environment, kill, quick_search, quick_settings, statuses, trained, wait_for

from keras_drnn.tuning import chief as chief_module
from keras_drnn.tuning.chief import as_chief
from keras_drnn.tuning.roles import variables
from keras_drnn.tuning.run_search import run_search

pytestmark = pytest.mark.usefixtures("no_pictures")

SCRIPT = Path(__file__).parent / "quick_process.py"


@pytest.fixture
def start(folder, log):
    """Starts processes of one search; those that still run at the end are killed."""
    running = []

    def begin(*numbers, **variables):
        process = subprocess.Popen(
            [sys.executable, str(SCRIPT), str(folder), str(log), *map(str, numbers)],
            env=environment(**variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        running.append(process)
        return process

    yield begin
    for process in running:
        if process.poll() is None:
            kill(process)


def check(outcome, folder, log, trials, killed):
    """Everything ran once, but for what was killed; those ran once more."""
    assert list(statuses(folder).values()) == ["finished"] * trials
    counts = Counter(trial for trial, *_ in trained(log))
    assert sum(counts.values()) == trials + killed
    assert max(counts.values()) <= 2
    values = [json.dumps(trial["values"], sort_keys=True) for trial in outcome["trials"]]
    assert len(set(values)) == trials
    (winner,) = outcome["winner"]["runs"]
    assert winner.startswith(outcome["best"]["trial"]) and winner.endswith("seed0")


def test_a_killed_search_goes_on(start, folder, log):
    # The third training would take a minute.
    process = start(5, 60, 3)
    wait_for(lambda: len(trained(log)) == 3)
    kill(process)
    before = {path: path.read_bytes() for path in folder.glob("trials/*/metrics.json")}
    assert len(before) == 2
    outcome = run_search(quick_search(folder, log, quick_settings(5)), None)
    check(outcome, folder, log, 5, killed=1)
    for path, content in before.items():
        assert path.read_bytes() == content


@pytest.fixture
def begin(start):
    """Starts a process of a search of four trials by several machines, by name."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def begin(name, pause=0.5):
        return start(4, pause, **variables("127.0.0.1", port, name))

    begin.port = port
    return begin


@pytest.fixture
def revive(begin, folder, log, monkeypatch):
    """Has the chief come back in this process; what its workers run is still theirs."""

    def revive():
        for name, value in variables("127.0.0.1", begin.port, "chief").items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(chief_module, "_FAREWELL_SECONDS", 0.2)
        return run_search(quick_search(folder, log, quick_settings(4)), None, explore=as_chief)

    return revive


def check_ended(*workers):
    for process in workers:
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 0, output
        # keras-tuner prints what was left in it from debugging.
        assert output == ""


def test_killed_chief_and_worker_on_several_machines(begin, revive, folder, log):
    # The first training would take a minute: its worker dies in it, and it stays that worker's.
    chief, first = begin("chief"), begin("a", pause=60)
    wait_for(lambda: len(trained(log)) == 1)
    second = begin("b")
    wait_for(lambda: len(trained(log)) >= 2)
    kill(first)
    first = begin("a")
    wait_for(lambda: len(trained(log)) >= 3)
    kill(chief)
    outcome = revive()
    check_ended(first, second)
    # The worker's trial was run again; the chief's death cost none.
    check(outcome, folder, log, 4, killed=1)


def test_a_chief_that_dies_before_it_answers(begin, revive, folder, log):
    chief, worker = begin("chief"), begin("a")
    wait_for(lambda: len(trained(log)) == 2)
    chief.send_signal(signal.SIGSTOP)
    # The trial has ended, and its worker waits for the chief to hear that.
    wait_for(lambda: list(statuses(folder).values()) == ["finished"] * 2)
    time.sleep(0.5)
    kill(chief)
    outcome = revive()
    check_ended(worker)
    check(outcome, folder, log, 4, killed=0)
