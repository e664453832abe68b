"""A worker of a search: it runs the trials that a chief hands out."""

import contextlib
import os
from collections.abc import Callable

from keras_drnn.system.locks import hold
from keras_drnn.tuning.identity import check
from keras_drnn.tuning.one_search import Search
from keras_drnn.tuning.roles import ID
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
    from keras_drnn.tuning.chief_client import ChiefClient, SearchFinishedError, wait_for_chief
    from keras_drnn.tuning.tuner import FolderTuner, quiet

    def run(trial: str, values: Values) -> float:
        return search.run_trial(trial, values, on_step)

    wait_for_chief(search, _CHIEF_WAIT_SECONDS)
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
        tuner = FolderTuner(search.oracle(), run, lambda: None)
        tuner.oracle = ChiefClient(tuner.oracle, search)
        # For a worker that was taken in, the end of the search is no error.
        with contextlib.suppress(SearchFinishedError):
            tuner.search()
