"""Packs what a streaming file remembers into the tensors that a caller carries.

The converter gets a part of the state as an input of its own, so that in int8 each has a range of
its own: a place in metres beside sums of hundreds would have no digits left. Inputs and outputs are
float32 in every form, so that the parts are put together and taken apart without rounding, here.
"""

from typing import Any

import numpy as np

from keras_drnn.export.editing import constant, new_operator, new_tensor
from keras_drnn.export.layout import TYPES, Layout
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
    whole = new_tensor(graph, tensor, [1, layout.widths[tensor]], TYPES[tensor])
    given = [constant(model, graph, np.array(values, "int32")) for values in (sizes, 1)]
    options = schema.SplitVOptionsT()
    options.numSplits = len(parts)
    graph.operators.insert(0, new_operator(model, "SPLIT_V", [whole, *given], parts, options))
    return whole


def _joined(model, graph, tensor: str, width: int, parts: list[int]) -> int:
    """The number of a tensor that is put together when everything has been computed."""
    from ai_edge_litert import schema_py_generated as schema

    if len(parts) == 1:
        return parts[0]
    whole = new_tensor(graph, f"next_{tensor}", [1, width], TYPES[tensor])
    options = schema.ConcatenationOptionsT()
    options.axis = 1
    graph.operators.append(new_operator(model, "CONCATENATION", parts, [whole], options))
    return whole


def _entries(tensors: dict[str, int]) -> list:
    from ai_edge_litert import schema_py_generated as schema

    entries = []
    for name, index in tensors.items():
        entry = schema.TensorMapT()
        entry.name, entry.tensorIndex = name.encode(), index
        entries.append(entry)
    return entries
