"""`.tflite` files of one operator, written by hand: no converter needed."""

from ai_edge_litert import schema_py_generated as schema
from flatbuffers import Builder


def packed(model) -> bytes:
    builder = Builder(0)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def tensor(name, shape):
    made = schema.TensorT()
    made.name, made.type, made.buffer = name, schema.TensorType.FLOAT32, 0
    made.shape, made.shapeSignature = [abs(size) for size in shape], list(shape)
    return made


def operator_code(code, custom=None):
    made = schema.OperatorCodeT()
    made.builtinCode, made.deprecatedBuiltinCode = code, min(code, 127)
    made.customCode, made.version = custom, 1
    return made


def relu_model(shape=(1, -1, 2, 3), codes=()) -> bytes:
    """A file that reads and gives `shape`, -1 for any size; `codes` are listed, not used."""
    operator = schema.OperatorT()
    operator.opcodeIndex, operator.inputs, operator.outputs = 0, [0], [1]
    graph = schema.SubGraphT()
    graph.tensors = [tensor(b"joints", shape), tensor(b"scores", shape)]
    graph.inputs, graph.outputs, graph.operators = [0], [1], [operator]
    model = schema.ModelT()
    model.version, model.subgraphs, model.buffers = 3, [graph], [schema.BufferT()]
    model.operatorCodes = [operator_code(schema.BuiltinOperator.RELU), *codes]
    return packed(model)
