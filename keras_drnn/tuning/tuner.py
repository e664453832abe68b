"""keras-tuner's loop around trials that keep their state in folders of their own."""

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from keras_tuner.engine.base_tuner import BaseTuner
from keras_tuner.engine.trial import TrialStatus

from keras_drnn.tuning.oracles import OBJECTIVE
from keras_drnn.tuning.trial import TrialFailedError

_IDLE_SECONDS = 0.5


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep keras-tuner's messages, some of them left from debugging, from the terminal."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        yield


class FolderTuner(BaseTuner):
    """Asks an oracle for trials, runs them and reports their scores.

    Args:
        oracle: One of `make_oracle`.
        run: Called with a trial's id and values; returns its score or raises `TrialFailedError`.
        folder: Where the oracle keeps its state.
        on_end: Called after every trial.
    """

    def __init__(
        self, oracle, run: Callable[[str, dict], float], folder: Path, on_end: Callable[[], object]
    ):
        self._run = run
        self._on_end = on_end
        self._asked = False
        super().__init__(oracle, directory=str(folder.parent), project_name=folder.name)

    def pre_create_trial(self):
        # A worker that has nothing to do asks again at once, some thousand times a second.
        if self._asked:
            time.sleep(_IDLE_SECONDS)
        self._asked = True

    def run_trial(self, trial):
        return {OBJECTIVE: self._run(trial.trial_id, trial.hyperparameters.values)}

    def _try_run_and_update_trial(self, trial):
        # keras-tuner's own would print a traceback, and take every error for one of the trial's.
        try:
            self._run_and_update_trial(trial)
        except TrialFailedError as error:
            trial.status, trial.message = TrialStatus.FAILED, str(error)
        else:
            trial.status = TrialStatus.COMPLETED

    def on_trial_end(self, trial):
        super().on_trial_end(trial)
        self._asked = False
        self._on_end()

    # All its state is the oracle's, which saves itself.
    def save(self):
        pass

    def reload(self):
        if not self._is_worker():
            self.oracle.reload()

    def _get_tuner_fname(self):
        return str(Path(self.project_dir) / "oracle.json")
