"""A worker of a search: it runs the trials that a chief hands out."""

import os
import time
from collections.abc import Callable

from keras_drnn.system.locks import hold
from keras_drnn.tuning.identity import check
from keras_drnn.tuning.one_search import Search
from keras_drnn.tuning.ports import answers
from keras_drnn.tuning.roles import ADDRESS, CHIEF, ID, PORT, place
from keras_drnn.tuning.values import Values

_CHIEF_WAIT_SECONDS = 600.0


def work(search: Search, on_step: Callable[[int, int], None] = lambda step, of: None) -> None:
    """Run the trials that a chief hands out, until there are no more.

    Args:
        search: The search, as the chief has it.
        on_step: Called with the steps done of the trial under way, and of how many.

    Raises:
        ValueError: If there is no chief, its folder is not this one, or another worker has the
            same id.
    """
    from keras_drnn.tuning.tuner import FolderTuner, quiet

    def run(trial: str, values: Values) -> float:
        return search.run_trial(trial, values, on_step)

    _wait_for_chief(search)
    # The chief has written it before it answers.
    if not (search.folder / "search.json").is_file():
        raise ValueError(
            "Expected a folder that this worker shares with its chief: give both the same --out, "
            "where all machines can write, and the same name of the search. Received: "
            f"{search.folder}, in which the chief has left no search.json"
        )
    check(search)
    name = os.environ[ID]
    own = search.folder / "workers" / name
    busy = (
        f"Another process is at work on this search as {name} ({own}). Wait for it, or set "
        f"another {ID}."
    )
    with hold(own / ".lock", busy), quiet():
        FolderTuner(search.oracle(), run, lambda: None).search()


def _wait_for_chief(search: Search) -> None:
    until = time.monotonic() + _CHIEF_WAIT_SECONDS
    while time.monotonic() < until:
        if answers(place(), 5.0):
            return
        # keras-tuner's worker would wait an hour for a chief that has long finished.
        outcome = search.on_disk.outcome
        if outcome.get("winner") and search.settings.trials <= outcome["settings"]["trials"]:
            raise ValueError(
                f"The search in {search.folder} is finished. Give the chief more trials first."
            )
        time.sleep(1.0)
    address, port = place()
    raise ValueError(
        f"No chief answers at {address}:{port}. Start it, with {ID}={CHIEF}, or put right "
        f"{ADDRESS} and {PORT}."
    )
