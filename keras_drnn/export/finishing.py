"""The last touches to a converted file: what runs first, what it says about itself, its size."""

import json

from keras_drnn_runtime.metadata import NAME
from keras_drnn_runtime.streaming import STEP


def finished(content: bytes, metadata: dict) -> bytes:
    """A converted `.tflite` file, made ready for a device.

    The metadata go into the buffer that the format has for them. `step`, if there is such a
    signature, comes first: the runtime accelerates a file only if its first graph computes
    something, and the start of a stream computes nothing. What nothing at run time reads goes.

    Args:
        content: The bytes of the file.
        metadata: What JSON can hold.
    """
    from ai_edge_litert import schema_py_generated as schema
    from flatbuffers import Builder

    model = schema.ModelT.InitFromPackedBuf(content)
    _put_first(model, STEP)
    _drop_what_nothing_reads(model)
    entry, buffer = schema.MetadataT(), schema.BufferT()
    entry.name, entry.buffer = NAME, len(model.buffers)
    buffer.data = list(json.dumps(metadata, ensure_ascii=False).encode())
    model.buffers.append(buffer)
    model.metadata = [*(model.metadata or []), entry]
    builder = Builder(len(content))
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def _put_first(model, signature: str) -> None:
    """Let the graph of a signature change places with the first one."""
    places = {each.signatureKey.decode(): each.subgraphIndex for each in model.signatureDefs or []}
    place = places.get(signature, 0)
    graphs = model.subgraphs
    graphs[0], graphs[place] = graphs[place], graphs[0]
    moved = {0: place, place: 0}
    options = [op.builtinOptions for graph in graphs for op in graph.operators or []]
    # Loops and conditionals name their bodies in such fields, signatures their graph.
    for holder in [*(model.signatureDefs or []), *filter(None, options)]:
        for name, value in vars(holder).items():
            if name.lower().endswith("subgraphindex"):
                setattr(holder, name, moved.get(value, value))


def _drop_what_nothing_reads(model) -> None:
    """Drop names of inner tensors and empty parts: in a small model they weigh as much as weights.

    Buffer 0 stands for "no content" by convention.
    """
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


def _filled(values) -> bool:
    return values is not None and len(values) > 0
