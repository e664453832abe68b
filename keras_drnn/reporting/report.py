"""One dictionary that holds all results of a comparison: the content of `report.json`."""

from pathlib import Path
from typing import Any

import numpy as np

from keras_drnn.reporting import published
from keras_drnn.reporting.metrics import mean_and_spread
from keras_drnn.reporting.run_folder import Comparison, Run


def report(folder: str | Path) -> dict[str, Any]:
    """Gather a comparison's runs into one dictionary of plain JSON values.

    Keys, which stay as they are from version to version:

    - `"id"`, `"created"`, `"settings"`, `"data"`, `"backend"`, `"environment"`: as in
      `comparison.json`. `"data"` says in `"synthetic"` whether the skeletons were generated.
    - `"complete"`: whether every run that has begun is finished, and its export succeeded.
    - `"published"`: for the preset `thesis` the printed figures, `{"source": str, "models":
      {model: {"frame_accuracy": float, "train_seconds": float}}}`, otherwise `None`.
    - `"models"`: a dictionary by model name, in the order in which they were asked for, of
        - `"parameters"`: how many, `None` before the first run is finished;
        - `"runs"`: a list by seed of `{"seed", "status", "error", "export_error", "metrics"}`,
          where `"metrics"` is the content of `metrics.json`, `{}` before the run is finished;
        - `"mean"`, `"spread"`: over the finished runs, by metric name; the spread is the sample
          standard deviation, and `None` for a single run;
        - `"confusion"`: the decisions of all finished runs added up, a row per true class;
        - `"fractions"`, `"accuracy_by_fraction"`: mean accuracy against the share of the clip
          that was seen.

    Accuracies are in [0, 1], times in seconds or milliseconds as their names say, sizes in bytes;
    a number that is not finite is `None`.

    Args:
        folder: The folder of the comparison.

    Raises:
        ValueError: If it is not the folder of a comparison.

    Example:

    >>> report(folder)["models"]["drnn"]["mean"]["test/sequence_accuracy"]  # doctest: +SKIP
    0.84
    """
    comparison = Comparison(Path(folder))
    description = comparison.description
    runs: dict[str, list[Run]] = {}
    for run in comparison.runs():
        runs.setdefault(run.description["model"], []).append(run)
    settings = description["command_settings"]
    return {
        "id": description["id"],
        "created": description["created"],
        "settings": settings,
        "data": description["data"],
        "backend": description["backend"],
        "environment": description["environment"],
        "complete": all(
            run.description["status"] == "finished" and not run.description.get("export_error")
            for of_model in runs.values()
            for run in of_model
        ),
        "published": {"source": published.SOURCE, "models": published.FIGURES}
        if settings.get("preset") == "thesis"
        else None,
        "models": {model: _model(of_model) for model, of_model in runs.items()},
    }


def _model(runs: list[Run]) -> dict[str, Any]:
    finished = [run for run in runs if run.description["status"] == "finished"]
    entry: dict[str, Any] = {
        "parameters": None,
        "runs": [
            {key: run.description.get(key) for key in ("seed", "status", "error", "export_error")}
            | {"metrics": run.metrics}
            for run in runs
        ],
        "mean": {},
        "spread": {},
        "confusion": None,
        "fractions": None,
        "accuracy_by_fraction": None,
    }
    if not finished:
        return entry
    mean, spread = mean_and_spread([run.metrics for run in finished])
    outcomes = [run.outcome() for run in finished]
    return entry | {
        "parameters": int(mean["parameters"]),
        "mean": mean,
        "spread": spread,
        "confusion": np.sum([outcome["confusion"] for outcome in outcomes], axis=0).tolist(),
        "fractions": outcomes[0]["fractions"].tolist(),
        "accuracy_by_fraction": np.mean(
            [outcome["accuracy_by_fraction"] for outcome in outcomes], axis=0
        ).tolist(),
    }
