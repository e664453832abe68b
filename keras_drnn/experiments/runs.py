"""One model with one seed: built, trained, evaluated and exported, in a folder of its own."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import keras
import numpy as np

from keras_drnn.experiments.callbacks import StepCounter
from keras_drnn.experiments.data import Data
from keras_drnn.experiments.recipes import Recipe
from keras_drnn.experiments.results import measure
from keras_drnn.experiments.training import build_and_train
from keras_drnn.system.atomic_writes import write_json, write_whole

EXPORT_TOLERANCE = 1e-4
CHECKED_CLIPS = 8  # test clips on which an export is compared with Keras


def run(
    folder: Path,
    model_name: str,
    recipe: Recipe,
    seed: int,
    data: Data,
    *,
    on_step: Callable[[int], None] = lambda step: None,
    on_evaluation: Callable[[], object] = lambda: None,
) -> None:
    """Train, evaluate and export a model, or go on with it.

    What is left in the folder: `run.json` (what, how, and how far), `history.jsonl`,
    `model.keras`, `model.tflite`, `classes.json` (what the scores and the joints mean),
    `metrics.json` and `outcome.npz`. A run that is finished is left as it is.

    Args:
        folder: The run's folder.
        model_name: Name of the model, one of `MODELS`.
        recipe: Its recipe.
        seed: Seed of everything random.
        data: The data.
        on_step: Called with the number of steps done.
        on_evaluation: Called when the folder has something new.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if _is_done(folder):
        on_step(recipe.steps)
        return
    about = {
        "model": model_name,
        "seed": seed,
        "status": "running",
        "params": recipe_params(recipe),
    }
    about |= {"error": None, "export_error": None}
    write_json(folder / "run.json", about)
    # One model's misfortune must not cost the others; the error is kept and reported.
    try:
        model, history = build_and_train(
            recipe,
            data,
            data.split,
            name=model_name,
            seed=seed,
            folder=folder,
            callbacks=[
                StepCounter(on_step),
                keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: on_evaluation()),
            ],
        )
        on_step(recipe.steps)
        write_whole(folder / "model.keras", model.save)
        write_json(folder / "classes.json", _meaning(data))
        metrics, outcome = measure(model, recipe, data, history)
        write_whole(
            folder / "outcome.npz", lambda path: np.savez(path, allow_pickle=False, **outcome)
        )
    except Exception as error:
        about |= {"status": "failed", "error": _in_words(error)}
    else:
        try:
            metrics |= _export(folder, data)
        # What was trained and measured stands, whatever becomes of the file.
        except Exception as error:
            about |= {"export_error": _in_words(error)}
        write_json(folder / "metrics.json", metrics)
        about |= {"status": "finished"}
    write_json(folder / "run.json", about)
    on_evaluation()


def _is_done(folder: Path) -> bool:
    if not (folder / "run.json").exists():
        return False
    about = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    return about["status"] == "finished" and about["export_error"] is None


def _in_words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _meaning(data: Data) -> dict:
    """What `classes.json` says of the scores and the joints."""
    return {
        "classes": list(data.split.class_names),
        "joints": list(data.layout.joint_names),
        "bodies": data.reader.bodies,
        "data": data.name,
        "protocol": data.protocol.name,
        "frame_rate": data.data_set.frame_rate,
    }


def _export(folder: Path, data: Data) -> dict[str, float]:
    from keras_drnn.experiments.sources import describe_model
    from keras_drnn.export import export_litert

    test, model = data.split.test, folder / "model.keras"
    report = export_litert(
        model,
        folder / "model.tflite",
        check_inputs=[data.clips[int(i)].joints for i in _spread(test, CHECKED_CLIPS, data.clips)],
        tolerance=EXPORT_TOLERANCE,
        metadata={"source": folder.name, **describe_model(model)},
    )
    return {
        "litert_bytes": report.bytes,
        "litert_max_difference": report.largest_difference,
        "litert_latency_milliseconds": report.latency_milliseconds,
    }


def recipe_params(recipe: Recipe) -> dict:
    """A recipe as a flat dictionary, without what its cell has no use for."""
    fields = asdict(recipe)
    augmentation = fields.pop("augmentation")
    fields["delays"] = ",".join(map(str, fields["delays"]))
    if recipe.cell != "drnn":
        del fields["delays"], fields["first_step"]
    if recipe.cell not in ("drnn", "rnn"):
        del fields["activation"]
    return fields | {f"augmentation.{key}": value for key, value in augmentation.items()}


def _spread(chosen: np.ndarray, count: int, clips) -> np.ndarray:
    """Some of the clips, from the shortest to the longest."""
    by_length = chosen[np.argsort(clips.index.frames[chosen], kind="stable")]
    return by_length[np.linspace(0, len(by_length) - 1, min(count, len(by_length))).astype(int)]
