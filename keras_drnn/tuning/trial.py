"""One trial: a recipe trained on every fold, in a folder of its own."""

import json
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from keras_drnn.experiments.callbacks import StepCounter
from keras_drnn.experiments.data import Data
from keras_drnn.experiments.models import build_model
from keras_drnn.experiments.recipes import Recipe
from keras_drnn.experiments.runs import recipe_params
from keras_drnn.experiments.training import build_and_train
from keras_drnn.skeletons.split import Split
from keras_drnn.system.atomic_writes import write_json, write_text
from keras_drnn.tuning.limits import Cost, Limits

SCORE = "validation/sequence_accuracy"
# A process that dies so often at the same place of a trial hardly dies by chance.
MAX_ATTEMPTS = 3


class TrialFailedError(ValueError):
    """A trial came to no score; the message says why."""


class InfeasibleError(TrialFailedError):
    """A trial exceeds a limit and was not trained."""


def run_trial(
    folder: Path,
    recipe: Recipe,
    values: Mapping[str, Any],
    cost: Cost,
    limits: Limits,
    data: Data,
    folds: list[Split],
    *,
    fits: bool = True,
    on_step: Callable[[int, int], None] = lambda step, of: None,
) -> float:
    """Train a recipe on every fold, or go on with it, and give its mean accuracy by clip.

    What is left in the folder: `run.json` (what, and how it ended), and of a finished trial
    `history.jsonl` (learning curves, the mean over the folds) and `metrics.json`. A trial that has
    ended is not run again: its score, or its error, is what it was.

    Args:
        folder: The trial's folder.
        recipe: What is trained.
        values: The hyperparameters, for `run.json`.
        cost: What the model costs.
        limits: What it may cost.
        data: The data.
        folds: Splits of the data.
        fits: Whether its delays fit the clips.
        on_step: Called with the number of steps done, and of how many.

    Raises:
        TrialFailedError: If the trial failed, now or before.
    """
    before = _read(folder / "run.json")
    params = recipe_params(recipe) | {f"tuned.{name}": value for name, value in values.items()}
    if before and before["params"] == json.loads(json.dumps(params)):
        if before["status"] == "finished":
            return float(_read(folder / "metrics.json")[SCORE])
        if before["status"] == "failed":
            raise (InfeasibleError if before["infeasible"] else TrialFailedError)(before["error"])
    elif before:
        # What an earlier trial of this number left, which keras-tuner had not yet noted.
        shutil.rmtree(folder)
        before = {}
    folder.mkdir(parents=True, exist_ok=True)
    began = time.time()
    evaluations = _evaluations(folder)
    stuck = before.get("evaluations") == evaluations
    about = {
        "model": recipe.cell,
        "seed": 0,
        "status": "running",
        "params": params,
        "values": dict(values),
        "cost": {"parameters": cost.parameters, "multiply_adds": cost.multiply_adds},
        "error": None,
        "export_error": None,
        "infeasible": False,
        "evaluations": evaluations,
        "attempts": before["attempts"] + 1 if stuck else 1,
    }
    try:
        if about["attempts"] > MAX_ATTEMPTS:
            raise TrialFailedError(
                f"The process that trained it ended {MAX_ATTEMPTS} times at the same place "
                "without a word: killed, perhaps for want of memory."
            )
        write_json(folder / "run.json", about)
        reason = limits.exceeded(cost) or (None if fits else "a delay is longer than the clips")
        if reason:
            raise InfeasibleError(reason)
        if limits.latency_milliseconds is not None:
            _check_latency(folder, recipe, limits.latency_milliseconds, data)
        histories = []
        for number, fold in enumerate(folds):
            histories.append(
                _train_fold(
                    folder / f"fold{number}",
                    recipe,
                    number,
                    data,
                    fold,
                    lambda step, done=number: on_step(
                        done * recipe.steps + step, len(folds) * recipe.steps
                    ),
                )
            )
        _keep(folder, histories, cost, time.time() - began)
    except KeyboardInterrupt:
        # Somebody's wish is no sign of want of memory.
        write_json(folder / "run.json", about | {"attempts": about["attempts"] - 1})
        raise
    # A trial's misfortune must not cost the search: whatever it was is kept and told.
    except Exception as error:
        infeasible = isinstance(error, InfeasibleError)
        said = str(error) if isinstance(error, TrialFailedError) else _in_words(error)
        about |= {"status": "failed", "error": said, "infeasible": infeasible}
        write_json(folder / "run.json", about)
        _forget_folds(folder)
        raise (InfeasibleError if infeasible else TrialFailedError)(said) from error
    write_json(folder / "run.json", about | {"status": "finished"})
    _forget_folds(folder)
    return float(_read(folder / "metrics.json")[SCORE])


def _train_fold(
    folder: Path,
    recipe: Recipe,
    seed: int,
    data: Data,
    fold: Split,
    on_step: Callable[[int], None],
) -> list[dict[str, float]]:
    folder.mkdir(exist_ok=True)
    _, history = build_and_train(
        recipe,
        data,
        fold,
        name=recipe.cell,
        seed=seed,
        folder=folder,
        callbacks=[StepCounter(on_step)],
    )
    return history


def _keep(
    folder: Path, histories: list[list[dict[str, float]]], cost: Cost, seconds: float
) -> None:
    mean = [
        {key: float(np.mean([entry[key] for entry in entries])) for key in entries[0]}
        | {"step": int(entries[0]["step"]), "seconds": sum(entry["seconds"] for entry in entries)}
        for entries in zip(*histories, strict=True)
    ]
    lines = "".join(json.dumps(entry) + "\n" for entry in mean)
    write_text(folder / "history.jsonl", lines)
    reached = {key: value for key, value in mean[-1].items() if key.startswith("validation/")}
    of_folds = {f"fold{i}/sequence_accuracy": last[-1][SCORE] for i, last in enumerate(histories)}
    write_json(
        folder / "metrics.json",
        {
            **reached,
            **of_folds,
            "parameters": cost.parameters,
            "multiply_adds": cost.multiply_adds,
            "train_seconds": mean[-1]["seconds"],
            "trial_seconds": seconds,
        },
    )


def _check_latency(folder: Path, recipe: Recipe, limit: float, data: Data) -> None:
    """Export the model untrained: how long it takes does not depend on its weights."""
    from keras_drnn.export import export_litert

    lengths = data.clips.index.frames[data.split.train]
    typical = int(data.split.train[np.argsort(lengths, kind="stable")[len(lengths) // 2]])
    model = build_model(
        recipe,
        layout=data.layout,
        bodies=data.reader.bodies,
        classes=len(data.split.class_names),
    )
    path = folder / "untrained.keras"
    model.save(path)
    try:
        report = export_litert(
            path,
            path.with_suffix(".tflite"),
            check_inputs=[data.clips[typical].joints],
            tolerance=1e-3,
        )
    finally:
        path.unlink()
        path.with_suffix(".tflite").unlink(missing_ok=True)
    if report.latency_milliseconds > limit:
        raise InfeasibleError(
            f"{report.latency_milliseconds:.2f} ms for a clip, of {limit:.2f} ms allowed"
        )


def _evaluations(folder: Path) -> int:
    """How far the trainings of a trial have come."""
    histories = folder.glob("fold*/history.jsonl")
    return sum(len(path.read_text(encoding="utf-8").splitlines()) for path in histories)


def _forget_folds(folder: Path) -> None:
    for fold in folder.glob("fold*"):
        shutil.rmtree(fold)


def _in_words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
