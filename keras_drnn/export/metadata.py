"""Writes what a file says about itself into the metadata buffer that the format has for it."""

import json

from keras_drnn_runtime.metadata import NAME


def with_metadata(content: bytes, metadata: dict) -> bytes:
    """A `.tflite` file with a dictionary in its metadata buffer, in place of an earlier one.

    Args:
        content: The bytes of the file.
        metadata: What JSON can hold.
    """
    from ai_edge_litert import schema_py_generated as schema
    from flatbuffers import Builder

    model = schema.ModelT.InitFromPackedBuf(content)
    model.metadata = [entry for entry in model.metadata or [] if entry.name != NAME.encode()]
    entry, buffer = schema.MetadataT(), schema.BufferT()
    entry.name, entry.buffer = NAME, len(model.buffers)
    buffer.data = list(json.dumps(metadata, ensure_ascii=False).encode())
    model.buffers.append(buffer)
    model.metadata.append(entry)
    builder = Builder(len(content))
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())
