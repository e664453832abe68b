"""A search by several processes: keras-tuner's chief, and the workers that it hands trials to."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import keras

from keras_drnn.system.environment import usable_cores
from keras_drnn.system.locks import hold
from keras_drnn.tuning.search import Search, SearchFailedError, check_failures
from keras_drnn.tuning.trial import MAX_ATTEMPTS

_ADDRESS, _PORT, _ID = "KERASTUNER_ORACLE_IP", "KERASTUNER_ORACLE_PORT", "KERASTUNER_TUNER_ID"
_LOCAL = "127.0.0.1"
_LOOK_SECONDS = 0.3
_END_SECONDS = 10.0
# keras-tuner's chief looks every 20 s whether its last workers have gone.
_CHIEF_SECONDS = 25.0
_FAREWELL_SECONDS = 1.0
_CHIEF_WAIT_SECONDS = 600.0
_LAST_WORKERS_SECONDS = 30.0
_LOG_LINES = 15


def role() -> Literal["chief", "worker"] | None:
    """What keras-tuner's environment variables make of this process, `None` without them.

    Raises:
        ValueError: If some of them are missing.
    """
    told = [name for name in (_ADDRESS, _PORT, _ID) if os.environ.get(name)]
    if not told:
        return None
    if len(told) < 3:
        raise ValueError(
            f"A search on several machines takes the environment variables {_ADDRESS}, {_PORT} and "
            f"{_ID}; set all of them, or none. Received: {', '.join(told)}"
        )
    return "chief" if "chief" in os.environ[_ID] else "worker"


def with_workers(
    count: int, source: Mapping[str, Any], port: int | None = None
) -> Callable[[Search, Callable[[], object]], None]:
    """Trials by several processes on this machine, of which this one is the chief.

    A worker that dies is started again and takes its trial back.

    Args:
        count: How many workers.
        source: The arguments of `open_data`, for the workers.
        port: Where the chief listens, by default any free one.

    Returns:
        An `explore` for `search`.
    """

    def explore(this: Search, report: Callable[[], object]) -> None:
        from keras_drnn.tuning.tuner import quiet

        at = _free_port(_LOCAL, port)
        with quiet():
            with _environment({_ADDRESS: _LOCAL, _PORT: str(at), _ID: "chief"}):
                chief = _Chief(this, keep_ongoing=False)
            workers = [
                _Worker(this.folder, f"worker{i}", at, source, cores)
                for i, cores in enumerate(_shares_of_cores(count))
            ]
            try:
                _watch(this, report, chief, workers)
            finally:
                for worker in workers:
                    worker.stop()
        report()
        check_failures(this, chief.oracle)
        # Another search may be about to listen at the same place.
        chief.thread.join(_CHIEF_SECONDS if port else 0.0)

    return explore


def _watch(
    this: Search, report: Callable[[], object], chief: "_Chief", workers: list["_Worker"]
) -> None:
    """Until all workers have ended: start again those that die, and report what they finish."""
    done = this.progress().done
    while any([worker.look() for worker in workers]):
        chief.check()
        now = this.progress().done
        if now != done:
            done = now
            for worker in workers:
                worker.deaths = 0
            report()
        time.sleep(_LOOK_SECONDS)


def as_chief(this: Search, report: Callable[[], object]) -> None:
    """Trials by workers on other machines; the environment says where this chief listens.

    Trials under way stay with the workers that run them, also when the chief is started again.

    Args:
        this: The search.
        report: Called as trials end.
    """
    from keras_drnn.tuning.tuner import quiet

    _free_port(os.environ[_ADDRESS], int(os.environ[_PORT]))
    with quiet():
        chief = _Chief(this, keep_ongoing=True)
        done = this.progress().done
        nobody_since = time.monotonic()
        while chief.thread.is_alive() and not chief.oracle.all_gone:
            chief.thread.join(_LOOK_SECONDS)
            if chief.oracle.ongoing_trials or not this.all_ended:
                nobody_since = time.monotonic()
            # Started again when all was done: workers that are left ask soon, others never will.
            if time.monotonic() - nobody_since > _LAST_WORKERS_SECONDS:
                break
            now = this.progress().done
            if now != done:
                done = now
                report()
        chief.check()
        # The last worker's answer may still be under way.
        time.sleep(_FAREWELL_SECONDS)
    check_failures(this, chief.oracle)


def work(this: Search, on_step: Callable[[int, int], None] = lambda step, of: None) -> None:
    """Run the trials that a chief hands out, until there are no more.

    Args:
        this: The search, as the chief has it.
        on_step: Called with the steps done of the trial under way, and of how many.

    Raises:
        ValueError: If there is no chief, or another worker has the same id.
    """
    from keras_drnn.tuning.tuner import quiet

    _wait_for_chief(this)
    this.check()
    own = this.folder / "workers" / os.environ[_ID]
    busy = (
        f"Another process is at work on this search as {os.environ[_ID]} ({own}). Wait for it, or "
        f"set another {_ID}."
    )
    with hold(own / ".lock", busy), quiet():
        this.tuner(lambda trial, values: this.run_trial(trial, values, on_step)).search()


class _Chief:
    """keras-tuner's chief, in a thread: it does little but wait."""

    def __init__(self, this: Search, *, keep_ongoing: bool) -> None:
        self._error: Exception | None = None
        ready = threading.Event()
        tuner = this.tuner(_no_trials, keep_ongoing=keep_ongoing)
        self.oracle = tuner.oracle

        def serve() -> None:
            try:
                ready.set()
                tuner.search()
            # Raised again where the search waits.
            except Exception as error:
                self._error = error

        self.thread = threading.Thread(target=serve, name="chief", daemon=True)
        self.thread.start()
        ready.wait()
        self._wait_until_it_listens()

    def check(self) -> None:
        """Raise what has ended the chief, if anything has."""
        if self._error is not None:
            raise ValueError(f"The chief of the search has ended: {self._error}") from self._error

    def _wait_until_it_listens(self) -> None:
        # Until then it reads its address from the environment, which may be set for it alone.
        place = (os.environ[_ADDRESS], int(os.environ[_PORT]))
        while self.thread.is_alive():
            with contextlib.suppress(OSError), socket.create_connection(place, timeout=1.0):
                return
            time.sleep(0.02)
        self.check()


