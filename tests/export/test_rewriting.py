"""What is rewritten in a converted step so that a frame costs less: the same numbers come out."""

from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter
from tflite_files import packed

from keras_drnn.export.cutting import join_few, slice_state
from keras_drnn.export.editing import constant, new_operator, new_tensor, operator_name
from keras_drnn.export.in_floats import compute_in_floats
from keras_drnn.export.turned_kernels import turn_kernels


class Written:
    """A graph, written operator by operator."""

    def __init__(self, **inputs):
        self.model: Any = schema.ModelT()
        self.graph: Any = schema.SubGraphT()
        self.model.version, self.model.buffers = 3, [schema.BufferT()]
        self.model.operatorCodes, self.model.subgraphs = [], [self.graph]
        self.graph.tensors, self.graph.operators, self.graph.outputs = [], [], []
        self.graph.inputs = [new_tensor(self.graph, n, *each) for n, each in inputs.items()]

    def constant(self, values, kind="float32"):
        return constant(self.model, self.graph, np.array(values, kind))

    def add(self, name, inputs, shape, kind="float32", options=None):
        return self.add_several(name, inputs, [shape], kind, options)[0]

    def add_several(self, name, inputs, shapes, kind="float32", options=None):
        outputs = [new_tensor(self.graph, name, list(each), kind) for each in shapes]
        operator = new_operator(self.model, name, list(inputs), outputs, options)
        self.graph.operators.append(operator)
        return outputs

    def names(self):
        return [operator_name(self.model, each) for each in self.graph.operators]

    def run(self, *inputs):
        interpreter = Interpreter(model_content=packed(self.model))
        interpreter.allocate_tensors()
        for each, values in zip(interpreter.get_input_details(), inputs, strict=True):
            interpreter.set_tensor(each["index"], values)
        interpreter.invoke()
        return [interpreter.get_tensor(e["index"]) for e in interpreter.get_output_details()]


def joined(axis=1):
    options = schema.ConcatenationOptionsT()
    options.axis = axis
    return options


def masked_clock(delays=((1, 3, 9),), threshold=0.0):
    """A clock that goes on where a frame has a positive number, and a choice by it."""
    w = Written(size=([1, 1], "float32"), clock=([1, 3], "int32"), held=([1, 4], "float32"))
    size, clock, held = w.graph.inputs
    there = w.add(
        "GREATER", [size, w.constant(threshold)], [1, 1], "bool", schema.GreaterOptionsT()
    )
    step = w.add("CAST", [there], [1, 1], "int32", schema.CastOptionsT())
    later = w.add("ADD", [clock, step], [1, 3], "int32", schema.AddOptionsT())
    over = [later, w.constant(delays, "int32")]
    less = w.add("NOT_EQUAL", over, [1, 3], "bool", schema.NotEqualOptionsT())
    less = w.add("CAST", [less], [1, 3], "int32", schema.CastOptionsT())
    clock_after = w.add("MUL", [later, less], [1, 3], "int32", schema.MulOptionsT())
    zero = w.constant([[0, 0, 0]], "int32")
    due = w.add("EQUAL", [clock, zero], [1, 3], "bool", schema.EqualOptionsT())
    flags = w.add("CAST", [due], [1, 3], options=schema.CastOptionsT())
    new = w.add("CONCATENATION", [flags, size], [1, 4], options=joined())
    chosen = w.add("SELECT_V2", [there, new, held], [1, 4], options=schema.SelectV2OptionsT())
    w.graph.outputs = [chosen, clock_after]
    return w


def test_clocks_and_choices_in_floats_are_what_they_were():
    before, after = masked_clock(), masked_clock()
    compute_in_floats(after.model)
    assert not {"GREATER", "NOT_EQUAL", "EQUAL", "SELECT_V2"} & set(after.names())
    assert after.names().count("CAST") == 2  # the clock, where it comes in and where it goes out
    rng = np.random.default_rng(0)
    for size in (0.0, 0.3, 1.0, 7.5, 1e-30, 3e38):
        for clock in ([0, 2, 8], [0, 0, 7], [0, 1, 0]):
            held = rng.normal(size=(1, 4)).astype("float32")
            inputs = np.full((1, 1), size, "float32"), np.array([clock], "int32"), held
            for found, expected in zip(after.run(*inputs), before.run(*inputs), strict=True):
                np.testing.assert_array_equal(found, expected)
                assert found.dtype == expected.dtype


