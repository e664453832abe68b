"""Packs what a streaming file remembers into the tensors that a caller carries.

The converter gets a part of the state as an input of its own, so that in int8 each has a range of
its own: a place in metres beside sums of hundreds would have no digits left. Inputs and outputs are
float32 in every form, so that the parts are put together and taken apart without rounding, here.
"""

from typing import Any

import numpy as np

from keras_drnn.export.layout import TYPES, Layout
from keras_drnn.export.operators import add_buffer, operator_code
from keras_drnn_runtime.names import FRAME, SCORES


def pack_state(model: Any, layout: Layout) -> None:
    """Replace the parts of the state by `state` and `clock` in every signature.

    Args:
        model: A `schema.ModelT` whose signatures take and give the parts by their names.
        layout: Where each part is.
    """
    for signature in model.signatureDefs:
        graph = model.subgraphs[signature.subgraphIndex]
        taken = {entry.name.decode(): entry.tensorIndex for entry in signature.inputs}
        given = {entry.name.decode(): entry.tensorIndex for entry in signature.outputs}
        inputs, outputs = {FRAME: taken[FRAME]}, {SCORES: given[SCORES]}
        for tensor, width in layout.widths.items():
            parts = layout.inside(tensor)
            inputs[tensor] = _split(model, graph, tensor, layout, [taken[p] for p in parts])
            outputs[tensor] = _joined(model, graph, tensor, width, [given[p] for p in parts])
        graph.inputs, signature.inputs = list(inputs.values()), _entries(inputs)
        graph.outputs, signature.outputs = list(outputs.values()), _entries(outputs)


def _split(model, graph, tensor: str, layout: Layout, parts: list[int]) -> int:
    """The number of a tensor that is taken apart before anything is computed."""
    from ai_edge_litert import schema_py_generated as schema

    if len(parts) == 1:
        return parts[0]
    sizes = [layout.places[name].size for name in layout.inside(tensor)]
    whole = _new_tensor(graph, tensor, [1, layout.widths[tensor]], _type(tensor))
    given = [
        _new_tensor(
            graph,
            name,
            list(values.shape),
            schema.TensorType.INT32,
            add_buffer(model, values.tobytes()),
        )
        for name, values in (("sizes", np.array(sizes, "int32")), ("axis", np.array(1, "int32")))
    ]
    options = schema.SplitVOptionsT()
    options.numSplits = len(parts)
    code = schema.BuiltinOperator.SPLIT_V
    graph.operators.insert(0, _operator(model, code, options, [whole, *given], parts))
    return whole


def _joined(model, graph, tensor: str, width: int, parts: list[int]) -> int:
    """The number of a tensor that is put together when everything has been computed."""
    from ai_edge_litert import schema_py_generated as schema

    if len(parts) == 1:
        return parts[0]
    whole = _new_tensor(graph, f"next_{tensor}", [1, width], _type(tensor))
    options = schema.ConcatenationOptionsT()
    options.axis = 1
    code = schema.BuiltinOperator.CONCATENATION
    graph.operators.append(_operator(model, code, options, parts, [whole]))
    return whole


def _type(tensor: str) -> int:
    from ai_edge_litert import schema_py_generated as schema

    return getattr(schema.TensorType, TYPES[tensor].upper())


def _new_tensor(graph, name: str, shape: list[int], kind: int, buffer: int = 0) -> int:
    from ai_edge_litert import schema_py_generated as schema

    tensor = schema.TensorT()
    tensor.name, tensor.shape, tensor.type, tensor.buffer = name.encode(), shape, kind, buffer
    graph.tensors.append(tensor)
    return len(graph.tensors) - 1


def _operator(model, code: int, options, inputs: list[int], outputs: list[int]) -> Any:
    from ai_edge_litert import schema_py_generated as schema

    operator = schema.OperatorT()
    operator.opcodeIndex = operator_code(model, code)
    operator.inputs, operator.outputs = inputs, outputs
    name = type(options).__name__.removesuffix("T")
    operator.builtinOptionsType = getattr(schema.BuiltinOptions, name)
    operator.builtinOptions = options
    return operator


def _entries(tensors: dict[str, int]) -> list:
    from ai_edge_litert import schema_py_generated as schema

    entries = []
    for name, index in tensors.items():
        entry = schema.TensorMapT()
        entry.name, entry.tensorIndex = name.encode(), index
        entries.append(entry)
    return entries
