"""Clocks and masks of a step computed in floats, so that XNNPACK takes the step as a whole.

XNNPACK knows floats alone: at a comparison, a choice or a whole number a graph falls apart into
pieces, and each piece costs as much as ten small operators. Whole numbers below 2**24 are exact in
float32. What goes in and out stays what it was.
"""

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from keras_drnn.export.editing import (
    constant,
    kind_of,
    new_operator,
    new_tensor,
    operator_name,
    values_of,
)

_MOST = 2**24
_NO_FLOATS = ("int32", "bool")
# What they do with numbers does not depend on their type.
_ANY_TYPE = ("RESHAPE", "STRIDED_SLICE", "SPLIT_V", "CONCATENATION", "ADD", "SUB", "MUL")


def compute_in_floats(model: Any) -> None:
    """Rewrite the graphs of a model whose whole numbers and booleans can all be floats.

    A choice becomes a sum of both, one of them times zero, which is right for finite numbers alone.

    Args:
        model: A `schema.ModelT`.
    """
    for graph in model.subgraphs:
        before = len(graph.tensors)
        try:
            graph.operators = _Rewriting(model, graph).operators()
        except _Unfit:
            del graph.tensors[before:]


class _Unfit(Exception):
    """Something is computed that has to stay as it is."""


class _Rewriting:
    """Writes the operators of one graph anew; their tensors are added to the graph's."""

    def __init__(self, model: Any, graph: Any):
        from ai_edge_litert import schema_py_generated as schema

        self._model, self._graph, self._schema = model, graph, schema
        self._written: list = []
        # From tensors of other types to those in floats that stand for them.
        self._floats: dict[int, int] = {}
        self._opposites: dict[int, int] = {}

    def operators(self) -> list:
        """All operators; or raise `_Unfit`."""
        for number in map(int, self._graph.inputs):
            if self._kind(number) in _NO_FLOATS:
                self._floats[number] = self._unary("CAST", number)
        for operator in self._graph.operators:
            self._rewrite(copy.copy(operator))
        for number in map(int, self._graph.outputs):
            if number in self._floats:
                self._write("CAST", [self._floats[number]], number)
        return self._written

    def _rewrite(self, operator: Any) -> None:
        name = operator_name(self._model, operator)
        inputs, outputs = list(map(int, operator.inputs)), list(map(int, operator.outputs))
        computed = [each for each in inputs if each >= 0 and self._values(each) is None]
        rule: Callable | None = getattr(self, f"_{name.lower()}", None)
        if all(self._kind(each) not in _NO_FLOATS for each in (*computed, *outputs)):
            operator.inputs = [self._floats.get(each, each) for each in inputs]
        elif name in _ANY_TYPE:
            binary = name in ("ADD", "SUB", "MUL")
            operator.inputs = [
                self._float(each) if each in computed or binary else each for each in inputs
            ]
            operator.outputs = [self._like(each) for each in outputs]
            self._floats |= dict(zip(outputs, operator.outputs, strict=True))
        elif rule is not None:
            rule(*inputs, *outputs)
            return
        else:
            raise _Unfit
        self._written.append(operator)

    def _greater(self, larger: int, smaller: int, output: int) -> None:
        values = self._values(smaller)
        if self._kind(larger) != "float32" or values is None or values.any():
            raise _Unfit
        positive = self._unary("RELU", larger)
        self._floats[output] = self._unary("CEIL", self._binary("MINIMUM", positive, self._one()))

    def _not_equal(self, first: int, second: int, output: int) -> None:
        if "float32" in (self._kind(first), self._kind(second)):
            raise _Unfit
        difference = self._binary("SUB", self._float(first), self._float(second))
        distance = self._unary("ABS", difference)
        self._floats[output] = self._binary("MINIMUM", distance, self._one())

    def _equal(self, first: int, second: int, output: int) -> None:
        self._not_equal(first, second, output)
        self._floats[output] = self._opposite(self._floats[output])

    def _logical_and(self, first: int, second: int, output: int) -> None:
        self._floats[output] = self._binary("MUL", self._float(first), self._float(second))

    def _logical_not(self, values: int, output: int) -> None:
        self._floats[output] = self._opposite(self._float(values))

    def _cast(self, values: int, output: int) -> None:
        if self._kind(values) not in _NO_FLOATS or output in map(int, self._graph.outputs):
            raise _Unfit
        self._floats[output] = self._float(values)

    def _select_v2(self, choice: int, first: int, second: int, output: int) -> None:
        if self._kind(output) in _NO_FLOATS:
            self._floats[output] = self._like(output)
        chosen = self._float(choice)
        parts = ((first, chosen), (second, self._opposite(chosen)))
        products = [self._binary("MUL", self._float(values), share) for values, share in parts]
        self._write("ADD", products, self._floats.get(output, output))

    def _float(self, number: int) -> int:
        """The tensor in floats that stands for a tensor."""
        values = self._values(number)
        if number not in self._floats and values is not None and values.dtype != "float32":
            if np.abs(values.astype("int64")).max(initial=0) >= _MOST:
                raise _Unfit
            self._floats[number] = constant(self._model, self._graph, values.astype("float32"))
        found = self._floats.get(number, number)
        if self._kind(found) != "float32":
            raise _Unfit
        return found

    def _one(self) -> int:
        return constant(self._model, self._graph, np.array(1, "float32"))

    def _opposite(self, share: int) -> int:
        """One minus a number that is zero or one."""
        if share not in self._opposites:
            self._opposites[share] = self._binary("SUB", self._one(), share)
        return self._opposites[share]

    def _unary(self, name: str, values: int) -> int:
        return self._write(name, [values], self._like(values))

    def _binary(self, name: str, first: int, second: int) -> int:
        shapes = [list(self._graph.tensors[each].shape) for each in (first, second)]
        shape = [int(size) for size in np.broadcast_shapes(*shapes)]
        return self._write(name, [first, second], new_tensor(self._graph, name, shape, "float32"))

    def _like(self, number: int) -> int:
        shape = list(self._graph.tensors[number].shape)
        return new_tensor(self._graph, "float", shape, "float32")

    def _write(self, name: str, inputs: list[int], output: int) -> int:
        kinds = {"MINIMUM": "MaximumMinimum", "RELU": None, "CEIL": None}
        kind = kinds.get(name, name.capitalize())
        options = None if kind is None else getattr(self._schema, f"{kind}OptionsT")()
        self._written.append(new_operator(self._model, name, inputs, [output], options))
        return output

    def _kind(self, number: int) -> str:
        kind = kind_of(self._graph.tensors[number])
        if kind not in ("float32", *_NO_FLOATS) and self._values(number) is None:
            raise _Unfit
        return kind

    def _values(self, number: int) -> np.ndarray | None:
        return values_of(self._model, self._graph.tensors[number])
