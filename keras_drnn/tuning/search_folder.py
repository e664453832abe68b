"""The folder of a search: its name, and what is in it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keras_drnn.reporting.run_folder import Comparison, Run, read_json
from keras_drnn.system.atomic_writes import write_json


def search_folder(out: Path, name: str, cell: str) -> Path:
    """Where a search is kept.

    Args:
        out: The folder of everything.
        name: The search's name.
        cell: What is searched; every cell has a folder of its own.
    """
    return out / f"search-{name}-{cell}"


def trial_name(trial: str) -> str:
    """The name of a trial's folder and of its run in MLflow.

    Args:
        trial: keras-tuner's number of the trial.
    """
    return f"trial-{int(trial):04d}"


@dataclass(frozen=True)
class SearchFolder(Comparison):
    """The folder of one search.

    Args:
        folder: The folder that holds `search.json`, `trials/` and, once it is chosen, `winner/`.
    """

    @property
    def description(self) -> dict[str, Any]:
        """The content of `search.json`."""
        return read_json(self.folder / "search.json")

    @property
    def outcome(self) -> dict[str, Any]:
        """The content of `outcome.json`, `{}` before there is one."""
        path = self.folder / "outcome.json"
        return read_json(path) if path.is_file() else {}

    @property
    def ended(self) -> int:
        """How many trials have ended."""
        return sum(run.description["status"] != "running" for run in self.trials())

    @property
    def explored(self) -> int | None:
        """After how many trials at most the oracle had no more, `None` if it was not done."""
        path = self.folder / "explored.json"
        return read_json(path)["trials"] if path.is_file() else None

    def note_explored(self, trials: int) -> None:
        """Note that the oracle has no more trials, and that every process knows.

        Args:
            trials: How many it was allowed.
        """
        write_json(self.folder / "explored.json", {"trials": trials})

    def was_feasible(self, trial: str) -> bool:
        """Whether a trial that has ended was within the limits.

        Args:
            trial: keras-tuner's number of the trial.
        """
        path = self.folder / "trials" / trial_name(trial) / "run.json"
        return not (path.is_file() and read_json(path)["infeasible"])

    def trials(self) -> list[Run]:
        """The trials that have begun, in their order."""
        return [Run(path.parent) for path in sorted((self.folder / "trials").glob("*/run.json"))]

    def winners(self) -> list[Run]:
        """The trainings of the winner, and of those that were the best before it."""
        return [Run(path.parent) for path in sorted((self.folder / "winner").glob("*/run.json"))]

    def runs(self) -> list[Run]:
        """Trials and winners: everything that MLflow shows as a run of its own."""
        return [*self.trials(), *self.winners()]
