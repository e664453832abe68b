"""Int8 for what was learnt: what is computed of a frame before stays in float32.

Places in metres, sums over many frames and their quotients have no digits left in int8. They cost
little beside the network; from its first matrix on, all is int8. Runs in the converting process.
"""

from collections.abc import Collection, Iterable
from typing import Any

import numpy as np

from keras_drnn.export.editing import kind_of, operator_name
from keras_drnn.export.operators import parsed
from keras_drnn_runtime.names import FRAME


def convert_to_int8(converter, samples: Iterable, remembered: Collection[str]) -> bytes:
    """Convert the signatures of a stream.

    Args:
        converter: A `tf.lite.TFLiteConverter` for int8.
        samples: What ranges are measured with, as `(signature, {input: array})`.
        remembered: Inputs that hold what is remembered of frames, beside the frame itself.
    """
    import tensorflow as tf

    # Meant for debugging, but it lets operations be left out by the names of their outputs.
    experiment = tf.lite.experimental
    quantizer = experiment.QuantizationDebugger(
        converter=converter, debug_dataset=lambda: iter(samples)
    )
    measured = parsed(quantizer.calibrated_model)
    names = _before_the_network(measured, {FRAME, *remembered})
    quantizer.options = experiment.QuantizationDebugOptions(denylisted_nodes=sorted(names))
    return _without_rounding_twice(quantizer.get_nondebug_quantized_model())


def _before_the_network(model: Any, inputs: Collection[str]) -> set[str]:
    """Names of the floats that come of some inputs without a matrix that was learnt."""
    names = set()
    for signature in model.signatureDefs:
        graph = model.subgraphs[signature.subgraphIndex]
        reached = {e.tensorIndex for e in signature.inputs if e.name.decode() in inputs}
        for operator in graph.operators:
            if reached.isdisjoint(map(int, operator.inputs)) or _learnt(model, graph, operator):
                continue
            for index in map(int, operator.outputs):
                tensor = graph.tensors[index]
                if kind_of(tensor) == "float32":
                    reached.add(index)
                    names.add(tensor.name.decode())
    return names


def _learnt(model: Any, graph: Any, operator: Any) -> bool:
    """Whether an operator is a product with a matrix that does not merely select."""
    if operator_name(model, operator) != "FULLY_CONNECTED":
        return False
    weights = model.buffers[graph.tensors[operator.inputs[1]].buffer].data
    return weights is None or not np.isin(np.asarray(weights).view("float32"), (-1, 0, 1)).all()


def _without_rounding_twice(content: bytes) -> bytes:
    """Use floats themselves where the converter rounds them to int8 and back."""
    from flatbuffers import Builder

    model = parsed(content)
    for graph in model.subgraphs:
        rounded: dict[int, int] = {}  # from tensors in int8 to those in float32 that they are of
        same: dict[int, int] = {}
        for operator in graph.operators:
            operator.inputs = [same.get(int(each), int(each)) for each in operator.inputs]
            code = operator_name(model, operator)
            if code in ("QUANTIZE", "DEQUANTIZE"):
                (taken,), (given,) = operator.inputs, map(int, operator.outputs)
                origin = rounded.get(taken, taken)
                if code == "QUANTIZE" and kind_of(graph.tensors[origin]) == "float32":
                    rounded[given] = origin
                elif code == "DEQUANTIZE" and taken in rounded and given not in graph.outputs:
                    same[given] = origin
        _drop_what_is_not_used(graph)
    builder = Builder(1024)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def _drop_what_is_not_used(graph: Any) -> None:
    used, kept = {int(each) for each in graph.outputs}, []
    for operator in reversed(graph.operators):
        if not used.isdisjoint(map(int, operator.outputs)):
            used.update(map(int, operator.inputs))
            kept.append(operator)
    graph.operators = kept[::-1]