@pytest.mark.parametrize("settings", [{"threshold": 0.5}, {"delays": ((1, 3, 2**24),)}])
def test_what_floats_could_not_say_stays_as_it_was(settings):
    written = masked_clock(**settings)
    before, tensors = written.names(), len(written.graph.tensors)
    compute_in_floats(written.model)
    assert written.names() == before and len(written.graph.tensors) == tensors
    clock = np.array([[0, 1, 2]], "int32")
    written.run(np.ones((1, 1), "float32"), clock, np.zeros((1, 4), "float32"))


def remembering():
    """A state of seven parts, of which three move up by one as they are."""
    widths = [2, 3, 3, 3, 3, 1, 2]
    w = Written(state=([1, sum(widths)], "float32"))
    options = schema.SplitVOptionsT()
    options.numSplits = len(widths)
    given = [w.graph.inputs[0], w.constant(widths, "int32"), w.constant(1, "int32")]
    shapes = [[1, width] for width in widths]
    a, *rows, b, c = w.add_several("SPLIT_V", given, shapes, options=options)
    new = [
        w.add("ABS", [each], s, options=schema.AbsOptionsT())
        for each, s in ((a, [1, 2]), (rows[0], [1, 3]))
    ]
    after = [new[0], *rows[1:], new[1], b, c]
    w.graph.outputs = [w.add("CONCATENATION", after, [1, sum(widths)], options=joined())]
    return w


def test_a_state_is_cut_and_joined_in_few_pieces():
    before, after = remembering(), remembering()
    slice_state(after.model)
    # The three that move up are one slice, and so are those at the end.
    assert sorted(after.names()) == ["ABS"] * 2 + ["CONCATENATION"] + ["STRIDED_SLICE"] * 4
    state = np.arange(17, dtype="float32")[None] - 5
    np.testing.assert_array_equal(after.run(state), before.run(state))


def test_long_joins_are_made_of_short_ones():
    def made():
        w = Written(frame=([1, 2], "float32"))
        parts = [w.add("ABS", w.graph.inputs, [1, 2], options=schema.AbsOptionsT()) for _ in "01"]
        parts = [*w.graph.inputs, *parts] * 4
        w.graph.outputs = [w.add("CONCATENATION", parts, [1, 24], options=joined())]
        return w

    before, after = made(), made()
    join_few(after.model)
    joins = [o for o in after.graph.operators if len(o.inputs) > 1]
    assert len(joins) == 3 and max(len(each.inputs) for each in joins) == 5
    frame = np.array([[-1, 2]], "float32")
    np.testing.assert_array_equal(after.run(frame), before.run(frame))


def transposing(read_twice=False):
    w = Written(planes=([1, 3, 4], "float32"))
    turn = [w.graph.inputs[0], w.constant([0, 2, 1], "int32")]
    turned = w.add("TRANSPOSE", turn, [1, 4, 3], options=schema.TransposeOptionsT())
    shape = schema.ReshapeOptionsT()
    shape.newShape = [1, 12]
    flat = w.add("RESHAPE", [turned, w.constant([1, 12], "int32")], [1, 12], options=shape)
    kernel = w.constant(np.random.default_rng(0).normal(size=(5, 12)))
    options = schema.FullyConnectedOptionsT()
    scores = w.add("FULLY_CONNECTED", [flat, kernel, -1], [1, 5], options=options)
    w.graph.outputs = [scores, turned] if read_twice else [scores]
    return w


def test_a_kernel_is_turned_in_place_of_its_inputs():
    before, after = transposing(), transposing()
    turn_kernels(after.model)
    assert after.names() == ["RESHAPE", "FULLY_CONNECTED"]
    planes = np.random.default_rng(1).normal(size=(1, 3, 4)).astype("float32")
    np.testing.assert_allclose(after.run(planes), before.run(planes), rtol=1e-5)


def test_inputs_that_others_read_are_turned_as_before():
    written = transposing(read_twice=True)
    turn_kernels(written.model)
    assert "TRANSPOSE" in written.names()
