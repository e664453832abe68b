"""What is done to a converted stream by hand: its state is packed, choices are by one operator."""

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter
from tflite_files import named, operator_code, packed, relu_model, tensor

from keras_drnn.export.finishing import finished
from keras_drnn.export.layout import Layout
from keras_drnn.export.operators import least_runtime

LAYOUT = Layout([("sum", 2, False), ("count", 1, True), ("last", 3, False), ("more", 2, True)])


def remembering(choice=((1, 3), (1, 3), (1, 3))):
    """As the converter writes one: every part adds itself, and the last one is chosen."""
    kinds = schema.TensorType
    model, graph, signature = schema.ModelT(), schema.SubGraphT(), schema.SignatureDefT()
    model.version, model.buffers, model.subgraphs = 3, [schema.BufferT()], [graph]
    codes = (schema.BuiltinOperator.ADD, schema.BuiltinOperator.SELECT)
    model.operatorCodes = [operator_code(code) for code in codes]
    names = ("frame", "more", "last", "sum", "count")  # in an order of the converter's own
    graph.tensors, graph.operators = [], []
    shapes = {"frame": choice[0], "last": choice[1], "sum": (1, 2), "count": (1, 1), "more": (1, 2)}
    for name in names:
        graph.tensors.append(tensor(name.encode(), shapes[name]))
    graph.tensors += [tensor(f"{name}_2".encode(), shapes[name]) for name in names]
    graph.tensors[5].shape = graph.tensors[5].shapeSignature = list(choice[1])
    for name, kind in {"frame": "BOOL", "count": "INT32", "more": "INT32"}.items():
        for place in (names.index(name), names.index(name) + 5):
            graph.tensors[place].type = getattr(kinds, kind)
    graph.tensors[5].type = kinds.FLOAT32
    for place in range(5):
        operator = schema.OperatorT()
        operator.opcodeIndex, operator.outputs = int(place == 0), [place + 5]
        operator.inputs = [0, 2, 7] if place == 0 else [place, place]
        if place:
            operator.builtinOptionsType = schema.BuiltinOptions.AddOptions
            operator.builtinOptions = schema.AddOptionsT()
            graph.operators.insert(0, operator)
        else:
            graph.operators.append(operator)
    graph.inputs, graph.outputs = list(range(5)), [5, 6, 7, 8, 9]
    signature.signatureKey, signature.subgraphIndex = "step", 0
    signature.inputs = [named(name, place) for place, name in enumerate(names)]
    given = ("scores", *names[1:])
    signature.outputs = [named(name, place + 5) for place, name in enumerate(given)]
    model.signatureDefs = [signature]
    return packed(model)


def test_the_parts_are_in_two_tensors_in_their_order():
    content = finished(remembering(), {}, LAYOUT)
    model = schema.ModelT.InitFromPackedBuf(content)
    (step, start) = model.signatureDefs
    assert [entry.name for entry in step.inputs] == [b"frame", b"state", b"clock"]
    assert [entry.name for entry in step.outputs] == [b"scores", b"state", b"clock"]
    interpreter = Interpreter(model_content=content)
    first = interpreter.get_signature_runner("initial_state")()
    assert {name: (part.shape, part.dtype, part.any()) for name, part in first.items()} == {
        "state": ((1, 5), "float32", False),
        "clock": ((1, 3), "int32", False),
    }
    state, clock = np.array([[1, 2, 10, 20, 30]], "float32"), np.array([[5, 6, 7]], "int32")
    frame = np.array([[True, False, True]])
    after = interpreter.get_signature_runner("step")(frame=frame, state=state, clock=clock)
    assert after["state"].tolist() == (2 * state).tolist()
    assert after["clock"].tolist() == (2 * clock).tolist()
    assert after["scores"].tolist() == [[10, 40, 30]]


def test_a_choice_that_spreads_its_condition_stays_what_it_was():
    """SELECT with one boolean a row is another operator than SELECT_V2, which would refuse it."""
    codes = {}
    for shapes in (((1, 3), (1, 3), (1, 3)), ((1,), (1, 3), (1, 3))):
        content = finished(remembering(shapes), {}, LAYOUT)
        model = schema.ModelT.InitFromPackedBuf(content)
        codes[shapes[0]] = {code.builtinCode for code in model.operatorCodes}
    assert schema.BuiltinOperator.SELECT not in codes[(1, 3)]
    assert schema.BuiltinOperator.SELECT_V2 in codes[(1, 3)]
    assert schema.BuiltinOperator.SELECT in codes[(1,)]


@pytest.mark.parametrize(
    "written, code, expected",
    [
        ("1.14.0", "SELECT_V2", "2.2.0"),
        ("2.10.0", "SELECT_V2", "2.10.0"),
        ("1.14.0", "ADD", "1.14.0"),
    ],
)
def test_the_least_runtime_has_the_operator_that_replaces_another(written, code, expected):
    model = schema.ModelT.InitFromPackedBuf(relu_model((1, 3)))
    model.operatorCodes.append(operator_code(getattr(schema.BuiltinOperator, code)))
    entry = schema.MetadataT()
    entry.name, entry.buffer = b"min_runtime_version", len(model.buffers)
    model.buffers.append(schema.BufferT())
    model.buffers[-1].data = np.frombuffer(written.encode() + bytes(3), "uint8")
    model.metadata = [entry]
    assert least_runtime(packed(model)) == expected
