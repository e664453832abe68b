"""The last touches to a converted file: what runs first, what it says about itself, its size."""

import json
from typing import TYPE_CHECKING

import numpy as np

from keras_drnn.export.cutting import join_few, slice_state
from keras_drnn.export.in_floats import compute_in_floats
from keras_drnn.export.operators import add_buffer, parsed
from keras_drnn.export.packing import pack_state
from keras_drnn.export.selecting import select_by_broadcasting
from keras_drnn.export.sharing import packed
from keras_drnn.export.turned_kernels import turn_kernels
from keras_drnn_runtime.metadata import NAME
from keras_drnn_runtime.names import FRAME, START, STEP

if TYPE_CHECKING:
    from keras_drnn.export.layout import Layout

# Forms whose arithmetic is in floats, all of it.
_FLOATS = ("float32", "float16")


def finished(
    content: bytes, metadata: dict, layout: "Layout | None" = None, *, bare: bool = False
) -> bytes:
    """A converted `.tflite` file, made ready for a device.

    The metadata go into the buffer that the format has for them. Beside a signature `step`, there
    is one for the state before the first frame. What nothing at run time reads goes, and what the
    signatures have in common is there once.

    Args:
        content: The bytes of the file.
        metadata: What JSON can hold.
        layout: Where the parts of a stream's state are in the tensors that a caller carries.
        bare: Whether the file is to have one graph and nothing else, for a microcontroller.
    """
    from ai_edge_litert import schema_py_generated as schema

    model = parsed(content)
    select_by_broadcasting(model)
    if layout is not None:
        pack_state(model, layout)
        turn_kernels(model)
        if not bare and metadata.get("form") in _FLOATS:
            if metadata.get("score_bound") is not None:  # which says that all numbers are finite
                compute_in_floats(model)
            slice_state(model)
        join_few(model)
    _drop_what_nothing_reads(model)
    if bare:
        return packed(_bare(model))
    steps = [each for each in model.signatureDefs or [] if each.signatureKey == STEP.encode()]
    for step in steps:
        _add_start(model, step)
    entry = schema.MetadataT()
    entry.name = NAME
    entry.buffer = add_buffer(model, json.dumps(metadata, ensure_ascii=False).encode())
    model.metadata = [*(model.metadata or []), entry]
    return packed(model)


def _bare(model):
    """Leave out what the runtime of microcontrollers does not read, which has no signatures."""
    model.signatureDefs, model.metadata, model.description = [], [], None
    for graph in model.subgraphs:
        graph.name = None
        for tensor in graph.tensors:
            tensor.name = tensor.shapeSignature = None
    return model


def _add_start(model, step) -> None:
    """Add a signature that takes nothing and gives the state of a stream that has no frame yet.

    By hand, because the converter cannot measure a signature without inputs for int8. And at the
    end, because the runtime accelerates a file only if its first graph computes something.
    """
    from ai_edge_litert import schema_py_generated as schema

    graph, start = schema.SubGraphT(), schema.SignatureDefT()
    graph.tensors, graph.inputs, graph.operators = [], [], []
    start.inputs, start.outputs = [], []
    for state in step.inputs:
        if state.name.decode() == FRAME:
            continue
        taken = model.subgraphs[step.subgraphIndex].tensors[state.tensorIndex]
        tensor, output = schema.TensorT(), schema.TensorMapT()
        tensor.name, tensor.shape, tensor.type = state.name, taken.shape, taken.type
        # Zero of four bytes, in float32 as in int32.
        tensor.buffer = add_buffer(model, bytes(4 * int(np.prod(taken.shape))))
        output.name, output.tensorIndex = state.name, len(graph.tensors)
        graph.tensors.append(tensor)
        start.outputs.append(output)
    graph.outputs = list(range(len(graph.tensors)))
    start.signatureKey, start.subgraphIndex = START, len(model.subgraphs)
    model.subgraphs.append(graph)
    model.signatureDefs.append(start)


def _drop_what_nothing_reads(model) -> None:
    """Drop names of inner tensors and empty parts: in a small model they weigh as much as weights.

    Buffer 0 stands for "no content" by convention.
    """
    for graph in model.subgraphs:
        _drop_tensors(model, graph)
    _drop_codes(model)
    _empty_buffers(model)
    kept = [0] + [i for i, buffer in enumerate(model.buffers) if i and _filled(buffer.data)]
    places = {old: new for new, old in enumerate(kept)}
    model.buffers = [model.buffers[index] for index in kept]
    for entry in model.metadata or []:
        entry.buffer = places[entry.buffer]
    for graph in model.subgraphs:
        outside = {*graph.inputs, *graph.outputs}
        for index, tensor in enumerate(graph.tensors):
            tensor.buffer = places.get(tensor.buffer, 0)
            tensor.name = tensor.name if index in outside else None
            if tensor.quantization is not None and not _filled(tensor.quantization.scale):
                tensor.quantization = None


def _drop_tensors(model, graph) -> None:
    """Drop tensors that no operator of a graph reads or computes."""
    names = ("inputs", "outputs", "intermediates")
    lists = [(graph, "inputs"), (graph, "outputs")]
    lists += [(o, name) for o in graph.operators or [] for name in names if _filled(vars(o)[name])]
    used = sorted({int(index) for each, name in lists for index in getattr(each, name)} - {-1})
    places = {-1: -1} | {old: new for new, old in enumerate(used)}
    for each, name in lists:
        setattr(each, name, [places[int(index)] for index in getattr(each, name)])
    for signature in model.signatureDefs or []:
        if model.subgraphs[signature.subgraphIndex] is graph:
            for entry in (*signature.inputs, *signature.outputs):
                entry.tensorIndex = places[entry.tensorIndex]
    graph.tensors = [graph.tensors[index] for index in used]


def _drop_codes(model) -> None:
    """Drop operators that stand in no graph from the list of those that there are."""
    operators = [each for graph in model.subgraphs for each in graph.operators or []]
    used = sorted({each.opcodeIndex for each in operators})
    places = {old: new for new, old in enumerate(used)}
    for each in operators:
        each.opcodeIndex = places[each.opcodeIndex]
    model.operatorCodes = [model.operatorCodes[index] for index in used]


def _empty_buffers(model) -> None:
    """Take the content from buffers that no tensor has any more."""
    used = {tensor.buffer for graph in model.subgraphs for tensor in graph.tensors}
    used |= {entry.buffer for entry in model.metadata or []}
    for index, buffer in enumerate(model.buffers):
        if index not in used:
            buffer.data = None


def _filled(values) -> bool:
    return values is not None and len(values) > 0
