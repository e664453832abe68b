"""Writes a model so that what its signatures have in common is in the file once.

The converter gives every signature a graph of its own. They share their weights, but each lists its
tensors and operators anew: in a small model that is as much as the weights. A FlatBuffer may refer
to one table from several places.
"""

from collections import Counter
from typing import Any

import numpy as np


def packed(model) -> bytes:
    """The bytes of a `.tflite` file.

    Args:
        model: A `schema.ModelT`, which cannot be used any more afterwards.
    """
    from flatbuffers import Builder

    _number_alike(model)
    share = _Shared()
    for graph in model.subgraphs:
        for tensor in graph.tensors:
            tensor.quantization = share(tensor.quantization)
        for operator in graph.operators or []:
            operator.builtinOptions = share(operator.builtinOptions)
        graph.tensors = [share(tensor) for tensor in graph.tensors]
        graph.operators = [share(operator) for operator in graph.operators or []]
    for signature in model.signatureDefs or []:
        signature.inputs = [share(each) for each in signature.inputs]
        signature.outputs = [share(each) for each in signature.outputs]
    builder = Builder(1024)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def _number_alike(model) -> None:
    """Give tensors that are the same in several signatures the same number in all of their graphs.

    Only then are the operators between them the same as well. A graph may list tensors of others
    that way, which nothing in it uses.
    """
    signatures = {each.subgraphIndex: each for each in model.signatureDefs or []}
    if len(signatures) < 2:
        return
    numbers: dict[Any, int] = {}
    tensors: list = []
    # Small graphs first: what they share then stands at the front, and their own lists are short.
    for index in sorted(signatures, key=lambda each: len(model.subgraphs[each].tensors)):
        graph, places = model.subgraphs[index], _Places(numbers, tensors)
        _name_inputs_and_outputs(graph, signatures[index])
        computed = {int(each) for operator in graph.operators for each in operator.outputs}
        for each, tensor in enumerate(graph.tensors):
            if each not in computed:
                places.add(each, tensor, "given")
        for operator in graph.operators:
            operator.inputs = places.of(operator.inputs)
            operation = (operator.opcodeIndex, _content(operator.builtinOptions), operator.inputs)
            for position, each in enumerate(operator.outputs):
                places.add(int(each), graph.tensors[each], (operation, position))
            operator.outputs = places.of(operator.outputs)
        graph.inputs, graph.outputs = places.of(graph.inputs), places.of(graph.outputs)
        for entry in (*signatures[index].inputs, *signatures[index].outputs):
            (entry.tensorIndex,) = places.of([entry.tensorIndex])
        graph.tensors = tensors[: places.most + 1]


def _name_inputs_and_outputs(graph, signature) -> None:
    """As the signature names them: the converter puts the signature's own name before it."""
    for entry in (*signature.inputs, *signature.outputs):
        graph.tensors[entry.tensorIndex].name = entry.name


class _Places:
    """Where the tensors of one graph are in the common list."""

    def __init__(self, numbers: dict[Any, int], tensors: list):
        self._numbers, self._tensors = numbers, tensors
        self._places: dict[int, int] = {-1: -1}  # -1 stands for an input that is left out
        self._met: Counter = Counter()
        self.most = -1

    def add(self, index: int, tensor, origin) -> None:
        key = (origin, _content(tensor))
        # Two that are computed alike in one graph stay two.
        self._met[key] += 1
        place = self._numbers.setdefault((key, self._met[key]), len(self._tensors))
        if place == len(self._tensors):
            self._tensors.append(tensor)
        self._places[index] = place
        self.most = max(self.most, place)

    def of(self, indices) -> tuple[int, ...]:
        return tuple(self._places[int(index)] for index in indices)


class _Shared:
    """From a part of a model to the one that stands for all parts of the same content."""

    def __init__(self):
        self._seen: dict[Any, _Once] = {}

    def __call__(self, part):
        if part is None or isinstance(part, _Once):
            return part
        return self._seen.setdefault(_content(part), _Once(part))


class _Once:
    """A part of a model that is written where it is met first, and referred to afterwards."""

    def __init__(self, part):
        self._part, self._place = part, None

    def Pack(self, builder):
        if self._place is None:
            self._place = self._part.Pack(builder)
        return self._place


def _content(part):
    """Something that is equal for parts of equal content."""
    if isinstance(part, np.ndarray):
        return part.dtype.str, part.shape, part.tobytes()
    if isinstance(part, (list, tuple)):
        return tuple(map(_content, part))
    if hasattr(part, "Pack") and not isinstance(part, _Once):
        return type(part), *((name, _content(value)) for name, value in sorted(vars(part).items()))
    return part
