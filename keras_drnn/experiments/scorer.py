"""Opens trained models, to score clips one by one."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from keras_drnn.keras_file import read_keras_file
from keras_drnn.skeletons.words import counted

if TYPE_CHECKING:
    import keras

_Run = Callable[[np.ndarray], np.ndarray]
_Shape = Sequence[int | None]


class Clock(NamedTuple):
    """When the groups of a model update.

    Args:
        delays: Of its first delayed layer; of one that reads both ways, of what reads forwards.
        first_step: The number that its first step bears.
    """

    delays: tuple[int, ...]
    first_step: int


class Scorer(NamedTuple):
    """A model that is open.

    Args:
        score: From a clip's joints to its logits, `(frames, classes)`.
        clock: When its groups update; `None` if it has none.
    """

    score: _Run
    clock: Clock | None


def open_scorer(path: Path) -> Scorer:
    """Open a model.

    Args:
        path: A `.keras` or `.tflite` file.

    Raises:
        ValueError: If it is of an unknown kind, or no model of joints.
    """
    if not path.is_file():
        raise ValueError(f"Expected a model file, found none. Received: {path}")
    if path.suffix not in _OPENERS:
        raise ValueError(f"Expected a .keras or .tflite file. Received: {path}")
    shape, run, clock = _OPENERS[path.suffix](path)
    if len(shape) != 5 or shape[2] is None or shape[3] is None:
        raise ValueError(
            "Expected a model of joints, (clips, frames, bodies, joints, 3), as `drnn train` makes "
            f"them. Received: {path}, which reads {tuple(shape)}"
        )
    bodies, joint_count = int(shape[2]), int(shape[3])

    def score(joints: np.ndarray) -> np.ndarray:
        if joints.shape[2] != joint_count:
            raise ValueError(
                f"expected clips of {joint_count} joints, as the model was trained on, received "
                f"{joints.shape[2]}"
            )
        if joints.shape[1] > bodies:
            raise ValueError(
                f"expected at most {counted(bodies, 'body', 'bodies')}, as the model was trained "
                f"on, received {joints.shape[1]}"
            )
        missing = bodies - joints.shape[1]
        return run(np.pad(joints, [(0, 0), (0, missing), (0, 0), (0, 0)]))

    return Scorer(score, clock)


def _open_keras(path: Path) -> tuple[_Shape, _Run, Clock | None]:
    model = read_keras_file(path)
    predict_on_batch = model.predict_on_batch

    def run(joints: np.ndarray) -> np.ndarray:
        return np.asarray(predict_on_batch(joints[None]))[0]

    return model.input_shape, run, _clock_of(model)


def _clock_of(model: "keras.Model") -> Clock | None:
    from keras_drnn.cell import DelayedRNNCell
    from keras_drnn.export.graph import calls

    for call in calls(model):
        layer = getattr(call.operation, "forward_layer", call.operation)
        cell = getattr(layer, "cell", layer)
        for each in getattr(cell, "cells", [cell]):
            if isinstance(each, DelayedRNNCell):
                return Clock(tuple(each.delays), each.first_step)
    return None


def _open_tflite(path: Path) -> tuple[_Shape, _Run, Clock | None]:
    from keras_drnn_runtime import open_model, read_metadata

    model, said = open_model(path), read_metadata(path)
    delays, first_steps = said.get("delays"), said.get("first_steps")
    clock = Clock(tuple(delays[0]), first_steps[0]) if delays and first_steps else None
    return model.input_shape, model.predict, clock


_OPENERS = {".keras": _open_keras, ".tflite": _open_tflite}
