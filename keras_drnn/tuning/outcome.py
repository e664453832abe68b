"""The outcome of a search: its best trial, its front, its winner."""

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from keras_drnn.reporting.run_folder import Run
from keras_drnn.tuning.objective import SCORE, SCORES
from keras_drnn.tuning.search_folder import SearchFolder


def trial_lines(search: SearchFolder) -> list[dict[str, Any]]:
    """Every trial as a flat dictionary, in the order of their numbers.

    Args:
        search: The search.
    """
    return [_line(run) for run in search.trials()]


def _line(run: Run) -> dict[str, Any]:
    record, metrics = run.description, run.metrics
    return {
        "trial": run.folder.name,
        "status": record["status"],
        "score": metrics.get(record.get("judged_by", SCORE)),
        "parameters": record["cost"]["parameters"],
        "multiply_adds": record["cost"]["multiply_adds"],
        "delays": record["params"].get("delays"),
        "units": record["params"]["units"],
        "values": record["values"],
        "seconds": metrics.get("trial_seconds"),
        "error": record["error"],
        "infeasible": record["infeasible"],
    }


def best_of(trials: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The trial with the highest score, of several the smallest; `None` if none has finished.

    Args:
        trials: Lines of `trial_lines`.
    """
    scored = [trial for trial in trials if trial["score"] is not None]
    return max(scored, key=lambda trial: (trial["score"], -trial["parameters"]), default=None)


def front(trials: Sequence[Mapping[str, Any]], cost: str = "parameters") -> list[Mapping[str, Any]]:
    """The trials that no other beats: none is at least as good and costs less.

    Args:
        trials: Lines of `trial_lines`.
        cost: `"parameters"` or `"multiply_adds"`.

    Returns:
        Trials with rising cost and rising score.
    """
    scored = [trial for trial in trials if trial["score"] is not None]
    best: list[Mapping[str, Any]] = []
    for trial in sorted(scored, key=lambda trial: (trial[cost], -trial["score"])):
        if not best or trial["score"] > best[-1]["score"]:
            best.append(trial)
    return best


def outcome_of(search: SearchFolder, winners: Sequence[str]) -> dict[str, Any]:
    """The content of `outcome.json`, as far as the search is.

    Args:
        search: The search.
        winners: Names of the trainings of its winner; there may be others, of a trial that was the
            best before.
    """
    description, trials = search.description, trial_lines(search)
    judged_by = SCORES[description["settings"].get("objective") or "clips"]
    best = best_of(trials)
    trained = [
        run
        for run in search.winners()
        if run.folder.name in winners and run.description["status"] == "finished"
    ]
    return {
        "id": description["id"],
        "cell": description["settings"]["cell"],
        "settings": description["settings"],
        "data": description["data"],
        "backend": description["backend"],
        "environment": description["environment"],
        "counts": {
            "finished": sum(trial["score"] is not None for trial in trials),
            "failed": sum(
                trial["status"] == "failed" and not trial["infeasible"] for trial in trials
            ),
            "infeasible": sum(trial["infeasible"] for trial in trials),
        },
        "best": best,
        "front": front(trials),
        "winner": _winner(trained, judged_by) if trained else None,
        "trials": trials,
    }


def _winner(winners: Sequence[Run], judged_by: str) -> dict[str, Any]:
    metrics = [run.metrics for run in winners]
    # Accuracies say before the slash of which clips: test, validation, a subset of the test side.
    names = [name for name in metrics[0] if "/" in name]
    names += ["parameters", "litert_latency_milliseconds"]
    values: dict[str, list[float]] = {}
    for name in names:
        reached = [value for each in metrics if (value := each.get(name)) is not None]
        if reached:
            values[name] = reached
    # The test side must not choose: the one registered is the best of the validation clips.
    chosen = max(winners, key=lambda run: run.metrics.get(judged_by) or 0.0)
    return {
        "runs": [run.folder.name for run in winners],
        "params": winners[0].description["params"],
        "chosen": chosen.folder.name,
        "mean": {name: statistics.fmean(reached) for name, reached in values.items()},
        "spread": {
            name: statistics.stdev(reached) if len(reached) > 1 else 0.0
            for name, reached in values.items()
        },
        "export_errors": [
            f"{run.folder.name}: {run.description['export_error']}"
            for run in winners
            if run.description["export_error"]
        ],
    }
