"""The program of a worker that a search has started on its own machine."""

import json
import os
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from keras_drnn.tuning.search_folder import SearchFolder

_LOOK_SECONDS = 0.5
_PATHS = ("root", "cache", "missing_list")


def command(folder: Path, source: Mapping[str, object]) -> list[str]:
    """The command that works for the search in a folder.

    Args:
        folder: The folder of the search.
        source: The arguments of `open_data`; what is `None` is left out.
    """
    given = {name: value for name, value in source.items() if value is not None}
    return [sys.executable, "-m", __name__, str(folder), json.dumps(given, default=str)]


def main() -> None:
    """Work for the chief that started this process, and end with it."""
    end_with_parent()
    from keras_drnn.experiments.data import open_data
    from keras_drnn.tuning.one_search import Search
    from keras_drnn.tuning.settings import SearchSettings
    from keras_drnn.tuning.skeletons import SkeletonObjective
    from keras_drnn.tuning.worker import work

    folder, source = Path(sys.argv[1]), json.loads(sys.argv[2])
    paths = {name: Path(source[name]) if name in source else None for name in _PATHS}
    data = open_data(**source | paths)
    settings = SearchSettings.of(SearchFolder(folder).description["settings"])
    work(Search(folder, settings, SkeletonObjective(data, settings)))


def end_with_parent() -> None:
    """End this process as soon as the one that started it has ended.

    A chief that was killed cannot end its workers, and a new one starts new ones.
    """

    def watch(parent: int) -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, args=(os.getppid(),), daemon=True).start()


if __name__ == "__main__":
    main()
