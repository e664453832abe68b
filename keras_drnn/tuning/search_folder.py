"""Reads what a search has left on disk."""

from dataclasses import dataclass
from typing import Any

from keras_drnn.reporting.run_folder import Comparison, Run, read_json


@dataclass(frozen=True)
class SearchFolder(Comparison):
    """The folder of one search.

    Args:
        folder: The folder that holds `search.json`, `trials/` and, once it is known, `winner/`.
    """

    @property
    def about(self) -> dict[str, Any]:
        """The content of `search.json`."""
        return read_json(self.folder / "search.json")

    @property
    def outcome(self) -> dict[str, Any]:
        """The content of `outcome.json`, `{}` before there is one."""
        path = self.folder / "outcome.json"
        return read_json(path) if path.is_file() else {}

    def trials(self) -> list[Run]:
        """The trials that have begun, in their order."""
        return [Run(path.parent) for path in sorted((self.folder / "trials").glob("*/run.json"))]

    def winners(self) -> list[Run]:
        """The trainings of the winner, and of those that were the best before it."""
        return [Run(path.parent) for path in sorted((self.folder / "winner").glob("*/run.json"))]

    def runs(self) -> list[Run]:
        """Trials and winners: everything that MLflow shows as a run of its own."""
        return [*self.trials(), *self.winners()]
