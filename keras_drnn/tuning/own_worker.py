"""Workers of a search on data of your own: what they need goes to them in a file."""

import pickle
import sys
from collections.abc import Callable
from pathlib import Path

from keras_drnn.tuning.explore import Explore
from keras_drnn.tuning.local_worker import end_with_parent
from keras_drnn.tuning.one_search import Search
from keras_drnn.tuning.own_objective import OwnObjective
from keras_drnn.tuning.settings import SearchSettings

_NAME = "data.pickle"


def with_own_workers(count: int, objective: OwnObjective) -> Explore:
    """Trials by several processes on this machine, to which data and `build` are sent.

    Args:
        count: How many workers.
        objective: What the search is about.

    Raises:
        ValueError: If something of it cannot be sent.
    """
    from keras_drnn.tuning.workers import with_workers

    content = _pickled(objective)

    def explore(search: Search, report: Callable[[], object]) -> None:
        path = search.folder / "workers" / _NAME
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        command = [sys.executable, "-m", __name__, str(path)]
        try:
            with_workers(count, command)(search, report)
        finally:
            path.unlink()

    return explore


def main() -> None:
    """Work for the chief that started this process, and end with it."""
    end_with_parent()
    from keras_drnn.tuning.search_folder import SearchFolder
    from keras_drnn.tuning.worker import work

    path = Path(sys.argv[1])
    folder = path.parents[1]
    with path.open("rb") as file:
        # Where the modules are that the rest is of.
        sys.path[:] = pickle.load(file)
        data, build, identity = pickle.load(file)
    settings = SearchSettings.of(SearchFolder(folder).description["settings"])
    work(Search(folder, settings, OwnObjective(data, settings, build, identity)))


def _pickled(objective: OwnObjective) -> bytes:
    import cloudpickle

    sent = {"`build`": objective.own_build, "the data": objective.data}
    for name, value in sent.items():
        try:
            # With the code of what a program or a notebook defines, which no worker can import.
            cloudpickle.dumps(value)
        # Whatever a class of the user's raises.
        except Exception as error:
            raise ValueError(
                f"With several workers {name} must be something that can be pickled, with all that "
                "it uses. Open files, locks and connections where they are used, or search with "
                f"one worker. Received: {type(error).__name__}: {error}"
            ) from error
    path = [str(Path(each).resolve()) for each in sys.path]
    content = (objective.data, objective.own_build, objective.identity)
    return pickle.dumps(path) + cloudpickle.dumps(content)


if __name__ == "__main__":
    main()
