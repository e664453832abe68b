"""Takes a stream's state apart, and puts the next one together, by operators that XNNPACK knows.

Those are slices, and joins of a few. TFLite's own operators for both take longer than all of them,
and what goes between those and XNNPACK is copied.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from keras_drnn.export.editing import (
    constant,
    kind_of,
    new_operator,
    new_tensor,
    operator_name,
    readers_of,
    values_of,
)

_MOST_JOINED = 5


def slice_state(model: Any) -> None:
    """Replace splits of a row by slices; what is only joined again is cut as one.

    Args:
        model: A `schema.ModelT`.
    """
    for graph, split in _of_rows(model, "SPLIT_V"):
        _slice(model, graph, split)


def join_few(model: Any) -> None:
    """Replace joins of many rows by several: XNNPACK knows those of five, TFLite Micro of ten.

    Args:
        model: A `schema.ModelT`.
    """
    for graph, join in _of_rows(model, "CONCATENATION"):
        _join(model, graph, join)


def _of_rows(model: Any, name: str) -> Iterator[tuple[Any, Any]]:
    """Each operator of a name that works on a row of float32, with its graph."""
    for graph in model.subgraphs:
        for operator in list(graph.operators):  # a copy, for they are replaced meanwhile
            if operator_name(model, operator) == name:
                tensor = graph.tensors[operator.inputs[0]]
                if kind_of(tensor) == "float32" and list(tensor.shape[:-1]) == [1]:
                    yield graph, operator


def _slice(model: Any, graph: Any, split: Any) -> None:
    from ai_edge_litert import schema_py_generated as schema

    source, sizes, _ = map(int, split.inputs)
    widths = values_of(model, graph.tensors[sizes])
    assert widths is not None  # they are constants in this package's and the converter's files
    begin, slices = 0, []
    for run in _runs(model, graph, split):
        width = int(sum(widths[list(map(int, split.outputs)).index(part)] for part in run))
        piece = run[0]
        if len(run) > 1:
            piece = new_tensor(graph, "kept", [1, width], "float32")
            _replace(readers_of(graph, run[0])[0], run, piece)
        places = ([0, begin], [1, begin + width], [1, 1])
        given = [constant(model, graph, np.array(each, "int32")) for each in places]
        options = schema.StridedSliceOptionsT()
        slices.append(new_operator(model, "STRIDED_SLICE", [source, *given], [piece], options))
        begin += width
    at = graph.operators.index(split)
    graph.operators[at : at + 1] = slices


def _runs(model: Any, graph: Any, split: Any) -> list[list[int]]:
    """The parts in order; together, where nothing happens to them but being joined again."""
    runs: list[list[int]] = []
    for part in map(int, split.outputs):
        readers = readers_of(graph, part)
        if runs and len(readers) == 1 and operator_name(model, readers[0]) == "CONCATENATION":
            joined, before = list(map(int, readers[0].inputs)), runs[-1][-1]
            if readers_of(graph, before) == readers and (before, part) in pairwise(joined):
                runs[-1].append(part)
                continue
        runs.append([part])
    return runs


def _replace(joint: Any, run: list[int], piece: int) -> None:
    inputs = list(map(int, joint.inputs))
    at = inputs.index(run[0])
    joint.inputs = [*inputs[:at], piece, *inputs[at + len(run) :]]


def _join(model: Any, graph: Any, joint: Any) -> None:
    """Join the narrowest neighbours first, until they are few."""
    inputs = list(map(int, joint.inputs))
    while len(inputs) > _MOST_JOINED:
        count = min(_MOST_JOINED, len(inputs) - _MOST_JOINED + 1)
        widths = [int(graph.tensors[each].shape[-1]) for each in inputs]
        sums = [sum(widths[at : at + count]) for at in range(len(inputs) - count + 1)]
        at = int(np.argmin(sums))
        piece = new_tensor(graph, "joined", [1, sums[at]], "float32")
        pieces, inputs[at : at + count] = inputs[at : at + count], [piece]
        operator = new_operator(model, "CONCATENATION", pieces, [piece], joint.builtinOptions)
        graph.operators.insert(graph.operators.index(joint), operator)
    joint.inputs = inputs
