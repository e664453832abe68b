"""keras-tuner's oracles, made to come back whole after kill -9.

Of keras-tuner only public members are used, and none of them is overridden but those that it
documents for that; `tests/tuning/test_keras_tuner.py` names them all.
"""

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from keras_tuner import HyperParameters, Objective, Oracle, synchronized
from keras_tuner.engine.hyperparameters import HyperParameter
from keras_tuner.engine.trial import Trial
from keras_tuner.oracles import BayesianOptimizationOracle, HyperbandOracle

from keras_drnn.system.atomic_writes import write_json
from keras_drnn.tuning.values import Values

OBJECTIVE = "sequence_accuracy"
HYPERBAND_EPOCHS = 27  # what Hyperband calls an epoch is this part of a full training
# Share of the scores' variance that is chance: without it Bayesian optimisation explains chance.
_NOISE = 0.1
# So many random values that were tried or are not feasible, and the space counts as exhausted.
_MAX_DRAWS = 2000
_STOPPED: dict[str, Any] = {"status": "STOPPED", "values": None}


class ResumableOracle(Oracle):
    """What every oracle here does differently from keras-tuner's.

    - All of its state, the trials too, is in one file that is whole or not there.
    - After a restart, trials under way are run again; with `keep_ongoing` they stay with the
      workers that run them, and all workers that it had are waited for.
    - A worker may report the end of a trial twice.
    - Values that are not feasible or were tried before are not proposed.
    - Failures in a row end the search. keras-tuner's own limit raises while it holds the oracle's
      lock, and a chief would never answer again.

    Args:
        folder: Where its state is kept.
        feasible: Whether values may be tried.
        was_feasible: Whether the trial of an id, which has ended, was.
        max_failures: After so many failed trials in a row it stops.
        keep_ongoing: Whether trials under way are left to their workers after a restart.
        **settings: keras-tuner's.
    """

    def __init__(
        self,
        folder: Path,
        *,
        feasible: Callable[[Values], bool],
        was_feasible: Callable[[str], bool],
        max_failures: int,
        keep_ongoing: bool,
        **settings: Any,
    ) -> None:
        super().__init__(**settings)
        self.verbose = 0
        self.folder = folder
        self.feasible = feasible
        self.was_feasible = was_feasible
        self.max_failures = max_failures
        self.keep_ongoing = keep_ongoing
        self.failures_in_a_row = 0
        self.stopped = False

    @property
    def all_gone(self) -> bool:
        """Whether the search is over and every worker knows."""
        return self.stopped and not self.ongoing_trials and not self.tuner_ids

    def propose(self, trial_id: str) -> Mapping[str, Any]:
        """What `populate_space` of keras-tuner gives: a status, and the values of the next trial.

        Args:
            trial_id: The trial's number.
        """
        return _running(self.draw(trial_id))

    def draw(self, trial_id: str) -> dict[str, Any] | None:
        """Feasible random values that were not tried before, or `None` if none are found.

        The same for the same trial of the same search, however often it is interrupted.

        Args:
            trial_id: The trial's number.
        """
        tried = self.tried()
        for attempt in range(_MAX_DRAWS):
            source = random.Random(f"{self.seed}/{int(trial_id)}/{attempt}")
            values: dict[str, Any] = {}
            for hp in self.hyperparameters.space:
                if _is_active(hp, values):
                    values[hp.name] = hp.random_sample(source.getrandbits(32))
            if _key(values) not in tried and self.feasible(values):
                return values
        return None

    def tried(self) -> set[frozenset]:
        """The values of all trials so far."""
        return {_key(trial.hyperparameters.values) for trial in self.trials.values()}

    def is_new(self, values: Values) -> bool:
        """Whether values are feasible and were not tried before."""
        return _key(values) not in self.tried() and self.feasible(values)

    def populate_space(self, trial_id: str) -> Mapping[str, Any]:
        if self.stopped or self.failures_in_a_row >= self.max_failures:
            return _STOPPED
        return self.propose(trial_id)

    @synchronized
    def create_trial(self, tuner_id: str) -> Trial:
        before = set(self.tuner_ids)
        trial = super().create_trial(tuner_id)
        self.stopped = self.stopped or trial.status == "STOPPED"
        # A worker for which there is no trial yet: a chief started again has to wait for it too.
        if self.tuner_ids != before:
            self.save()
        return trial

    @synchronized
    def update_trial(self, trial_id: str, metrics: Mapping[str, float], step: int = 0) -> Trial:
        trial = super().update_trial(trial_id, metrics, step)
        # A worker reports its score and then the end; a chief may be killed between the two.
        self.save()
        return trial

    @synchronized
    def end_trial(self, trial: Trial) -> None:
        # Of a worker whose chief died before it could answer.
        if trial.trial_id in self.end_order:
            return
        super().end_trial(trial)
        failed = trial.status == "FAILED" and self.was_feasible(trial.trial_id)
        self.failures_in_a_row = self.failures_in_a_row + 1 if failed else 0

    def save(self) -> None:
        trials = {key: trial.get_state() for key, trial in self.trials.items()}
        own = {"trials": trials, "workers": sorted(self.tuner_ids)}
        write_json(self.folder / "oracle.json", self.get_state() | own)

    def reload(self) -> None:
        state = _read(self.folder / "oracle.json")
        trials = state.pop("trials", None)
        workers = state.pop("workers", [])
        if trials is None:
            # As keras-tuner itself leaves it; a trial that is not listed was only half begun.
            files = {
                key: self.folder / f"trial_{key}" / "trial.json" for key in state["start_order"]
            }
            trials = {key: _read(path) for key, path in files.items()}
        self.trials = {key: Trial.from_state(each) for key, each in trials.items()}
        under_way = {
            tuner: key
            for tuner, key in state["ongoing_trials"].items()
            if key not in state["end_order"]
        }
        kept = under_way if self.keep_ongoing else {}
        again = dict.fromkeys([*state["retry_queue"], *under_way.values()])
        state["ongoing_trials"] = kept
        state["retry_queue"] = [key for key in again if key not in kept.values()]
        self.set_state(state)
        self.tuner_ids = {*workers, *kept} if self.keep_ongoing else set()


