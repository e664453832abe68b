"""Refuses models that cannot run one frame at a time, and names the layer."""

import keras
import numpy as np
from keras import layers

from keras_drnn import ops
from keras_drnn.export.framewise import mixing_operation
from keras_drnn.export.graph import Call, calls
from keras_drnn.export.models import described, obstacle
from keras_drnn.export.walk import first_state

_EXPECTED = "Expected a model that can read one frame at a time. Received: layer "


def check_streamable(model: keras.Model) -> None:
    """Raise a `ValueError` if a layer of a model cannot run one frame at a time."""
    every = calls(model)
    for call in every:
        reason = obstacle(call) or _obstacle_to_streaming(call)
        if reason:
            raise ValueError(f"{_EXPECTED}{described(call.operation)}: {reason}")
    mixing = mixing_operation(model, every)
    if mixing is not None:
        raise ValueError(
            f"{_EXPECTED}{mixing}: what it gives for a frame depends on other frames, or on how "
            "many there are"
        )


def _obstacle_to_streaming(call: Call) -> str | None:
    layer = call.operation
    if isinstance(layer, layers.Bidirectional):
        return "it reads the clip from its end as well"
    if not isinstance(layer, layers.RNN):
        return None
    if layer.go_backwards:
        return "it reads the clip from its end (go_backwards=True)"
    if layer.return_state or call.kwargs.get("initial_state") is not None or len(call.args) > 1:
        return "it hands its whole state to other layers, or takes it from one"
    starts = first_state(layer.cell)
    if any(np.any(ops.convert_to_numpy(start)) for start in starts):
        return "its cell starts from a state that is not zero"
    return None
