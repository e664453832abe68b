"""What a `.tflite` file is made of: operators, the runtime they need, types of weights."""

from typing import Any

import numpy as np

_SELECT_V2_SINCE = "2.2.0"


def parsed(content: bytes) -> Any:
    """The tables of a `.tflite` file, whose generated types call every part of them optional."""
    from ai_edge_litert import schema_py_generated as schema

    return schema.ModelT.InitFromPackedBuf(content)


def operator_code(model: Any, builtin: int) -> int:
    """The index of a built-in operator, in its first version, among those of a model."""
    from ai_edge_litert import schema_py_generated as schema

    for index, code in enumerate(model.operatorCodes):
        if max(code.builtinCode, code.deprecatedBuiltinCode) == builtin and code.version == 1:
            return index
    made = schema.OperatorCodeT()
    # Codes above 127 do not fit into the older field.
    made.builtinCode, made.deprecatedBuiltinCode, made.version = builtin, min(builtin, 127), 1
    model.operatorCodes.append(made)
    return len(model.operatorCodes) - 1


def add_buffer(model: Any, content: bytes) -> int:
    """The index of a buffer of this content in a model."""
    from ai_edge_litert import schema_py_generated as schema

    # An array, which is written whole and not byte by byte.
    data = np.frombuffer(content, "uint8")
    for index, buffer in enumerate(model.buffers):
        if buffer.data is not None and np.array_equal(buffer.data, data):
            return index
    model.buffers.append(schema.BufferT())
    model.buffers[-1].data = data
    return len(model.buffers) - 1


def foreign_operators(content: bytes) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of all operators of a model, and of those that the stock runtime does not have.

    Args:
        content: The bytes of a `.tflite` file.

    Returns:
        Two sorted tuples of names. Flex and custom operators are foreign.
    """
    from ai_edge_litert import schema_py_generated as schema

    model = parsed(content)
    names = {code: name for name, code in vars(schema.BuiltinOperator).items() if name[0].isalpha()}
    used, foreign = set(), set()
    for code in model.operatorCodes:
        # Codes above 127 do not fit into the older field; the larger one is the true one.
        name = names[max(code.builtinCode, code.deprecatedBuiltinCode)]
        if code.customCode is not None:
            name = code.customCode.decode()
            foreign.add(name)
        used.add(name)
    return tuple(sorted(used)), tuple(sorted(foreign))


def least_runtime(content: bytes) -> str:
    """The least version of the runtime that has all operators in their versions, as "2.17.0".

    The converter writes it into the file, of which one operator has been replaced since then.
    """
    model = parsed(content)
    for entry in model.metadata or []:
        if entry.name == b"min_runtime_version":
            written = bytes(model.buffers[entry.buffer].data).rstrip(b"\0").decode()
            replaced = "SELECT_V2" in foreign_operators(content)[0]
            versions = [written, _SELECT_V2_SINCE] if replaced else [written]
            return max(versions, key=lambda version: [int(part) for part in version.split(".")])
    return "unknown"


def has_int8_weights(content: bytes) -> bool:
    """Whether a matrix of a model is in int8."""
    from ai_edge_litert import schema_py_generated as schema

    model = parsed(content)
    return any(
        tensor.type == schema.TensorType.INT8 and model.buffers[tensor.buffer].data is not None
        for graph in model.subgraphs
        for tensor in graph.tensors
    )
