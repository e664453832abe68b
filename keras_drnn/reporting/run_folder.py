"""Reads what a comparison has left on disk; tables, pictures and tracking all start from here."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Run:
    """One model trained with one seed: the folder `runs/<model>-seed<k>`, or of each of its folds.

    Everything is read when it is asked for, because a run that goes on changes its files.
    """

    folder: Path

    @property
    def description(self) -> dict[str, Any]:
        """The content of `run.json`: model, protocol, seed, status, params, error."""
        return read_json(self.folder / "run.json")

    @property
    def metrics(self) -> dict[str, float | None]:
        """The final metrics, `{}` before the run is finished; what is not finite is `None`."""
        path = self.folder / "metrics.json"
        if not path.is_file():
            return {}
        return {
            key: value if value is not None and math.isfinite(value) else None
            for key, value in read_json(path).items()
        }

    def history(self) -> list[dict[str, float]]:
        """The evaluations so far, in order of their step."""
        path = self.folder / "history.jsonl"
        if not path.is_file():
            return []
        lines = path.read_text(encoding="utf-8").split("\n")
        # What follows the last line end is a line still being written.
        return [json.loads(line) for line in lines[:-1] if line.strip()]

    def outcome(self) -> dict[str, np.ndarray]:
        """The arrays of `outcome.npz`, `{}` before the run is finished."""
        path = self.folder / "outcome.npz"
        if not path.is_file():
            return {}
        with np.load(path, allow_pickle=False) as arrays:
            return dict(arrays)


@dataclass(frozen=True)
class Comparison:
    """The folder of one comparison.

    Args:
        folder: The folder that holds `comparison.json` and `runs/`.

    Example:

    >>> for run in Comparison(folder).runs(): ...  # doctest: +SKIP
    """

    folder: Path

    @property
    def description(self) -> dict[str, Any]:
        """The content of `comparison.json`.

        Raises:
            ValueError: If the folder has none, or it is not JSON.
        """
        return read_json(self.folder / "comparison.json")

    @property
    def folds(self) -> tuple[str, ...]:
        """The names of the protocols that every model is trained by."""
        data = self.description["data"]
        return tuple(fold["protocol"] for fold in data.get("folds", [data]))

    def protocol(self, run: Run) -> str:
        """The name of the protocol that one of the runs is trained by."""
        return run.description.get("protocol", self.folds[0])

    def runs(self) -> list[Run]:
        """The runs that have begun, in the order of their models, then of their seeds and folds."""
        begun = [Run(path.parent) for path in (self.folder / "runs").glob("*/run.json")]
        order, folds = self._model_order(), self.folds

        def key(run: Run) -> tuple[int, str, int, int]:
            description, protocol = run.description, self.protocol(run)
            model = description["model"]
            return (
                order.index(model) if model in order else len(order),
                model,
                description["seed"],
                folds.index(protocol) if protocol in folds else len(folds),
            )

        return sorted(begun, key=key)

    def seeds(self) -> dict[str, dict[int, dict[str, Run]]]:
        """The runs by their model, their seed and their protocol."""
        found: dict[str, dict[int, dict[str, Run]]] = {}
        for run in self.runs():
            description = run.description
            of_model = found.setdefault(description["model"], {})
            of_model.setdefault(description["seed"], {})[self.protocol(run)] = run
        return found

    def _model_order(self) -> list[str]:
        models = self.description["command_settings"].get("models", [])
        return [name.strip() for name in models.split(",")] if isinstance(models, str) else models


def read_json(path: Path) -> dict[str, Any]:
    """Read one of the files that a run, a comparison or a search is kept in.

    Args:
        path: The file.

    Raises:
        ValueError: If it is not there, or not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ValueError(
            f"Expected a file {path.name} in the folder of a comparison or of one of its runs; "
            f"give the folder that `drnn compare` wrote. Received: {path}, which is not there"
        ) from None
    except json.JSONDecodeError as error:
        raise ValueError(f"Expected JSON, but {error}. Received: {path}") from error