class _Bayesian(ResumableOracle, BayesianOptimizationOracle):
    def __init__(self, folder: Path, **settings: Any) -> None:
        super().__init__(folder, **settings)
        self._make_quick()

    def set_state(self, state: dict[str, Any]) -> None:
        super().set_state(state)
        self._make_quick()

    def _make_quick(self) -> None:
        from keras_drnn.tuning.surrogate import quick_regressor

        self.gpr = quick_regressor(self.gpr)

    def propose(self, trial_id: str) -> Mapping[str, Any]:
        from threadpoolctl import threadpool_limits

        # Tens of thousands of tiny matrices: threads would wait for each other most of the time.
        with threadpool_limits(1, user_api="blas"):
            response = BayesianOptimizationOracle.populate_space(self, trial_id)
        values = response["values"]
        return response if values and self.is_new(values) else _running(self.draw(trial_id))


class _Hyperband(ResumableOracle, HyperbandOracle):
    def propose(self, trial_id: str) -> Mapping[str, Any]:
        response: dict[str, Any] = HyperbandOracle.populate_space(self, trial_id)
        values = response.get("values")
        # Later rounds go on with values that were tried.
        if not values or values["tuner/round"] > 0 or self.is_new(values):
            return response
        drawn = self.draw(trial_id)
        own = {name: value for name, value in values.items() if name.startswith("tuner/")}
        return _running(drawn and drawn | own)


class _Grid(ResumableOracle):
    """Every combination of values in turn; keras-tuner's own cannot be gone on with."""

    def propose(self, trial_id: str) -> Mapping[str, Any]:
        tried = self.tried()
        space = self.hyperparameters.space
        return _running(next((each for each in _grid(space, {}) if _key(each) not in tried), None))


def make_oracle(
    name: str,
    hyperparameters: HyperParameters,
    folder: Path,
    *,
    trials: int,
    seed: int,
    feasible: Callable[[Values], bool],
    was_feasible: Callable[[str], bool],
    max_failures: int,
    keep_ongoing: bool = False,
) -> ResumableOracle:
    """An oracle: what chooses the values of the next trial.

    Args:
        name: `"bayesian"`, `"random"`, `"hyperband"` or `"grid"`.
        hyperparameters: The whole space.
        folder: Where its state is kept.
        trials: Trials at most, but for Hyperband.
        seed: Seed of the oracle.
        feasible: Whether values may be tried.
        was_feasible: Whether the trial of an id, which has ended, was.
        max_failures: After so many failed trials in a row it stops.
        keep_ongoing: Whether trials under way are left to their workers after a restart.

    Raises:
        ValueError: If the oracle needs a package that is not installed.
    """
    common = {
        "feasible": feasible,
        "was_feasible": was_feasible,
        "max_failures": max_failures,
        "keep_ongoing": keep_ongoing,
        "objective": Objective(OBJECTIVE, "max"),
        "hyperparameters": hyperparameters,
        "allow_new_entries": False,
        # keras-tuner takes 0 for "any seed".
        "seed": seed + 1,
        "max_consecutive_failed_trials": None,
    }
    if name == "hyperband":
        return _Hyperband(folder, max_epochs=HYPERBAND_EPOCHS, **common)
    if name == "bayesian":
        _check_scikit_learn()
        # A third at random at most: by default it would be three trials for each dimension.
        first = max(3, min(trials // 3, 2 * len(hyperparameters.space)))
        return _Bayesian(
            folder, max_trials=trials, num_initial_points=first, alpha=_NOISE, **common
        )
    kind = {"random": ResumableOracle, "grid": _Grid}[name]
    return kind(folder, max_trials=trials, **common)


def _running(values: Values | None) -> Mapping[str, Any]:
    return _STOPPED if values is None else {"status": "RUNNING", "values": values}


def _grid(space: Sequence[HyperParameter], values: Values) -> Iterator[Values]:
    """Every combination of the values of a space, its defaults first."""
    if not space:
        yield values
        return
    hp, rest = space[0], space[1:]
    if not _is_active(hp, values):
        yield from _grid(rest, values)
        return
    # Those of a range come in no order.
    for value in sorted(hp.values, key=lambda value: (value != hp.default, value)):
        yield from _grid(rest, {**values, hp.name: value})


def _is_active(hp: HyperParameter, values: Values) -> bool:
    return all(condition.is_active(values) for condition in hp.conditions)


def _key(values: Values) -> frozenset:
    """What tells two trials apart, whatever Hyperband notes beside it."""
    return frozenset(item for item in values.items() if not item[0].startswith("tuner/"))


def _read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def _check_scikit_learn() -> None:
    try:
        import sklearn  # noqa: F401  (only to know whether it is there)
    except ImportError as error:
        raise ValueError(
            "Bayesian search needs scikit-learn; install it with pip install scikit-learn, or "
            f"search with another oracle. Received: {error}"
        ) from error
