"""The whole state of a training, so that it goes on exactly as if it had not been interrupted."""

from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_drnn.system.atomic_writes import write_whole


def save_checkpoint(path: Path, model: keras.Model, history: list[dict[str, float]]) -> None:
    """Keep the weights, the dropout seeds, the optimizer's state and the history so far.

    Args:
        path: A file with suffix `.npz`.
        model: A compiled model.
        history: What `load_checkpoint` is to give back: one dictionary of floats per evaluation.
    """
    arrays: dict[str, Any] = {f"variable_{i}": np.asarray(v) for i, v in enumerate(_state(model))}
    for key in history[0] if history else ():
        arrays[f"history_{key}"] = np.array([entry[key] for entry in history])
    write_whole(path, lambda unfinished: np.savez(unfinished, **arrays))


def load_checkpoint(path: Path, model: keras.Model) -> list[dict[str, float]]:
    """Put a model back into the state that was saved, and give the history up to it.

    Args:
        path: A file of `save_checkpoint`; where there is none, nothing happens.
        model: A compiled model, built the same way as the one that was saved.

    Returns:
        One dictionary per evaluation; an empty list without a checkpoint.
    """
    if not path.exists():
        return []
    with np.load(path, allow_pickle=False) as arrays:
        for i, variable in enumerate(_state(model)):
            variable.assign(arrays[f"variable_{i}"])
        columns = {
            key.removeprefix("history_"): arrays[key].tolist()
            for key in arrays.files
            if key.startswith("history_")
        }
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _state(model: keras.Model) -> list:
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    return [*model.variables, *model.optimizer.variables]
