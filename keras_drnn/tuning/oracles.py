"""keras-tuner's oracles, made to come back whole after kill -9."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from keras_tuner import HyperParameters, Objective
from keras_tuner.oracles import (
    BayesianOptimizationOracle,
    GridSearchOracle,
    HyperbandOracle,
    RandomSearchOracle,
)

from keras_drnn.system.atomic_writes import write_json

OBJECTIVE = "sequence_accuracy"
HYPERBAND_EPOCHS = 27  # what Hyperband calls an epoch is this part of a full training
# Share of the scores' variance that is chance: without it Bayesian optimisation explains chance.
_NOISE = 0.1
# So many values out of the space that are known or not feasible, and it counts as exhausted.
_MAX_COLLISIONS = 2000


class _Careful:
    """What every oracle here does differently from keras-tuner's.

    Files are whole or not there. After a restart a trial that was only half begun is begun anew,
    and with `keep_ongoing` the trials under way stay with the workers that run them. Infeasible
    values are not proposed, nor are known ones. Failures in a row end the search: keras-tuner's own
    limit raises with its lock held, and a chief would never answer again.
    """

    feasible: Callable[[Mapping[str, Any]], bool]
    was_feasible: Callable[[str], bool]
    max_failures: int
    keep_ongoing = False
    failures_in_a_row = 0
    _stopped = False

    @property
    def all_gone(self) -> bool:
        """Whether the search is over and every worker has been told."""
        return self._stopped and not self.ongoing_trials and not self.tuner_ids

    def create_trial(self, tuner_id):
        trial = super().create_trial(tuner_id)
        self._stopped = self._stopped or trial.status == "STOPPED"
        return trial

    def save(self):
        write_json(Path(self._get_oracle_fname()), self.get_state())

    def _save_trial(self, trial):
        write_json(Path(self._get_trial_dir(trial.trial_id)) / "trial.json", trial.get_state())

    def reload(self):
        super().reload()
        begun = set(self.start_order)
        self.trials = {key: trial for key, trial in self.trials.items() if key in begun}
        queue = list(dict.fromkeys(self._retry_queue))
        if self.keep_ongoing:
            ended = set(self.end_order)
            under_way = self._under_way()
            self.ongoing_trials = {
                tuner: self.trials[key] for tuner, key in under_way.items() if key not in ended
            }
            self.tuner_ids = set(self.ongoing_trials)
            kept = {trial.trial_id for trial in self.ongoing_trials.values()}
            queue = [key for key in queue if key not in kept]
        self._retry_queue = queue

    def _under_way(self):
        state = json.loads(Path(self._get_oracle_fname()).read_text(encoding="utf-8"))
        return state["ongoing_trials"]

    def populate_space(self, trial_id):
        if self.failures_in_a_row >= self.max_failures:
            return {"status": "STOPPED", "values": None}
        response = super().populate_space(trial_id)
        values = response.get("values")
        # Bayesian optimisation may propose what is known; the grid has to go through all values.
        if values and not isinstance(self, GridSearchOracle | HyperbandOracle):
            if self._duplicate(values):
                values = self._random_values()
                response = {"status": "RUNNING" if values else "STOPPED", "values": values}
        return response

    def _duplicate(self, values):
        return super()._duplicate(values) or not self.feasible(values)

    def end_trial(self, trial):
        super().end_trial(trial)
        failed = trial.status == "FAILED" and self.was_feasible(trial.trial_id)
        self.failures_in_a_row = self.failures_in_a_row + 1 if failed else 0


class _Bayesian(_Careful, BayesianOptimizationOracle):
    def _make_gpr(self):
        from keras_drnn.tuning.surrogate import quick_regressor

        return quick_regressor(super()._make_gpr())

    def populate_space(self, trial_id):
        from threadpoolctl import threadpool_limits

        # Tens of thousands of tiny matrices: threads would wait for each other most of the time.
        with threadpool_limits(1, user_api="blas"):
            return super().populate_space(trial_id)


class _Random(_Careful, RandomSearchOracle):
    pass


class _Hyperband(_Careful, HyperbandOracle):
    pass


class _Grid(_Careful, GridSearchOracle):
    pass


def make_oracle(
    name: str,
    hyperparameters: HyperParameters,
    *,
    trials: int,
    seed: int,
    max_failures: int,
    feasible: Callable[[Mapping[str, Any]], bool],
    was_feasible: Callable[[str], bool],
    keep_ongoing: bool = False,
):
    """One of keras-tuner's oracles.

    Args:
        name: `"bayesian"`, `"random"`, `"hyperband"` or `"grid"`.
        hyperparameters: The whole space.
        trials: Trials at most, but for Hyperband.
        seed: Seed of the oracle.
        max_failures: After so many failed trials in a row it stops.
        feasible: Whether values may be tried.
        was_feasible: Whether the trial of an id, which has ended, was.
        keep_ongoing: Whether trials under way are left to their workers after a restart.

    Raises:
        ValueError: If the space has no feasible values.
    """
    common = {
        "objective": Objective(OBJECTIVE, "max"),
        "hyperparameters": hyperparameters,
        "allow_new_entries": False,
        # keras-tuner takes 0 for "any seed".
        "seed": seed + 1,
        "max_consecutive_failed_trials": None,
    }
    if name == "hyperband":
        oracle = _Hyperband(max_epochs=HYPERBAND_EPOCHS, **common)
    elif name == "bayesian":
        _check_scikit_learn()
        # A third at random at most: by default it would be three trials for each dimension.
        first = max(3, min(trials // 3, 2 * len(hyperparameters.space)))
        oracle = _Bayesian(max_trials=trials, num_initial_points=first, alpha=_NOISE, **common)
    else:
        oracle = {"random": _Random, "grid": _Grid}[name](max_trials=trials, **common)
    oracle.feasible, oracle.was_feasible = feasible, was_feasible
    oracle.max_failures = max_failures
    oracle.keep_ongoing = keep_ongoing
    oracle._max_collisions = _MAX_COLLISIONS
    oracle.verbose = 0
    return oracle


def _check_scikit_learn() -> None:
    try:
        import sklearn  # noqa: F401  (only to know whether it is there)
    except ImportError as error:
        raise ValueError(
            "Bayesian search needs scikit-learn; install it with pip install scikit-learn, or "
            f"search with another oracle. Received: {error}"
        ) from error
