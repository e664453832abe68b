"""Finds the layer that mixes frames, before it does so in a stream."""

from functools import partial
from itertools import count

import keras
import numpy as np
from keras import ops

from keras_drnn.causal import CausalLayer

_TOLERANCE = 1e-4


def mixing_operation(model, tensors) -> str | None:
    """Name the first operation that is no recurrent or causal layer and yet mixes frames.

    Each is run on a short clip and on single frames of it; the outputs must be the same.

    Args:
        model: A built Functional or Sequential model with one input, `(batch, frames, ...)`.
        tensors: All symbolic tensors of its graph.

    Returns:
        The name and the type, or `None` if there is no such operation.
    """
    sizes = {size for each in tensors for size in each.shape}
    # A length that is no other size, so that the axis of frames is known by it.
    frames = model.input_shape[1] or next(n for n in count(5) if n not in sizes)
    clip = np.random.default_rng(0).normal(size=(1, frames, *model.input_shape[2:]))
    clip[:, frames // 2] = 0
    found: list[str] = []
    _run(model, [ops.cast(clip, model.inputs[0].dtype)], frames, found)
    return found[0] if found else None


def _run(model, inputs, frames: int, found: list[str]):
    if isinstance(model, keras.Sequential):
        model = model._functional
    outputs = model._run_through_graph(
        inputs, operation_fn=lambda operation: partial(_call, operation, frames, found)
    )
    return outputs[0] if isinstance(outputs, (list, tuple)) and len(outputs) == 1 else outputs


def _call(operation, frames: int, found: list[str], *args, **kwargs):
    if isinstance(operation, keras.Model):
        return _run(operation, keras.tree.flatten(args), frames, found)
    outputs = operation(*args, **kwargs)
    remembers = isinstance(operation, (keras.layers.RNN, CausalLayer))
    timed = any(_has_frames(each, frames) for each in keras.tree.flatten((args, kwargs)))
    if timed and not remembers and not _framewise(operation, args, kwargs, outputs, frames):
        found.append(f"'{operation.name}' ({type(operation).__name__})")
    return outputs


def _framewise(operation, args, kwargs, outputs, frames: int) -> bool:
    for frame in (0, frames // 2, frames - 1):

        def of_frame(values, frame=frame):
            return values[:, frame : frame + 1] if _has_frames(values, frames) else values

        few_args, few_kwargs = keras.tree.map_structure(of_frame, (args, kwargs))
        try:
            alone = operation(*few_args, **few_kwargs)
        except Exception:  # whatever a layer of the user's raises when there is one frame only
            return False
        for one, whole in zip(keras.tree.flatten(alone), keras.tree.flatten(outputs), strict=True):
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
