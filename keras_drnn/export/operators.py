"""What a `.tflite` file is made of: operators, the runtime they need, types of weights."""

from typing import Any


def parsed(content: bytes) -> Any:
    """The tables of a `.tflite` file, whose generated types call every part of them optional."""
    from ai_edge_litert import schema_py_generated as schema

    return schema.ModelT.InitFromPackedBuf(content)


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

    The converter writes it into the file.
    """
    model = parsed(content)
    for entry in model.metadata or []:
        if entry.name == b"min_runtime_version":
            return bytes(model.buffers[entry.buffer].data).rstrip(b"\0").decode()
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
