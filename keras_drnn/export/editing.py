"""Reading and writing the operators of a `.tflite` graph, by the format's own generated types."""

from typing import Any

import numpy as np

from keras_drnn.export.operators import add_buffer, operator_code


def operator_name(model: Any, operator: Any) -> str:
    """Name of the built-in operator: "ADD"."""
    from ai_edge_litert import schema_py_generated as schema

    code = model.operatorCodes[operator.opcodeIndex]
    number = max(code.builtinCode, code.deprecatedBuiltinCode)
    return next(name for name, each in vars(schema.BuiltinOperator).items() if each == number)


def new_tensor(graph: Any, name: str, shape: list[int], kind: str, buffer: int = 0) -> int:
    """The number of a tensor that is added to a graph; `kind` is a type as NumPy names it."""
    from ai_edge_litert import schema_py_generated as schema

    tensor = schema.TensorT()
    tensor.name, tensor.shape, tensor.buffer = name.encode(), shape, buffer
    tensor.type = getattr(schema.TensorType, kind.upper())
    graph.tensors.append(tensor)
    return len(graph.tensors) - 1


def constant(model: Any, graph: Any, values: np.ndarray) -> int:
    """The number of a new tensor of these values."""
    buffer = add_buffer(model, values.tobytes())
    return new_tensor(graph, "constant", list(values.shape), values.dtype.name, buffer)


def kind_of(tensor: Any) -> str:
    """The type of a tensor's numbers, as NumPy names it."""
    from ai_edge_litert import schema_py_generated as schema

    return next(
        name.lower() for name, each in vars(schema.TensorType).items() if each == tensor.type
    )


def values_of(model: Any, tensor: Any) -> np.ndarray | None:
    """The values of a constant tensor, or `None` for one that is computed."""
    data = model.buffers[tensor.buffer].data
    if data is None or not len(data):
        return None
    return np.frombuffer(bytes(data), kind_of(tensor)).reshape(tensor.shape)


def readers_of(graph: Any, tensor: int) -> list:
    """The operators that a tensor goes into."""
    return [each for each in graph.operators if tensor in map(int, each.inputs)]


def new_operator(
    model: Any, name: str, inputs: list[int], outputs: list[int], options: Any = None
) -> Any:
    """A built-in operator in its first version, which is not in a graph yet."""
    from ai_edge_litert import schema_py_generated as schema

    operator = schema.OperatorT()
    operator.opcodeIndex = operator_code(model, getattr(schema.BuiltinOperator, name))
    operator.inputs, operator.outputs = inputs, outputs
    if options is not None:
        kind = type(options).__name__.removesuffix("T")
        operator.builtinOptionsType = getattr(schema.BuiltinOptions, kind)
        operator.builtinOptions = options
    return operator
