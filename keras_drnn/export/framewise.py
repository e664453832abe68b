"""Finds the layer that mixes frames, before it does so in a stream."""

from itertools import count
from typing import Any

import keras
import numpy as np

from keras_drnn import ops
from keras_drnn.causal import CausalLayer
from keras_drnn.export.graph import Call, Graph
from keras_drnn.export.models import described

_TOLERANCE = 1e-4


def mixing_operation(model: keras.Model, calls: list[Call]) -> str | None:
    """Name the first operation that is no recurrent or causal layer and yet mixes frames.

    Each is run on a short clip and on single frames of it; the outputs must be the same.

    Args:
        model: A built Functional or Sequential model with one input, `(batch, frames, ...)`.
        calls: All calls of its graph.

    Returns:
        The name and the type, or `None` if there is no such operation.
    """
    frames = _distinct_length(model, calls)
    clip = np.random.default_rng(0).normal(size=(1, frames, *model.input_shape[2:]))
    clip[:, frames // 2] = 0
    start = ops.cast(clip, model.inputs[0].dtype)
    mixing: list[str] = []

    def call(operation, *args, **kwargs):
        outputs = operation(*args, **kwargs)
        remembers = isinstance(operation, (keras.layers.RNN, CausalLayer))
        timed = any(_has_frames(each, frames) for each in keras.tree.flatten((args, kwargs)))
        if timed and not remembers and not _framewise(operation, args, kwargs, outputs, frames):
            mixing.append(described(operation))
        return outputs

    Graph(model).run([start], call)
    return mixing[0] if mixing else None


def _distinct_length(model, calls: list[Call]) -> int:
    """A length that is no other size in the graph, so that the axis of frames is known by it."""
    if model.input_shape[1]:
        return model.input_shape[1]
    tensors = keras.tree.flatten([(call.args, call.kwargs) for call in calls])
    sizes = {size for each in (*tensors, *model.outputs) for size in getattr(each, "shape", ())}
    return next(length for length in count(5) if length not in sizes)


def _framewise(operation, args, kwargs, outputs, frames: int) -> bool:
    for frame in (0, frames // 2, frames - 1):

        def of_frame(values, frame=frame):
            return values[:, frame : frame + 1] if _has_frames(values, frames) else values

        few: Any = keras.tree.map_structure(of_frame, (args, kwargs))
        try:
            single = operation(*few[0], **few[1])
        except Exception:  # whatever a layer of the user's raises when there is one frame only
            return False
        for one, whole in zip(keras.tree.flatten(single), keras.tree.flatten(outputs), strict=True):
            if not _has_frames(whole, frames):
                return False
            one, whole = (ops.convert_to_numpy(each) for each in (one, of_frame(whole)))
            if one.shape != whole.shape or not np.allclose(
                one, whole, rtol=_TOLERANCE, atol=_TOLERANCE, equal_nan=True
            ):
                return False
    return True


def _has_frames(values, frames: int) -> bool:
    shape = getattr(values, "shape", ())
    return len(shape) > 1 and shape[1] == frames
