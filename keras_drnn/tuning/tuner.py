"""keras-tuner's tuner around trials that keep their state in folders of their own."""

import contextlib
import os
import time
from collections.abc import Callable, Iterator

from keras_tuner.engine.base_tuner import BaseTuner

from keras_drnn.tuning.oracles import OBJECTIVE, ResumableOracle
from keras_drnn.tuning.roles import role
from keras_drnn.tuning.trial import TrialFailedError
from keras_drnn.tuning.values import Values

_IDLE_SECONDS = 0.5


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep keras-tuner's messages, some of them left from debugging, from the terminal."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        yield


class FolderTuner(BaseTuner):
    """Asks an oracle for trials, runs them and reports their scores.

    In keras-tuner's environment a chief only answers its workers, and a worker asks its chief.

    Args:
        oracle: One of `make_oracle`.
        run: Called with a trial's id and values; returns its score or raises `TrialFailedError`.
        on_end: Called after every trial.
    """

    def __init__(
        self,
        oracle: ResumableOracle,
        run: Callable[[str, Values], float],
        on_end: Callable[[], object],
    ) -> None:
        self._run = run
        self._on_end = on_end
        folder = oracle.folder
        super().__init__(oracle, directory=str(folder.parent), project_name=folder.name)
        if role() != "worker" and (folder / "oracle.json").is_file():
            oracle.reload()

    def search(self) -> None:
        """Run trials until there are no more."""
        # keras-tuner's own loop prints tracebacks, and takes every error for one of the trial's.
        if role() == "chief":
            super().search()
            return
        while (trial := self.oracle.create_trial(self.tuner_id)).status != "STOPPED":
            if trial.status == "IDLE":
                time.sleep(_IDLE_SECONDS)
                continue
            try:
                score = self._run(trial.trial_id, trial.hyperparameters.values)
            except TrialFailedError as error:
                trial.status, trial.message = "FAILED", str(error)
            else:
                self.oracle.update_trial(trial.trial_id, {OBJECTIVE: score})
                trial.status = "COMPLETED"
            self.oracle.end_trial(trial)
            self._on_end()

    # All its state is the oracle's, which saves itself.
    def save(self) -> None:
        pass

    def reload(self) -> None:
        pass
