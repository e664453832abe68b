"""What a model costs on a device: multiply-adds of a frame, and memory for its tensors."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from keras_drnn.cell import DelayedRNNCell
from keras_drnn.export.operators import parsed


def multiply_adds(model, *, skipping: bool) -> dict[str, Any]:
    """Multiplications by weights for a frame, on average and at most.

    Args:
        model: A model that can run one frame at a time.
        skipping: Whether groups that are not due cost nothing.

    Example:

    >>> multiply_adds(keras.Sequential([keras.Input((None, 75)), DelayedRNN(150)]), skipping=True)
    {'multiply_adds': 4038.8..., 'multiply_adds_worst': 10350}
    """
    mean, worst = 0.0, 0
    for layer in _leaves(model):
        matrices = [int(np.prod(w.shape)) for w in layer.trainable_weights if len(w.shape) > 1]
        if isinstance(layer, DelayedRNNCell) and skipping:
            pairs = zip(layer.kernels, layer.recurrent_kernels, layer.delays, strict=True)
            mean += sum((np.prod(u.shape) + np.prod(w.shape)) / delay for u, w, delay in pairs)
        else:
            mean += sum(matrices)
        worst += sum(matrices)
    return {"multiply_adds": float(mean), "multiply_adds_worst": worst}


def delayed_cells(model) -> list[DelayedRNNCell]:
    """The delayed cells of a model, in the order of its graph."""
    return [layer for layer in _leaves(model) if isinstance(layer, DelayedRNNCell)]


def _leaves(model) -> Iterator:
    """Layers and cells that hold weights of their own, as often as the graph calls them."""
    import keras

    from keras_drnn.export.graph import calls

    for call in calls(model):
        layer = call.operation
        if isinstance(layer, keras.layers.Layer) and not isinstance(layer, keras.layers.Embedding):
            cell = getattr(layer, "cell", layer)
            yield from getattr(cell, "cells", [cell])


def arena_bytes(path: Path, clips: np.ndarray | None = None) -> int:
    """Memory for the tensors that are alive at once, weights excluded, at its peak.

    The runtime plans its arena for this much and some padding.

    Args:
        path: A `.tflite` file.
        clips: What it reads, `(batch, frames, ...)`, if it reads any number of frames.
    """
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    interpreter = Interpreter(
        model_path=str(path),
        experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    )
    if clips is not None:
        reads = interpreter.get_input_details()[0]["index"]
        interpreter.resize_tensor_input(reads, clips.shape)
        interpreter.allocate_tensors()
        interpreter.set_tensor(reads, clips)
        interpreter.invoke()  # some sizes are known then only
    model = parsed(path.read_bytes())
    sizes = [
        {
            each["index"]: int(np.prod(each["shape"])) * np.dtype(each["dtype"]).itemsize
            for each in interpreter.get_tensor_details(index)
        }
        for index in range(len(model.subgraphs))
    ]
    return _peak(model, sizes, 0)


def _peak(model, sizes: list[dict[int, int]], index: int) -> int:
    graph = model.subgraphs[index]
    operators = graph.operators or []
    first = {tensor: 0 for tensor in graph.inputs}
    last = {tensor: len(operators) for tensor in graph.outputs}
    for now, operator in enumerate(operators):
        for tensor in operator.outputs:
            first.setdefault(tensor, now)
        for tensor in (*operator.inputs, *operator.outputs):
            last[tensor] = max(now, last.get(tensor, 0))
    peak = 0
    for now, operator in enumerate(operators):
        alive = [each for each, begin in first.items() if begin <= now <= last.get(each, begin)]
        inner = [
            _peak(model, sizes, inside)
            for name, inside in vars(operator.builtinOptions or model).items()
            if name.lower().endswith("subgraphindex")
        ]
        peak = max(peak, sum(sizes[index].get(each, 0) for each in alive) + max(inner, default=0))
    return peak
