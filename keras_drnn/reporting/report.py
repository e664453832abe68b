"""One dictionary that holds all results of a comparison: the content of `report.json`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from keras_drnn.reporting import published
from keras_drnn.reporting.metrics import mean_and_spread
from keras_drnn.reporting.pooling import (
    Seeds,
    finished_folds,
    fraction_curve,
    pooled,
    that_count,
)
from keras_drnn.reporting.run_folder import Comparison


def report(folder: str | Path) -> dict[str, Any]:
    """Gather a comparison's runs into one dictionary of plain JSON values.

    Keys, which stay as they are from version to version:

    - `"id"`, `"created"`, `"settings"`, `"data"`, `"backend"`, `"environment"`: as in
      `comparison.json`. `"data"` says in `"synthetic"` whether the skeletons were generated, in
      `"folds"` which clips each fold has, and in `"not_split"` which folds have none, and why.
    - `"warnings"`: what the user of the data should know, a list of texts; `"command"`: the command
      that was given. Both are `None` in comparisons of older versions.
    - `"complete"`: whether every run that has begun is finished, and its export succeeded, and
      every fold can be split.
    - `"published"`: for the preset `thesis` the printed figures, `{"source": str, "models":
      {model: {"frame_accuracy": float, "train_seconds": float}}}`, otherwise `None`.
    - `"models"`: a dictionary by model name, in the order in which they were asked for, of
        - `"parameters"`: how many, `None` before the first run is finished;
        - `"runs"`: a list by seed and fold of `{"seed", "protocol", "status", "error",
          "export_error", "metrics"}`, where `"metrics"` is the content of `metrics.json`, `{}`
          before the run is finished;
        - `"seeds"`: a list by seed of `{"seed", "complete", "metrics"}`: what the finished folds
          reach together, every test clip counted once, and whether these are all folds;
        - `"mean"`, `"spread"`: over the seeds, by metric name; the spread is the sample standard
          deviation, and `None` for a single seed. Seeds that lack a fold count where none has all;
        - `"folds"`: a list by fold of `{"protocol", "mean", "spread"}`, over the seeds;
        - `"fold_mean"`, `"fold_spread"`: over the folds, of their means;
        - `"confusion"`: the decisions of the runs that count added up, a row per true class;
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
    return report_of(comparison.description, comparison.seeds(), comparison.folds)


def report_of(
    description: Mapping[str, Any], seeds: Mapping[str, Seeds], folds: Sequence[str]
) -> dict[str, Any]:
    """Like `report`, of any runs.

    Args:
        description: The content of `comparison.json`, or of `search.json`.
        seeds: The runs by their model, their seed and their protocol.
        folds: The names of the protocols that every model is trained by.
    """
    settings, data = description["command_settings"], description["data"]
    return {
        "id": description["id"],
        "created": description["created"],
        "settings": settings,
        "data": data,
        "warnings": description.get("warnings"),
        "command": description.get("command"),
        "backend": description["backend"],
        "environment": description["environment"],
        "complete": not data.get("not_split")
        and all(
            run.description["status"] == "finished" and not run.description.get("export_error")
            for of_model in seeds.values()
            for of_seed in of_model.values()
            for run in of_seed.values()
        ),
        "published": {"source": published.SOURCE, "models": published.FIGURES}
        if settings.get("preset") == "thesis"
        else None,
        "models": {model: _model(of_model, folds) for model, of_model in seeds.items()},
    }


def _model(seeds: Seeds, folds: Sequence[str]) -> dict[str, Any]:
    finished = finished_folds(seeds)
    entry: dict[str, Any] = {
        "parameters": None,
        "runs": [
            {"seed": seed, "protocol": protocol}
            | {key: run.description.get(key) for key in ("status", "error", "export_error")}
            | {"metrics": run.metrics}
            for seed, of_seed in seeds.items()
            for protocol, run in of_seed.items()
        ],
        "seeds": [
            {
                "seed": seed,
                "complete": len(of_seed) == len(folds),
                "metrics": pooled([run.metrics for run in of_seed.values()]),
            }
            for seed, of_seed in finished.items()
        ],
        "mean": {},
        "spread": {},
        "folds": [],
        "fold_mean": {},
        "fold_spread": {},
        "confusion": None,
        "fractions": None,
        "accuracy_by_fraction": None,
    }
    if not finished:
        return entry
    counted = that_count(finished, folds)
    mean, spread = mean_and_spread(
        [each["metrics"] for each in entry["seeds"] if each["seed"] in counted]
    )
    of_folds = [_fold(protocol, finished) for protocol in folds]
    of_folds = [fold for fold in of_folds if fold["mean"]]
    fold_mean, fold_spread = mean_and_spread([fold["mean"] for fold in of_folds])
    outcomes = [run.outcome() for of_seed in counted.values() for run in of_seed.values()]
    return entry | {
        "parameters": int(mean["parameters"]) if "parameters" in mean else None,
        "mean": mean,
        "spread": spread,
        "folds": of_folds,
        "fold_mean": fold_mean,
        "fold_spread": fold_spread,
        **(_of_outcomes(counted) if all("confusion" in each for each in outcomes) else {}),
    }


def _of_outcomes(counted: Seeds) -> dict[str, Any]:
    outcomes = [run.outcome() for of_seed in counted.values() for run in of_seed.values()]
    return {
        "confusion": np.sum([outcome["confusion"] for outcome in outcomes], axis=0).tolist(),
        "fractions": outcomes[0]["fractions"].tolist(),
        "accuracy_by_fraction": np.mean(
            [fraction_curve(list(of_seed.values())) for of_seed in counted.values()], axis=0
        ).tolist(),
    }


def _fold(protocol: str, seeds: Seeds) -> dict[str, Any]:
    """What a fold reaches, over the seeds that have finished it."""
    runs = [of_seed[protocol].metrics for of_seed in seeds.values() if protocol in of_seed]
    mean, spread = mean_and_spread(runs) if runs else ({}, {})
    return {"protocol": protocol, "mean": mean, "spread": spread}
