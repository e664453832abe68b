"""One process of a quick search: by itself, or chief or worker as the environment says.

python quick_process.py FOLDER LOG TRIALS PAUSE [NUMBER]

PAUSE is how many seconds each training takes; with NUMBER only the training of that number.
"""

import sys
import time
from pathlib import Path

from light_keras import OPTIONAL


def main():
    sys.modules |= dict.fromkeys(OPTIONAL)
    from searching import quick_search, quick_settings, trained

    from keras_drnn.tuning.roles import role

    folder, log = map(Path, sys.argv[1:3])
    trials, pause, *number = sys.argv[3:]

    def wait(recipe):
        if not number or len(trained(log)) == int(number[0]):
            time.sleep(float(pause))

    search = quick_search(folder, log, quick_settings(int(trials)), fault=wait)
    if role() == "worker":
        from keras_drnn.tuning.worker import work

        work(search)
        return
    from keras_drnn.tuning.chief import as_chief
    from keras_drnn.tuning.explore import explore_here
    from keras_drnn.tuning.run_search import run_search

    run_search(search, None, explore=as_chief if role() == "chief" else explore_here)


if __name__ == "__main__":
    main()
