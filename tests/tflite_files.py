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


def relu_model(shape=(1, -1, 2, 3), codes=(), by=0) -> bytes:
    """A file that reads and gives `shape`, -1 for any size; `codes` are listed behind RELU.

    `by` is the number of the one that is used.
    """
    operator = schema.OperatorT()
    operator.opcodeIndex, operator.inputs, operator.outputs = by, [0], [1]
    graph = schema.SubGraphT()
    graph.tensors = [tensor(b"joints", shape), tensor(b"scores", shape)]
    graph.inputs, graph.outputs, graph.operators = [0], [1], [operator]
    model = schema.ModelT()
    model.version, model.subgraphs, model.buffers = 3, [graph], [schema.BufferT()]
    model.operatorCodes = [operator_code(schema.BuiltinOperator.RELU), *codes]
    return packed(model)


def summing_model(due=None, state="sum"):
    """Written by hand: the state adds up the frames, and the scores are the sum.

    With `due`, a signature of that name does not add: its scores are the state before.
    """
    model = schema.ModelT()
    model.version, model.buffers = 3, [schema.BufferT()]
    model.operatorCodes = [operator_code(schema.BuiltinOperator.ADD)]
    model.operatorCodes += [operator_code(schema.BuiltinOperator.RELU)]
    model.subgraphs, model.signatureDefs = [], []
    for name, code in (("step", 0), *([(due, 1)] if due else [])):
        operators = []
        for result in (2, 3):
            operators.append(schema.OperatorT())
            operators[-1].opcodeIndex, operators[-1].outputs = code, [result]
            operators[-1].inputs = [0, 1] if code == 0 else [1]
            if code == 0:
                operators[-1].builtinOptionsType = schema.BuiltinOptions.AddOptions
                operators[-1].builtinOptions = schema.AddOptionsT()
        graph = schema.SubGraphT()
        graph.tensors = [tensor(each, (1, 3)) for each in (b"f", b"s", b"t", b"o")]
        graph.inputs, graph.outputs, graph.operators = [0, 1], [2, 3], operators
        signature = schema.SignatureDefT()
        signature.signatureKey, signature.subgraphIndex = name, len(model.subgraphs)
        signature.inputs = [named("frame", 0), named(state, 1)]
        signature.outputs = [named(state, 2), named("scores", 3)]
        model.subgraphs.append(graph)
        model.signatureDefs.append(signature)
    return packed(model)


def named(name, index):
    made = schema.TensorMapT()
    made.name, made.tensorIndex = name, index
    return made
