"""Turns a kernel once, in the file, in place of what it is multiplied with at every frame."""

from typing import Any

import numpy as np

from keras_drnn.export.editing import constant, operator_name, readers_of, values_of


def turn_kernels(model: Any) -> None:
    """Leave out transpositions that only products with kernels read: their columns change places.

    Args:
        model: A `schema.ModelT`.
    """
    for graph in model.subgraphs:
        for operator in list(graph.operators):
            if operator_name(model, operator) == "TRANSPOSE":
                _turn(model, graph, operator)


def _turn(model: Any, graph: Any, transposition: Any) -> None:
    source, axes = map(int, transposition.inputs)
    order = values_of(model, graph.tensors[axes])
    flattenings = _readers(graph, transposition)
    if order is None or [operator_name(model, each) for each in flattenings] != ["RESHAPE"]:
        return
    readers = _readers(graph, flattenings[0])
    if [operator_name(model, each) for each in readers] == ["QUANTIZE"]:
        readers = _readers(graph, readers[0])
    holders = [_holder(model, graph, each) for each in readers]
    kernels = [values_of(model, graph.tensors[who.inputs[place]]) for who, place in holders]
    shape = list(graph.tensors[source].shape)
    # Where each number that comes out stood before.
    places = np.arange(np.prod(shape)).reshape(shape).transpose(order).ravel()
    if not holders or any(k is None or k.shape[1:] != places.shape for k in kernels):
        return
    for (who, place), kernel in zip(holders, kernels, strict=True):
        assert kernel is not None
        turned = np.empty_like(kernel)
        turned[:, places] = kernel
        number = constant(model, graph, turned)
        graph.tensors[number].quantization = graph.tensors[who.inputs[place]].quantization
        who.inputs = [*who.inputs[:place], number, *who.inputs[place + 1 :]]
    flattenings[0].inputs = [source, *flattenings[0].inputs[1:]]
    graph.operators.remove(transposition)


def _readers(graph: Any, operator: Any) -> list:
    """Operators that read the output of one; none if it is an output of the graph as well."""
    (output,) = map(int, operator.outputs)
    return [] if output in map(int, graph.outputs) else readers_of(graph, output)


def _holder(model: Any, graph: Any, operator: Any) -> tuple[Any, int]:
    """Whose input a kernel is: the product's, or of what makes float32 of it, and which one."""
    if operator_name(model, operator) != "FULLY_CONNECTED":
        return operator, 0  # which is no kernel
    for other in graph.operators:
        if int(operator.inputs[1]) in map(int, other.outputs) and len(_readers(graph, other)) == 1:
            return other, 0
    return operator, 1
