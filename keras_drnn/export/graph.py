"""The graph of a Functional or Sequential model, followed by public means of Keras alone."""

from collections.abc import Callable
from typing import Any, NamedTuple

import keras


class Call(NamedTuple):
    """A call of an operation in a graph, with symbolic tensors."""

    operation: Any
    args: tuple
    kwargs: dict


class Graph:
    """The graph of a model, which can be followed with another way to call its layers.

    Args:
        model: A built Functional or Sequential model.
    """

    def __init__(self, model: keras.Model):
        self._starts = [keras.Input(batch_shape=x.shape, dtype=x.dtype) for x in model.inputs]
        # Called last: what it is called with are the outputs of the model.
        self._end = keras.layers.Identity()
        self._model = keras.Model(model.inputs, self._end(list(model.outputs)))
        self._inner: dict[int, Graph] = {}

    def run(self, inputs: list, call: Callable[..., Any]) -> list:
        """Follow the graph from its inputs to its outputs.

        Args:
            inputs: What stands for each input of the model: tensors, symbolic or not.
            call: Called for each operation in the order of computation, those of models inside the
                model too, as `call(operation, *args, **kwargs)`: with a layer, or one of
                `keras.ops`, and with what earlier calls have returned.

        Returns:
            What `call` has returned for each output of the model.
        """
        given = {id(start): values for start, values in zip(self._starts, inputs, strict=True)}
        outputs: list = []

        def visit(operation, *args, **kwargs):
            filled: Any = keras.tree.map_structure(
                lambda value: given.get(id(value), value), (args, kwargs)
            )
            args, kwargs = filled
            if operation is self._end:
                outputs.extend(keras.tree.flatten(args))
                # Keras makes a model of what it gets back; this is the smallest that there is.
                return [self._starts[0]] * len(outputs)
            if has_graph(operation):
                return self._graph_of(operation).run(keras.tree.flatten(args), call)
            return call(operation, *args, **kwargs)

        keras.models.clone_model(
            self._model,
            input_tensors=self._starts,
            clone_function=lambda operation: operation,
            call_function=visit,
        )
        return outputs

    def _graph_of(self, model: keras.Model) -> "Graph":
        if id(model) not in self._inner:
            self._inner[id(model)] = Graph(model)
        return self._inner[id(model)]


def has_graph(operation) -> bool:
    """Whether an operation is a model with a graph of its own: Sequential or Functional."""
    return isinstance(operation, keras.Model) and hasattr(operation, "inputs")


def calls(model: keras.Model) -> list[Call]:
    """All calls in a model's graph, those of models inside it too, in the order of computation."""
    found: list[Call] = []

    def record(operation, *args, **kwargs):
        found.append(Call(operation, args, kwargs))
        return operation(*args, **kwargs)

    Graph(model).run(list(model.inputs), record)
    return found
