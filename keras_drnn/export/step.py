"""One frame of a Keras model, with everything it remembers held outside of it."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import layers

from keras_drnn import ops
from keras_drnn.causal import CausalLayer
from keras_drnn.cell import DelayedRNNCell
from keras_drnn.delays import first_updates
from keras_drnn.export.graph import Graph
from keras_drnn.ops import Tensor
from keras_drnn_runtime.names import FRAME, SCORES

# For each delayed cell of a model, which of its groups are due.
Due = tuple[tuple[bool, ...], ...]
State = dict[str, Tensor]


class Delayed(NamedTuple):
    """A delayed cell of a stream: what decides which of its groups are due."""

    #: Name of the part of the state that is its clock.
    clock: str
    delays: tuple[int, ...]
    #: The clock at which each group is due.
    firsts: tuple[int, ...]

    def due_after(self, frames: int) -> tuple[bool, ...]:
        """Which groups are due at the frame that follows so many."""
        pairs = zip(self.delays, self.firsts, strict=True)
        return tuple(frames % delay == first for delay, first in pairs)


@keras.saving.register_keras_serializable("keras_drnn")
class StreamingStep(keras.layers.Layer):
    """Runs a model that reads sequences on one frame, from a state to the next one.

    Args:
        model: Functional or Sequential model with one input, `(batch, frames, ...)`, and one
            output, whose layers can all run one frame at a time.
        due: For each delayed cell of the model, in the order of computation, which of its groups
            are due, as booleans; the clocks must agree, and the other groups are not computed. By
            default the clocks decide.

    Call arguments:
        inputs: Dictionary of `"frame"`, `(1, ...)`, and of the parts of the state by their names.

    Output shape:
        Dictionary of `"scores"`, `(1, classes)`, and of the parts of the next state.
    """

    def __init__(self, model: keras.Model, due: Sequence[Sequence[bool]] | None = None, **kwargs):
        # A state must not be rounded to the type that the layers of other models compute in.
        super().__init__(autocast=False, **kwargs)
        self.model = model
        self.due = None if due is None else tuple(map(tuple, due))
        self._graph = Graph(model)

    def build(self, input_shape):
        self.built = True

    def call(self, inputs: dict[str, Tensor]) -> dict[str, Tensor]:
        walk = self._walk(inputs[FRAME], inputs)
        return {SCORES: walk.scores, **walk.next_state}

    def first(self) -> "FirstFrame":
        """Run a frame of zeros from the start, to learn what the model remembers."""
        model_input = self.model.inputs[0]
        frame = ops.zeros((1, *model_input.shape[2:]), dtype=model_input.dtype)
        walk = self._walk(frame, None)
        masked = [not ops.convert_to_numpy(mask).any() for mask in walk.masks]
        return FirstFrame(walk.next_state, tuple(walk.delayed), bool(masked) and all(masked))

    def compute_output_spec(self, inputs):
        state = {name: values for name, values in inputs.items() if name != FRAME}
        output = self.model.outputs[0]
        scores = keras.KerasTensor((1, *output.shape[2 if _timed(output) else 1 :]), output.dtype)
        like = {name: keras.KerasTensor(each.shape, each.dtype) for name, each in state.items()}
        return {SCORES: scores, **like}

    def get_config(self):
        return {
            **super().get_config(),
            "model": keras.saving.serialize_keras_object(self.model),
            "due": self.due,
        }

    @classmethod
    def from_config(cls, config):
        model = keras.saving.deserialize_keras_object(config["model"])
        return cls(**{**config, "model": model})

    def _walk(self, frame: Tensor, state: State | None) -> "_Walk":
        walk = _Walk(state, self.due)
        (scores,) = self._graph.run([ops.expand_dims(frame, 1)], walk)
        walk.scores = ops.squeeze(scores, 1) if _timed(self.model.outputs[0]) else scores
        return walk


class FirstFrame(NamedTuple):
    """What a model remembers, learnt from a first frame that is all zero."""

    state: State
    delayed: tuple[Delayed, ...]
    #: Whether all recurrent layers that know a mask are told to skip the frame.
    masked: bool


def _timed(output) -> bool:
    """Whether an output has an axis of frames."""
    return len(output.shape) > 2


class _Walk:
    """One way through a model's graph, for one frame; from a start of zeros if no state is given.

    Layers that look at each frame by itself run as they are. Recurrent layers run their cells, and
    causal layers advance by one frame.
    """

    scores: Tensor

    def __init__(self, state: State | None, due: Due | None):
        self._state, self._due = state, due
        self._calls: dict[str, int] = {}
        self.next_state: State = {}
        self.delayed: list[Delayed] = []
        self.masks: list[Tensor] = []

    def __call__(self, operation, *args, **kwargs):
        if isinstance(operation, layers.RNN):
            return self._recurrent(operation, *args, **kwargs)
        if isinstance(operation, CausalLayer):
            return self._causal(operation, *args, **kwargs)
        return operation(*args, **kwargs)

    def _scope(self, layer) -> str:
        """A name for the state of this call: a layer may stand in several places of a graph."""
        name = re.sub(r"\W", "_", layer.name)
        count = self._calls[name] = self._calls.get(name, 0) + 1
        return name if count == 1 else f"{name}_again{count - 1}"

    def _held(self, name: str, start: Tensor) -> Tensor:
        return start if self._state is None else self._state[name]

    def _causal(self, layer: CausalLayer, inputs: Tensor, **_):
        scope = self._scope(layer)
        state = {
            part: self._held(f"{scope}_{part}", ops.zeros((1, *shape), dtype=inputs.dtype))
            for part, shape in layer.state_shapes(inputs.shape).items()
        }
        outputs, state = layer.advance(inputs, state)
        self.next_state |= {f"{scope}_{part}": values for part, values in state.items()}
        return outputs

    def _recurrent(self, layer, sequences: Tensor, mask: Tensor | None = None, **_):
        # The graph names masks as it names any other tensor: `mask` is of this frame, (1, 1).
        if mask is not None:
            self.masks.append(mask)
        cells = getattr(layer.cell, "cells", [layer.cell])
        scope, outputs = self._scope(layer), ops.squeeze(sequences, 1)
        for index, cell in enumerate(cells):
            name = scope if len(cells) == 1 else f"{scope}_{index}"
            outputs = self._cell(cell, name, outputs, mask)
        if mask is not None and layer.zero_output_for_mask:
            outputs = ops.where(mask, outputs, ops.zeros_like(outputs))
        return ops.expand_dims(outputs, 1) if layer.return_sequences else outputs

    def _cell(self, cell, name: str, inputs: Tensor, mask: Tensor | None) -> Tensor:
        """The output of a cell, whose state stays where it was if the frame is masked."""
        starts = keras.tree.flatten(cell.get_initial_state(batch_size=1))
        delayed = isinstance(cell, DelayedRNNCell)
        parts = ("h", "clock") if delayed else ("h", "c", *map(str, range(2, len(starts))))
        names = [f"{name}_{part}" for part in parts[: len(starts)]]
        if delayed:
            # Whole numbers, which neither quantisation nor a short float type can round.
            starts[1] = ops.cast(starts[1], "int32")
        before = [self._held(*pair) for pair in zip(names, starts, strict=True)]
        if delayed:
            after = self._delayed_cell(cell, names[1], inputs, before)
        else:
            after = keras.tree.flatten(cell(inputs, before)[1])
        if mask is not None:
            pairs = zip(after, before, strict=True)
            after = [ops.where(mask, new, held) for new, held in pairs]
        self.next_state |= dict(zip(names, after, strict=True))
        return after[0]

    def _delayed_cell(
        self, cell: DelayedRNNCell, clock_name: str, inputs: Tensor, before: list[Tensor]
    ) -> list[Tensor]:
        h, clock = before
        firsts = tuple(first_updates(cell.delays, cell.first_step))
        self.delayed.append(Delayed(clock_name, tuple(cell.delays), firsts))
        due: list[Any]
        if self._due is not None:
            after = cell.update(inputs, h, self._due[len(self.delayed) - 1])
        elif _nested(cell.delays, firsts):
            # Whoever is due reads a neighbour that is due as well: one choice at the end will do.
            equal = ops.equal(clock, ops.convert_to_tensor([firsts], dtype=clock.dtype))
            groups = np.repeat(np.arange(len(firsts), dtype="int32"), cell.group_units)
            updated = cell.update(inputs, h, [True] * len(firsts))
            after = ops.where(ops.take(equal, groups, axis=1), updated, h)
        else:
            due = [ops.equal(clock[:, g : g + 1], first) for g, first in enumerate(firsts)]
            after = cell.update(inputs, h, due)
        return [after, cell.tick(clock)]


def _nested(delays: Sequence[int], firsts: Sequence[int]) -> bool:
    """Whether all faster groups are due whenever a group is."""
    pairs = list(zip(delays, firsts, strict=True))
    return all(
        slow % fast == 0 and late % fast == early
        for (fast, early), (slow, late) in zip(pairs, pairs[1:], strict=False)
    )
