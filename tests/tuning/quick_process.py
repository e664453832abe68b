"""One process of a search with quick trainings: alone, or chief or worker as the environment says.

python quick_process.py ROOT FOLDER LOG TRIALS PAUSE
"""

import sys
from pathlib import Path

import searching
from searching import NoMirror, patch, reopened

from keras_drnn.tuning import search as search_module
from keras_drnn.tuning.settings import SearchSettings
from keras_drnn.tuning.workers import as_chief, role, work

if __name__ == "__main__":
    root, folder, log = map(Path, sys.argv[1:4])
    settings = SearchSettings(
        oracle="random", trials=int(sys.argv[4]), folds=1, seeds=1, steps=2, space=searching.SPACE
    )
    patch(log=log, pause=float(sys.argv[5]))
    search_module.SearchMirror = NoMirror
    data = reopened(root)
    if role() == "worker":
        work(search_module.Search(folder, settings, data))
    else:
        explore = as_chief if role() == "chief" else search_module.explore_here
        search_module.search(folder, settings, data, "", explore=explore)
