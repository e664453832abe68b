"""A search by several processes on this machine: a chief, and workers that it starts."""

import time
from collections.abc import Callable, Sequence

from keras_drnn.tuning.chief import LOOK_SECONDS, Chief
from keras_drnn.tuning.cores import shares_of_cores
from keras_drnn.tuning.explore import Explore, check_failures
from keras_drnn.tuning.one_search import Search
from keras_drnn.tuning.ports import free_port
from keras_drnn.tuning.roles import acting_as_chief, variables
from keras_drnn.tuning.tuner import quiet
from keras_drnn.tuning.worker_process import WorkerProcess

_LOCAL = "127.0.0.1"
# keras-tuner's chief looks every 20 s whether its last workers have gone.
_CHIEF_SECONDS = 25.0


def with_workers(count: int, command: Sequence[str], port: int | None = None) -> Explore:
    """Trials by several processes on this machine, of which this one is the chief.

    A worker that dies is started again and takes its trial back.

    Args:
        count: How many workers.
        command: The program that works, with its arguments.
        port: Where the chief listens, by default any free one.
    """

    def explore(search: Search, report: Callable[[], object]) -> None:
        chosen = free_port(_LOCAL, port)
        # It may come from a file, or from the program that searches.
        backend = {"KERAS_BACKEND": search.objective.decisive()["backend"]}
        with quiet():
            with acting_as_chief(_LOCAL, chosen):
                chief = Chief(search, keep_ongoing=False)
            workers: list[WorkerProcess] = []
            try:
                for number, cores in enumerate(shares_of_cores(count)):
                    name = f"worker{number}"
                    log = search.folder / "workers" / name / "log.txt"
                    own = backend | variables(_LOCAL, chosen, name)
                    workers.append(WorkerProcess(command, own, log, cores))
                _watch(search, report, chief, workers)
            finally:
                for worker in workers:
                    worker.stop()
        report()
        check_failures(search, chief.oracle)
        # Another search may be about to listen at the same place.
        chief.thread.join(_CHIEF_SECONDS if port else 0.0)

    return explore


def _watch(
    search: Search, report: Callable[[], object], chief: Chief, workers: Sequence[WorkerProcess]
) -> None:
    """Until all workers have ended: start again those that die, and report what they finish."""
    done = search.on_disk.ended
    while any([worker.look() for worker in workers]):
        chief.check()
        now = search.on_disk.ended
        if now != done:
            done = now
            for worker in workers:
                worker.forgive()
            report()
        time.sleep(LOOK_SECONDS)
