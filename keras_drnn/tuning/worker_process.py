"""A worker process on this machine, started again when it dies."""

import contextlib
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from keras_drnn.tuning.one_search import SearchFailedError
from keras_drnn.tuning.trial import MAX_ATTEMPTS

_END_SECONDS = 10.0
_LOG_LINES = 15


class WorkerProcess:
    """A worker process on this machine, started again when it dies.

    Args:
        command: The program that works, with its arguments.
        variables: What its environment has beside that of this process.
        log: Where its output goes.
        cores: The cores it keeps to, none for all.
    """

    def __init__(
        self, command: Sequence[str], variables: Mapping[str, str], log: Path, cores: set[int]
    ) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)
        self._command = command
        self._environment = {
            # Several processes on one graphics card must not take all of its memory each.
            "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
            "TF_FORCE_GPU_ALLOW_GROWTH": "true",
            **os.environ,
            **variables,
        }
        self._log = log
        self._cores = cores
        self._deaths = 0
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
            self._deaths += 1
            if self._deaths > MAX_ATTEMPTS + 1:
                lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
                raise SearchFailedError(
                    f"{self._log.parent.name} of the search has ended {self._deaths} times in a "
                    f"row, the last time with {code}. Its last words, in {self._log}:\n"
                    + "\n".join(lines[-_LOG_LINES:])
                )
            self._process = self._start()
        return True

    def forgive(self) -> None:
        """Count its deaths from here on: a trial has ended since."""
        self._deaths = 0

    def stop(self) -> None:
        """End the process, if it still runs."""
        self._process.terminate()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        with self._log.open("a", encoding="utf-8") as log:
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
