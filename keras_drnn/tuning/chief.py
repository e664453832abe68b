"""The chief of a search by several processes: it hands out trials, and runs none."""

import threading
import time
from collections.abc import Callable

from keras_drnn.tuning.explore import check_failures
from keras_drnn.tuning.one_search import Search
from keras_drnn.tuning.ports import answers, free_port
from keras_drnn.tuning.roles import place
from keras_drnn.tuning.tuner import FolderTuner, quiet
from keras_drnn.tuning.values import Values

LOOK_SECONDS = 0.3
_FAREWELL_SECONDS = 1.0
_LAST_WORKERS_SECONDS = 30.0


class Chief:
    """keras-tuner's chief, in a thread: it does little but wait.

    Args:
        search: The search.
        keep_ongoing: Whether trials under way are left to their workers.
    """

    def __init__(self, search: Search, *, keep_ongoing: bool) -> None:
        self._error: Exception | None = None
        self.oracle = search.oracle(keep_ongoing=keep_ongoing)
        tuner = FolderTuner(self.oracle, _no_trials, lambda: None)

        def serve() -> None:
            try:
                tuner.search()
            # Raised again where the search waits.
            except Exception as error:
                self._error = error

        self.thread = threading.Thread(target=serve, name="chief", daemon=True)
        self.thread.start()
        # Until then it reads its place from the environment, which may be set for it alone.
        while self.thread.is_alive() and not answers(place(), 1.0):
            time.sleep(0.02)
        self.check()

    def check(self) -> None:
        """Raise what has ended the chief, if anything has."""
        if self._error is not None:
            raise ValueError(f"The chief of the search has ended: {self._error}") from self._error


def as_chief(search: Search, report: Callable[[], object]) -> None:
    """Trials by workers on other machines; the environment says where this chief listens.

    Trials under way stay with the workers that run them, also when the chief is started again.

    Args:
        search: The search.
        report: Called as trials end.
    """
    free_port(*place())
    with quiet():
        chief = Chief(search, keep_ongoing=True)
        done = search.on_disk.ended
        without_work_since = time.monotonic()
        while chief.thread.is_alive() and not chief.oracle.all_gone:
            chief.thread.join(LOOK_SECONDS)
            if chief.oracle.ongoing_trials or not search.all_ended:
                without_work_since = time.monotonic()
            # Started again when all was done: workers that are left ask soon, others never will.
            if time.monotonic() - without_work_since > _LAST_WORKERS_SECONDS:
                break
            now = search.on_disk.ended
            if now != done:
                done = now
                report()
        chief.check()
        # The last worker's answer may still be under way.
        time.sleep(_FAREWELL_SECONDS)
    check_failures(search, chief.oracle)


def _no_trials(trial: str, values: Values) -> float:
    raise RuntimeError("A chief hands out trials and runs none")
