"""kill -9 at any time: no finished trial is lost or run twice, the one under way is run again."""

import json
import socket
import subprocess
import sys
from collections import Counter
from pathlib import Path

import keras
import pytest
from searching import environment, kill, statuses, trained, wait_for

# Starting so many processes takes time, and they die alike on every backend.
pytestmark = pytest.mark.skipif(
    keras.backend.backend() != "jax", reason="the same on every backend"
)

SCRIPT = Path(__file__).parent / "quick_process.py"


@pytest.fixture
def start(root, data, tmp_path, log):
    """Starts processes of one search; those that still run at the end are killed."""
    running = []

    def begin(trials, pause, **variables):
        place = [str(part) for part in (root, tmp_path / "s", log, trials, pause)]
        process = subprocess.Popen(
            [sys.executable, str(SCRIPT), *place],
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


def finish(process):
    told, _ = process.communicate(timeout=120)
    assert process.returncode == 0, told
    # keras-tuner prints what was left in it from debugging.
    assert told == ""


def check(folder, log, trials, killed):
    """Everything ran once, but for what was killed; those ran once more."""
    assert list(statuses(folder).values()) == ["finished"] * trials
    counts = Counter(trial for trial, *_ in trained(log))
    assert sum(counts.values()) == trials + killed
    assert max(counts.values()) <= 2
    outcome = json.loads((folder / "outcome.json").read_text())
    values = [json.dumps(trial["values"], sort_keys=True) for trial in outcome["trials"]]
    assert len(set(values)) == trials
    (winner,) = outcome["winner"]["runs"]
    assert winner.startswith(outcome["best"]["trial"]) and winner.endswith("seed0")


def test_a_killed_search_goes_on(start, tmp_path, log):
    process = start(5, 0.5)
    wait_for(lambda: len(trained(log)) == 3)
    kill(process)
    before = {path: path.read_bytes() for path in (tmp_path / "s").glob("trials/*/metrics.json")}
    assert len(before) == 2
    finish(start(5, 0.0))
    check(tmp_path / "s", log, 5, killed=1)
    for path, content in before.items():
        assert path.read_bytes() == content


def test_killed_chief_and_worker_on_several_machines(start, tmp_path, log):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    place = {"KERASTUNER_ORACLE_IP": "127.0.0.1", "KERASTUNER_ORACLE_PORT": str(port)}

    def begin(name, pause=0.5):
        return start(4, pause, **place, KERASTUNER_TUNER_ID=name)

    folder = tmp_path / "s"
    chief, first, second = begin("chief"), begin("a"), begin("b")
    wait_for(lambda: len(trained(log)) >= 3)
    kill(first)
    first = begin("a")
    wait_for(lambda: len(trained(log)) >= 4)
    kill(chief)
    chief = begin("chief")
    for process in (first, second, chief):
        finish(process)
    check(folder, log, 4, killed=len(trained(log)) - 4)
    # The worker's trial was run again; the chief's death cost none.
    assert len(trained(log)) <= 5
