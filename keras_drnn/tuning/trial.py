"""One trial: a candidate trained on every fold, in a folder of its own."""

import json
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from keras_drnn.system.atomic_writes import write_json, write_text
from keras_drnn.tuning.limits import Cost, Limits
from keras_drnn.tuning.objective import SCORE, Candidate, History
from keras_drnn.tuning.values import Values

# A process that dies so often at the same place of a trial hardly dies by chance.
MAX_ATTEMPTS = 3


class TrialFailedError(ValueError):
    """A trial came to no score; the message says why."""


class InfeasibleError(TrialFailedError):
    """A trial exceeds a limit and was not trained."""


def run_trial(
    folder: Path,
    candidate: Candidate,
    values: Values,
    *,
    folds: int,
    limits: Limits,
    score: str = SCORE,
    misfit: str | None = None,
    on_step: Callable[[int, int], None] = lambda step, of: None,
) -> float:
    """Train a candidate on every fold, or go on with it, and give its mean score.

    What is left in the folder: `run.json` (what, and how it ended), and of a finished trial
    `history.jsonl` (learning curves, the mean over the folds) and `metrics.json`. A trial that has
    ended is not run again: its score, or its error, is what it was.

    Args:
        folder: The trial's folder.
        candidate: What is trained.
        values: The hyperparameters, for `run.json`.
        folds: How many parts are held out in turn.
        limits: What the model may cost.
        score: The name of the metric that it is judged by.
        misfit: Why its groups do not fit the data, if they do not.
        on_step: Called with the number of steps done, and of how many.

    Raises:
        TrialFailedError: If the trial failed, now or before.
    """
    params = {**candidate.params, **{f"tuned.{name}": value for name, value in values.items()}}
    before = _begun(folder, params)
    if before.get("status") == "finished":
        return _score(folder, score)
    if before.get("status") == "failed":
        raise (InfeasibleError if before["infeasible"] else TrialFailedError)(before["error"])
    state: dict[str, Any] = _begin(folder, candidate, params, values, before)
    state |= {"judged_by": score}
    began = time.time()
    try:
        if state["attempts"] > MAX_ATTEMPTS:
            raise TrialFailedError(
                f"The process that trained it ended {MAX_ATTEMPTS} times at the same place "
                "without a word: killed, perhaps for want of memory."
            )
        write_json(folder / "run.json", state)
        # A model of a user's own is built for it, and may fail.
        state |= {"cost": asdict(candidate.cost)}
        write_json(folder / "run.json", state)
        _check_feasible(folder, candidate, limits, misfit)
        histories = [
            candidate.train_fold(
                folder / f"fold{fold}", fold, _steps(on_step, candidate, fold, folds)
            )
            for fold in range(folds)
        ]
        _keep(folder, histories, score, candidate.cost, time.time() - began)
    except KeyboardInterrupt:
        # Counted as an attempt, a trial that is stopped by hand three times would be given up.
        write_json(folder / "run.json", state | {"attempts": state["attempts"] - 1})
        raise
    # One failed trial must not end the search: whatever it was is kept and reported.
    except Exception as error:
        infeasible = isinstance(error, InfeasibleError)
        known_cause = isinstance(error, TrialFailedError)
        message = str(error) if known_cause else f"{type(error).__name__}: {error}"
        ending = {"status": "failed", "error": message, "infeasible": infeasible}
        _end(folder, state | ending)
        raise (InfeasibleError if infeasible else TrialFailedError)(message) from error
    _end(folder, state | {"status": "finished"})
    return _score(folder, score)


def _begun(folder: Path, params: dict[str, Any]) -> dict[str, Any]:
    """What an earlier process has noted of the same trial; `{}` if there was none."""
    before = _read(folder / "run.json")
    if before and before["params"] != json.loads(json.dumps(params)):
        # What an earlier trial of this number left, which keras-tuner had not yet noted.
        shutil.rmtree(folder)
        return {}
    return before


def _begin(
    folder: Path,
    candidate: Candidate,
    params: dict[str, Any],
    values: Values,
    before: dict[str, Any],
) -> dict[str, Any]:
    """The content of `run.json` for a trial under way."""
    folder.mkdir(parents=True, exist_ok=True)
    evaluations = _evaluations(folder)
    stuck = before.get("evaluations") == evaluations
    unknown = {"parameters": None, "multiply_adds": None}
    return {
        "model": candidate.params["cell"],
        "seed": 0,
        "status": "running",
        "params": params,
        "values": dict(values),
        "cost": before.get("cost", unknown),
        "error": None,
        "export_error": None,
        "infeasible": False,
        "evaluations": evaluations,
        "attempts": before["attempts"] + 1 if stuck else 1,
    }


def _check_feasible(folder: Path, candidate: Candidate, limits: Limits, misfit: str | None) -> None:
    reason = limits.exceeded(candidate.cost) or misfit
    if reason:
        raise InfeasibleError(reason)
    allowed = limits.latency_milliseconds
    if allowed is not None:
        latency = candidate.latency_milliseconds(folder)
        if latency > allowed:
            raise InfeasibleError(f"{latency:.2f} ms for a clip, of {allowed:.2f} ms allowed")


def _steps(
    on_step: Callable[[int, int], None], candidate: Candidate, fold: int, folds: int
) -> Callable[[int], None]:
    """Steps of one fold, counted over all of them."""
    return lambda step: on_step(fold * candidate.steps + step, folds * candidate.steps)


def _keep(
    folder: Path, histories: Sequence[History], score: str, cost: Cost, seconds: float
) -> None:
    mean = [
        {key: float(np.mean([entry[key] for entry in entries])) for key in entries[0]}
        | {"step": int(entries[0]["step"]), "seconds": sum(entry["seconds"] for entry in entries)}
        for entries in zip(*histories, strict=True)
    ]
    write_text(folder / "history.jsonl", "".join(json.dumps(entry) + "\n" for entry in mean))
    reached = {key: value for key, value in mean[-1].items() if key.startswith("validation/")}
    of_folds = {f"fold{i}/sequence_accuracy": last[-1][score] for i, last in enumerate(histories)}
    write_json(
        folder / "metrics.json",
        {
            **reached,
            **of_folds,
            **{name: value for name, value in asdict(cost).items() if value is not None},
            "train_seconds": mean[-1]["seconds"],
            "trial_seconds": seconds,
        },
    )


def _end(folder: Path, state: dict[str, Any]) -> None:
    write_json(folder / "run.json", state)
    for fold in folder.glob("fold*"):
        shutil.rmtree(fold)


def _evaluations(folder: Path) -> int:
    """How far the trainings of a trial have come."""
    histories = folder.glob("fold*/history.jsonl")
    return sum(len(path.read_text(encoding="utf-8").splitlines()) for path in histories)


def _score(folder: Path, score: str) -> float:
    return float(_read(folder / "metrics.json")[score])


def _read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
