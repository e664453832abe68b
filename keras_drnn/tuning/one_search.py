"""One search: where it is kept, what it tries, and on what."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from keras_drnn.tuning.limits import Cost
from keras_drnn.tuning.objective import Objective
from keras_drnn.tuning.search_folder import SearchFolder, trial_name
from keras_drnn.tuning.settings import SearchSettings
from keras_drnn.tuning.trial import run_trial
from keras_drnn.tuning.values import Values, misfit

if TYPE_CHECKING:
    from keras_drnn.tuning.oracles import ResumableOracle


class SearchFailedError(ValueError):
    """A search has come to no winner; the message says why."""


@dataclass(frozen=True, eq=False)
class Search:
    """One search: its folder, what it tries, and on what.

    Args:
        folder: The folder.
        settings: What is searched.
        objective: The data, and how models are judged by it.
    """

    folder: Path
    settings: SearchSettings
    objective: Objective

    @property
    def on_disk(self) -> SearchFolder:
        """What is on disk."""
        return SearchFolder(self.folder)

    def cost(self, values: Values) -> Cost:
        """What the model of a trial costs.

        Args:
            values: The trial's hyperparameters.
        """
        return self.objective.candidate(values).cost

    def feasible(self, values: Values) -> bool:
        """Whether the delays of a trial fit the data, and its model the limits.

        The limits of what is known before the model is built; the trial finds the others.

        Args:
            values: The trial's hyperparameters.
        """
        if misfit(values, self.objective.longest_delay) is not None:
            return False
        if not self.objective.counts_unbuilt:
            return True
        return self.settings.limits.exceeded(self.cost(values)) is None

    def run_trial(
        self,
        trial: str,
        values: Values,
        on_step: Callable[[int, int], None] = lambda step, of: None,
    ) -> float:
        """Run one trial, and give its score.

        Args:
            trial: Its number.
            values: Its hyperparameters, with those of Hyperband.
            on_step: Called with the number of steps done, and of how many.

        Raises:
            TrialFailedError: If it failed, now or before.
        """
        candidate = self.objective.candidate(values)
        if "tuner/epochs" in values:
            from keras_drnn.tuning.oracles import HYPERBAND_EPOCHS

            share = float(values["tuner/epochs"]) / HYPERBAND_EPOCHS
            candidate = self.objective.candidate(values, max(1, round(share * candidate.steps)))
        return run_trial(
            self.folder / "trials" / trial_name(trial),
            candidate,
            {name: value for name, value in values.items() if not name.startswith("tuner/")},
            folds=self.objective.folds,
            limits=self.settings.limits,
            score=self.settings.score,
            misfit=misfit(values, self.objective.longest_delay),
            on_step=on_step,
        )

    def oracle(self, *, keep_ongoing: bool = False) -> "ResumableOracle":
        """What chooses the values of the next trial.

        Args:
            keep_ongoing: Whether trials under way are left to their workers after a restart.
        """
        from keras_tuner import HyperParameters

        from keras_drnn.tuning.oracles import make_oracle

        space = HyperParameters()
        self.settings.space.declare(space, self.settings.cell)
        return make_oracle(
            self.settings.oracle,
            space,
            self.folder / "oracle",
            trials=self.settings.trials,
            seed=self.settings.seed,
            feasible=self.feasible,
            was_feasible=self.on_disk.was_feasible,
            max_failures=self.settings.max_failures,
            keep_ongoing=keep_ongoing,
        )

    @property
    def all_ended(self) -> bool:
        """Whether as many trials have ended as were asked for; Hyperband alone knows of its own."""
        return self.settings.oracle != "hyperband" and self.on_disk.ended >= self.settings.trials

    @property
    def explored(self) -> bool:
        """Whether the oracle had no more trials, and every process knows."""
        of = self.on_disk.explored
        return of is not None and (
            self.settings.oracle == "hyperband" or of >= self.settings.trials
        )
