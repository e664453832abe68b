"""What signatures have in common is in the file once, and each does what it did before."""

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter
from tflite_files import summing_model

from keras_drnn.export.sharing import packed


def three_signatures():
    """`step` adds two tensors twice, `step_1` does neither; a third one is as `step` but `twice`
    adds its first sum to the frame again."""
    model = schema.ModelT.InitFromPackedBuf(summing_model("step_1"))
    again = schema.ModelT.InitFromPackedBuf(summing_model("twice"))
    graph = again.subgraphs[0]
    # Numbered in another order, as the converter may do.
    order = [2, 0, 3, 1]
    tensors = list(graph.tensors)
    for old, new in enumerate(order):
        graph.tensors[new] = tensors[old]
    graph.inputs, graph.outputs = [order[0], order[1]], [order[2], order[3]]
    for operator in graph.operators:
        operator.inputs = [order[each] for each in operator.inputs]
        operator.outputs = [order[each] for each in operator.outputs]
    graph.operators[1].inputs = [order[2], order[0]]
    (signature, *_) = again.signatureDefs
    signature.signatureKey, signature.subgraphIndex = b"twice", 2
    for entry in (*signature.inputs, *signature.outputs):
        entry.tensorIndex = order[entry.tensorIndex]
    model.subgraphs.append(graph)
    model.signatureDefs.append(signature)
    return model


def run(content, key):
    runner = Interpreter(model_content=content).get_signature_runner(key)
    frame = np.array([[1, 2, -3]], "float32")
    return {
        name: values.tolist()
        for name, values in runner(**{"frame": frame, "sum": 10 * frame}).items()
    }


def test_each_signature_computes_what_it_did():
    content = packed(three_signatures())
    both = [[11, 22, -33]]
    assert run(content, "step") == {"sum": both, "scores": both}
    assert run(content, "step_1") == {"sum": [[10, 20, 0]], "scores": [[10, 20, 0]]}
    assert run(content, "twice") == {"sum": both, "scores": [[12, 24, -36]]}


def test_equal_tensors_and_operators_are_written_once():
    model = schema.Model.GetRootAs(packed(three_signatures()))
    step, _, twice = (model.Subgraphs(index) for index in range(3))
    # The first sum is the same operator between the same tensors; the second one is another.
    assert step.Operators(0)._tab.Pos == twice.Operators(0)._tab.Pos
    assert step.Operators(1)._tab.Pos != twice.Operators(1)._tab.Pos
    inputs = [graph.InputsAsNumpy().tolist() for graph in (step, twice)]
    assert inputs[0] == inputs[1]
    # The two sums of `step` are computed alike and yet are two tensors.
    assert step.Operators(0).Outputs(0) != step.Operators(1).Outputs(0)
