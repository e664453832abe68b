"""A worker that a search has started on its own machine: `python -m` this, folder, source."""

import json
import os
import sys
import threading
import time
from pathlib import Path

from keras_drnn.experiments.data import open_data
from keras_drnn.tuning.search import Search
from keras_drnn.tuning.search_folder import SearchFolder
from keras_drnn.tuning.settings import SearchSettings
from keras_drnn.tuning.workers import work

_LOOK_SECONDS = 0.5


def main() -> None:
    """Work for the chief that started this process, and end with it."""
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    folder, source = Path(sys.argv[1]), json.loads(sys.argv[2])
    data = open_data(
        source["name"],
        root=_path(source, "root"),
        protocol=source.get("protocol"),
        cache=Path(source["cache"]),
        missing_list=_path(source, "missing_list"),
    )
    settings = SearchSettings.of(SearchFolder(folder).about["settings"])
    work(Search(folder, settings, data))


def _path(source: dict[str, str], name: str) -> Path | None:
    return Path(source[name]) if name in source else None


def _end_with(parent: int) -> None:
    # A chief that was killed cannot tell its workers; a new one starts new ones.
    while os.getppid() == parent:
        time.sleep(_LOOK_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    main()
