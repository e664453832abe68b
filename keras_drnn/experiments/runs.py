"""One model with one seed: built, trained, evaluated and exported, in a folder of its own."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_drnn.experiments.callbacks import StepCounter
from keras_drnn.experiments.data import Data
from keras_drnn.experiments.named_callbacks import make_callbacks
from keras_drnn.experiments.recipes import Recipe
from keras_drnn.experiments.recorded_run import record_run
from keras_drnn.experiments.results import measure
from keras_drnn.experiments.training import build_and_train
from keras_drnn.reporting.examples import save_examples
from keras_drnn.system.atomic_writes import write_json, write_whole
from keras_drnn_runtime.decision import Decision

CHECKED_CLIPS = 8  # test clips on which an export is compared with Keras


def run(
    folder: Path,
    model_name: str,
    recipe: Recipe,
    seed: int,
    data: Data,
    *,
    callbacks: Sequence[str] = (),
    on_step: Callable[[int], None] = lambda step: None,
    on_evaluation: Callable[[], object] = lambda: None,
) -> None:
    """Train, evaluate and export a model, or go on with it.

    What is left in the folder: `run.json` (what, how, and how far), `history.jsonl`,
    `model.keras`, `model.tflite`, `classes.json` (what the scores and the joints mean, and how
    scores become events), `metrics.json`, `outcome.npz` and `examples.npz` (some test clips, with
    what the model says of them). A run that is finished is left as it is.

    Args:
        folder: The run's folder.
        model_name: Name of the model, one of `MODELS`.
        recipe: Its recipe.
        seed: Seed of everything random.
        data: The data.
        callbacks: Names of Keras callbacks, as `make_callbacks` takes them.
        on_step: Called with the number of steps done.
        on_evaluation: Called when the folder has something new.
    """

    def train() -> dict[str, Any]:
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
                *make_callbacks(callbacks, folder),
            ],
        )
        write_whole(folder / "model.keras", model.save)
        metrics, outcome, decision, examples = measure(model, recipe, data, history)
        write_json(folder / "classes.json", _meaning(data, decision))
        write_whole(
            folder / "outcome.npz", lambda path: np.savez(path, allow_pickle=False, **outcome)
        )
        save_examples(folder / "examples.npz", examples, data.layout)
        return metrics

    def check_inputs() -> list[np.ndarray]:
        chosen = _spread(data.split.test, CHECKED_CLIPS, data.clips)
        return [data.clips[int(clip)].joints for clip in chosen]

    record_run(
        folder,
        model=model_name,
        protocol=data.protocol.name,
        seed=seed,
        params=recipe_params(recipe, of_joints=data.layout is not None),
        train=train,
        check_inputs=check_inputs,
        on_evaluation=on_evaluation,
    )
    on_step(recipe.steps)


def _meaning(data: Data, decision: Decision | None) -> dict:
    """What `classes.json` says of the scores and the joints."""
    return {
        "classes": list(data.split.class_names),
        "joints": list(data.joint_names),
        "bodies": data.shape[0],
        "data": data.name,
        "protocol": data.protocol.name,
        "background": list(data.background),
        "frame_rate": data.data_set.frame_rate,
        "reading": data.data_set.reading,
        **({} if decision is None else {"decision": asdict(decision)}),
    }


def recipe_params(recipe: Recipe, *, of_joints: bool = True) -> dict:
    """A recipe as a flat dictionary, without what the model and its training have no use for.

    Args:
        recipe: The recipe.
        of_joints: Whether the model reads joints, or else channels.
    """
    unused: set[str] = set()
    if recipe.cell != "drnn":
        unused |= {"delays", "first_step"}
    if recipe.cell not in ("drnn", "rnn"):
        unused |= {"activation", "gain", "spectral_norm"}
    if not of_joints:
        unused |= {"motion", "align", "torso", "memory"}
    if not of_joints or not recipe.motion:
        unused |= {"lag"}
    if not of_joints or recipe.memory is None:
        unused |= {"jump"}
    if not recipe.streams:
        unused |= {"pause", "longest_pause", "shortest"}
    if recipe.optimizer != "adamw":
        unused |= {"weight_decay"}
    fields = asdict(recipe)
    augmentation = fields.pop("augmentation")
    fields["delays"] = ",".join(map(str, fields["delays"]))
    fields = {key: value for key, value in fields.items() if key not in unused}
    return fields | {f"augmentation.{key}": value for key, value in augmentation.items()}


def _spread(chosen: np.ndarray, count: int, clips) -> np.ndarray:
    """Some of the clips, from the shortest to the longest."""
    by_length = chosen[np.argsort(clips.index.frames[chosen], kind="stable")]
    return by_length[np.linspace(0, len(by_length) - 1, min(count, len(by_length))).astype(int)]
