"""How far back a trained model looks on recordings, against the same model before training."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from keras_drnn.influence import (
    RecurrentGroup,
    influence_bound,
    influence_by_distance,
    recurrent_groups,
)
from keras_drnn.influence.bounds import InfluenceByGroup
from keras_drnn.influence.jacobian import InputInfluence
from keras_drnn.keras_file import read_keras_file
from keras_drnn.skeletons.words import counted


@dataclass(frozen=True, eq=False)
class Watched:
    """A recording on which a model is asked how far back it looks.

    Args:
        name: Its name.
        frames: What the model takes.
        seen: `(frames,)` booleans, where somebody is.
    """

    name: str
    frames: np.ndarray
    seen: np.ndarray


@dataclass(frozen=True, eq=False)
class Carried:
    """What reaches the last state of a model's recurrent layer, by distance.

    Args:
        layer: The layer's name.
        measured: `(clips, groups, distances)`.
        bound: Likewise what bounds it; `None` of a layer with gates.
    """

    layer: str
    measured: np.ndarray
    bound: np.ndarray | None


@dataclass(frozen=True, eq=False)
class Influences:
    """How far back a model looks.

    Args:
        influence: `(clips, output frames, input frames)`, as `input_influence` gives them.
        groups: The norms of its recurrent kernels.
        carried: What its recurrent layer carries; `None` if it reads both ways.
    """

    influence: np.ndarray
    groups: list[RecurrentGroup]
    carried: Carried | None

    @property
    def falls(self) -> np.ndarray:
        """`(clips, distances)`."""
        return influence_by_distance(self.influence)

    @property
    def ahead(self) -> float:
        """Which share of all influence comes from frames after the output."""
        after = np.triu(self.influence, 1).sum() if self.influence.shape[1] > 1 else 0.0
        return float(after / self.influence.sum())


def measure_influences(
    path: Path, clips: Sequence[Watched], seed: int, on_clip: Callable[[], None] = lambda: None
) -> dict[str, Influences]:
    """Measure how far back a model looks.

    Args:
        path: Its `.keras` file.
        clips: The recordings, all of one length.
        seed: For the weights of the same model before training.
        on_clip: Called whenever a recording is done.

    Returns:
        `"before"`, with weights newly drawn, and `"after"`, as it was trained.

    Raises:
        ValueError: If it cannot be read, or is no model with a recurrent layer that takes such
            recordings.
    """
    model = read_keras_file(path)
    frames = [_fitting(path, model, clip) for clip in clips]
    recurrent_groups(model)  # a model without is told apart before the work
    measure = InputInfluence(model)
    carries = _carrier(model)
    found = {}
    after = model.get_weights()
    for when, weights in (("before", fresh_weights(model, seed)), ("after", after)):
        model.set_weights(weights)
        influence = []
        for clip, inputs in zip(clips, frames, strict=True):
            influence.append(measure(inputs))
            if not np.isfinite(influence[-1]).all() or not influence[-1].sum() > 0:
                raise ValueError(
                    "Expected a model that the frames move, by finite gradients. Received: "
                    f"{path} on {clip.name}, {when} training, where the gradients are "
                    f"{'0' if np.isfinite(influence[-1]).all() else 'no numbers'}"
                )
            on_clip()
        carried = None if carries is None else carries(clips, frames)
        found[when] = Influences(np.stack(influence), recurrent_groups(model), carried)
    return found


def fresh_weights(model: keras.Model, seed: int) -> list[np.ndarray]:
    """The weights of a model before training, newly drawn; what it standardises by stays.

    Args:
        model: A Functional or Sequential model.
        seed: What they are drawn from.
    """
    keras.utils.set_random_seed(seed)
    fresh = keras.models.clone_model(model)
    for layer, new in zip(model.layers, fresh.layers, strict=True):
        if isinstance(layer, keras.layers.Normalization):
            new.set_weights(layer.get_weights())
    return fresh.get_weights()


def _fitting(path: Path, model: keras.Model, clip: Watched) -> np.ndarray:
    """What the model takes of a recording."""
    shape = model.input_shape
    if not isinstance(shape, tuple) or len(shape) != 5 or None in shape[2:]:
        raise ValueError(
            "Expected a model of joints or channels, (clips, frames, bodies, joints, axes), as "
            "`drnn train` makes them; of others `keras_drnn.influence.input_influence` says the "
            f"same. Received: {path}, which reads {shape}"
        )
    if shape[1] not in (None, len(clip.frames)):
        raise ValueError(
            f"Expected {counted(shape[1], 'frame')} of each recording, as the model takes no other "
            f"number; say so with --frames. Received: {len(clip.frames)} of {clip.name}"
        )
    bodies, joints, axes = clip.frames.shape[1:]
    if (joints, axes) != shape[3:] or bodies > shape[2]:
        raise ValueError(
            f"Expected recordings of {counted(shape[3], 'joint')} with {shape[4]} axes and at most "
            f"{counted(shape[2], 'body', 'bodies')}, as {path} was trained on. Received: "
            f"{clip.name}, of {joints} with {axes} axes and {counted(bodies, 'body', 'bodies')}"
        )
    return np.pad(clip.frames, [(0, 0), (0, shape[2] - bodies), (0, 0), (0, 0)])


def _carrier(model: keras.Model) -> Callable[..., Carried] | None:
    """What measures a model's first recurrent layer by itself, if it reads one way."""
    layer = next((each for each in model.layers if isinstance(each, keras.layers.RNN)), None)
    if layer is None:
        return None
    # A mask, if it is called with one, comes second.
    reader = keras.Model(model.inputs, keras.tree.flatten(layer.input)[0])
    by_group = InfluenceByGroup(layer)
    bounded = bool(recurrent_groups(layer))

    def measure(clips: Sequence[Watched], frames: Sequence[np.ndarray]) -> Carried:
        measured, bounds = [], []
        for clip, inputs in zip(clips, frames, strict=True):
            # A frame without anybody is masked: the layer skips it as if it were absent.
            read = np.asarray(reader.predict_on_batch(inputs[None]))[0][clip.seen]
            missing = [(0, 0), (0, len(inputs) - len(read))]
            measured.append(np.pad(by_group(read)[:, ::-1], missing))
            if bounded:
                bounds.append(np.pad(influence_bound(layer, len(read))[:, ::-1], missing))
        return Carried(layer.name, np.stack(measured), np.stack(bounds) if bounds else None)

    return measure