def _no_trials(trial: str, values: dict) -> float:
    raise RuntimeError("A chief hands out trials and runs none")


class _Worker:
    """A worker process on this machine, started again when it dies."""

    def __init__(
        self, folder: Path, name: str, port: int, source: Mapping[str, Any], cores: set[int]
    ) -> None:
        self._name = name
        self._cores = cores
        self._log = folder / "workers" / name / "log.txt"
        self._log.parent.mkdir(parents=True, exist_ok=True)
        told = {key: str(value) for key, value in source.items() if value is not None}
        module = "keras_drnn.tuning.local_worker"
        self._command = [sys.executable, "-m", module, str(folder), json.dumps(told)]
        self._environment = {
            # Several processes on one graphics card must not take all of its memory each.
            "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
            "TF_FORCE_GPU_ALLOW_GROWTH": "true",
            **os.environ,
            "KERAS_BACKEND": keras.backend.backend(),
            _ADDRESS: _LOCAL,
            _PORT: str(port),
            _ID: name,
        }
        self.deaths = 0
        self._process = self._start()

    def look(self) -> bool:
        """Whether there is still work; a worker that died is started again.

        Raises:
            SearchFailedError: If it has died too often with no trial ending in between.
        """
        code = self._process.poll()
        if code == 0:
            return False
        if code is not None:
            self.deaths += 1
            if self.deaths > MAX_ATTEMPTS + 1:
                lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
                raise SearchFailedError(
                    f"{self._name} of the search has ended {self.deaths} times in a row, the last "
                    f"time with {code}. Its last words, in {self._log}:\n"
                    + "\n".join(lines[-_LOG_LINES:])
                )
            self._process = self._start()
        return True

    def stop(self) -> None:
        """End the process, if it still runs."""
        self._process.terminate()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _start(self) -> subprocess.Popen:
        with self._log.open("a") as log:
            process = subprocess.Popen(
                self._command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        if self._cores:
            with contextlib.suppress(ProcessLookupError):
                os.sched_setaffinity(process.pid, self._cores)
        return process


def _shares_of_cores(count: int) -> list[set[int]]:
    """Cores for each worker: threads of several trials on the same cores wait for each other.

    Empty sets where there is no way to say so, or less than a core for each.
    """
    cores = usable_cores()
    if len(cores) < count:
        return [set()] * count
    return [set(cores[i::count]) for i in range(count)]


def _free_port(address: str, port: int | None) -> int:
    """A port to listen at: gRPC itself would share a port that another process listens at."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        # As of a server that has just ended.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port or 0))
        except OSError as error:
            raise ValueError(
                f"The chief of the search cannot listen at {address}:{port} ({error.strerror}). "
                "Give another port, or end what listens there."
            ) from error
        return probe.getsockname()[1]


def _wait_for_chief(this: Search) -> None:
    address, port = os.environ[_ADDRESS], int(os.environ[_PORT])
    until = time.monotonic() + _CHIEF_WAIT_SECONDS
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection((address, port), timeout=5.0):
            return
        # keras-tuner's worker would wait an hour for a chief that has long finished.
        outcome = this.known.outcome
        if outcome.get("winner") and this.settings.trials <= outcome["settings"]["trials"]:
            raise ValueError(
                f"The search in {this.folder} is finished. Give the chief more trials first."
            )
        time.sleep(1.0)
    raise ValueError(
        f"No chief answers at {address}:{port}. Start it, with {_ID}=chief, or put right "
        f"{_ADDRESS} and {_PORT}."
    )


@contextlib.contextmanager
def _environment(changes: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in changes}
    os.environ.update(changes)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
