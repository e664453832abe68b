"""A Keras model run one frame at a time, with everything it remembers held outside of it."""

import math
import re
from dataclasses import dataclass, field
from functools import partial

import keras
import numpy as np
from keras import layers, ops

from keras_drnn.causal import CausalLayer
from keras_drnn.cell import DelayedRNNCell
from keras_drnn.delays import first_updates
from keras_drnn.export.framewise import mixing_operation

_EXPECTED = "Expected a model that can read one frame at a time."
MOST_SIGNATURES = 64
_LONGEST_SCHEDULE = 100_000  # steps after which no further set of due groups is looked for


@dataclass
class Delayed:
    """A delayed recurrent cell of a stream: what decides which of its groups are due."""

    clock: str
    delays: tuple[int, ...]
    firsts: tuple[int, ...]


class StreamingModel:
    """A model that reads sequences, as a function of one frame and a state.

    Layers that look at each frame by itself run as they are. Recurrent layers run their cells, and
    the layers of features that remember (`CausalLayer`) advance by one frame.

    Args:
        model: Functional or Sequential model with one input, `(batch, frames, ...)`, and one
            output.

    Raises:
        ValueError: If a layer cannot run one frame at a time; the message names it.

    Example:

    >>> streaming = StreamingModel(model)
    >>> state = streaming.initial_state()
    >>> for frame in clip:
    ...     scores, state = streaming.step(frame[None], state)
    """

    def __init__(self, model: keras.Model):
        self.model = model
        self.frame_shape = tuple(model.input_shape[2:])
        self.delayed: list[Delayed] = []
        for node in _nodes(model):
            _refuse(node)
        tensors = [each for node in _nodes(model) for each in (*node.input_tensors, *node.outputs)]
        mixing = mixing_operation(model, tensors)
        if mixing is not None:
            raise ValueError(
                f"{_EXPECTED} Received: layer {mixing}: what it gives for a frame depends on other "
                "frames, or on how many there are"
            )
        walk = _Walk(state=None, due=None, delayed=self.delayed)
        self.frame_dtype = keras.backend.standardize_dtype(model.inputs[0].dtype)
        walk.run(model, [ops.zeros((1, 1, *self.frame_shape), dtype=self.frame_dtype)])
        #: Whether a frame that is all zero is masked, so that the state stays.
        self.masks_zero_frames = walk.masked
        #: Shape and type of each part of the state, by name. Zeros are the start.
        self.state_spec = {
            name: (tuple(part.shape), keras.backend.standardize_dtype(part.dtype))
            for name, part in walk.next_state.items()
        }

    def initial_state(self) -> dict[str, np.ndarray]:
        """The state before the first frame."""
        return {name: np.zeros(shape, dtype) for name, (shape, dtype) in self.state_spec.items()}

    def due_sets(self) -> dict[str, tuple[tuple[bool, ...], ...]]:
        """The sets of groups that are due together, as `step` takes them, by name.

        A name is `step` and a word of 0 and 1 for each delayed cell, a digit for each group: who
        holds the clocks can spell it. Empty if nothing is delayed.

        Raises:
            ValueError: If there are too many, because many delays do not divide each other.
        """
        found: dict[str, tuple[tuple[bool, ...], ...]] = {}
        delays = [delay for cell in self.delayed for delay in cell.delays]
        for now in range(min(math.lcm(*delays), _LONGEST_SCHEDULE) if delays else 0):
            due = tuple(
                tuple(
                    now % delay == first
                    for delay, first in zip(cell.delays, cell.firsts, strict=True)
                )
                for cell in self.delayed
            )
            words = ["".join(str(int(each)) for each in groups) for groups in due]
            found["_".join(["step", *words])] = due
            if len(found) > MOST_SIGNATURES:
                raise ValueError(
                    f"Expected delays with at most {MOST_SIGNATURES} different sets of groups due "
                    "at once, a signature each; use delays that divide each other, or "
                    f"`skipping=False`. Received: delays={[c.delays for c in self.delayed]}"
                )
        return found

    def step(self, frame, state, due=None):
        """Scores after one more frame, and the state behind it.

        Args:
            frame: `(1, ...)`.
            state: As `initial_state()` or a step before gave it.
            due: For each delayed cell (`delayed`), which of its groups are due, as Python booleans
                that the clocks in `state` must agree with; the others are then not computed.
                Computed from the clocks by default.

        Returns:
            The scores, `(1, classes)`, and the next state, as `initial_state()` has it.
        """
        walk = _Walk(state, due, delayed=[])
        scores = walk.run(self.model, [ops.expand_dims(frame, 1)])
        if len(self.model.output_shape) > 2:
            scores = ops.squeeze(scores, 1)
        return scores, walk.next_state


@dataclass
class _Walk:
    """One way through a model's graph, for one frame."""

    state: dict | None
    due: tuple | None
    delayed: list[Delayed]
    next_state: dict = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)
    masked: bool = False

    def run(self, model, inputs):
        if isinstance(model, keras.Sequential):
            model = model._functional
        outputs = model._run_through_graph(inputs, operation_fn=self._in_stream)
        return outputs[0] if isinstance(outputs, (list, tuple)) and len(outputs) == 1 else outputs

    def _in_stream(self, operation):
        if isinstance(operation, (keras.Sequential, keras.Model)):
            return lambda *inputs, **_: self.run(operation, keras.tree.flatten(inputs))
        if isinstance(operation, layers.RNN):
            return partial(self._recurrent, operation)
        if isinstance(operation, CausalLayer):
            return partial(self._causal, operation)
        return operation

    def _scope(self, layer) -> str:
        """A name for the state of this call: a layer may stand in several places of a graph."""
        name = re.sub(r"\W", "_", layer.name)
        count = self.calls[name] = self.calls.get(name, 0) + 1
        return name if count == 1 else f"{name}_again{count - 1}"

    def _held(self, name: str, start):
        return start if self.state is None else self.state[name]

    def _causal(self, layer, inputs, mask=None):
        scope = self._scope(layer)
        shapes = layer.state_shapes(inputs.shape)
        state = {
            part: self._held(f"{scope}_{part}", ops.zeros((1, *shape), dtype=inputs.dtype))
            for part, shape in shapes.items()
        }
        outputs, state = layer.advance(inputs, state)
        self.next_state |= {f"{scope}_{part}": values for part, values in state.items()}
        return outputs

    def _recurrent(self, layer, sequences, mask=None, training=False):
        # The graph names masks as it names any other tensor: `mask` is of this frame, (1, 1).
        if self.state is None and mask is not None:
            self.masked = not ops.convert_to_numpy(mask).any()
        cells = getattr(layer.cell, "cells", [layer.cell])
        scope, outputs = self._scope(layer), ops.squeeze(sequences, 1)
        for index, cell in enumerate(cells):
            name = scope if len(cells) == 1 else f"{scope}_{index}"
            outputs = self._cell(cell, name, outputs, mask)
        if mask is not None and layer.zero_output_for_mask:
            outputs = ops.where(mask, outputs, ops.zeros_like(outputs))
        return ops.expand_dims(outputs, 1) if layer.return_sequences else outputs

    def _cell(self, cell, name, inputs, mask):
        """The output of a cell, whose state stays where it was if the frame is masked."""
        starts = keras.tree.flatten(cell.get_initial_state(batch_size=1))
        delayed = isinstance(cell, DelayedRNNCell)
        parts = ("h", "clock") if delayed else ("h", "c", *map(str, range(2, len(starts))))
        names = [f"{name}_{part}" for part in parts[: len(starts)]]
        if delayed:
            # Whole numbers, which neither quantisation nor a short float type can round.
            starts[1] = ops.cast(starts[1], "int32")
        before = [self._held(*pair) for pair in zip(names, starts, strict=True)]
        after = (self._delayed_step if delayed else _step)(cell, names, inputs, before)
        if mask is not None:
            pairs = zip(after, before, strict=True)
            after = [ops.where(mask, new, held) for new, held in pairs]
        self.next_state |= dict(zip(names, after, strict=True))
        return after[0]

    def _delayed_step(self, cell, names, inputs, before):
        h, clock = before
        firsts = tuple(first_updates(cell.delays, cell.first_step))
        self.delayed.append(Delayed(names[1], cell.delays, firsts))
        if self.due is not None:
            after = cell.update(inputs, h, self.due[len(self.delayed) - 1])
        elif _nested(cell.delays, firsts):
            # Whoever is due reads a neighbour that is due as well: one choice at the end will do.
            due = ops.equal(clock, ops.convert_to_tensor([firsts], dtype=clock.dtype))
            groups = np.repeat(np.arange(len(firsts), dtype="int32"), cell.group_units)
            due = ops.take(due, groups, axis=1)
            after = ops.where(due, cell.update(inputs, h, [True] * len(firsts)), h)
        else:
            due = [ops.equal(clock[:, g : g + 1], first) for g, first in enumerate(firsts)]
            after = cell.update(inputs, h, due)
        return [after, cell.tick(clock)]


def _step(cell, names, inputs, before):
    return keras.tree.flatten(cell(inputs, before)[1])


def _nested(delays, firsts) -> bool:
    """Whether all faster groups are due whenever a group is."""
    pairs = list(zip(delays, firsts, strict=True))
    return all(
        slow % fast == 0 and late % fast == early
        for (fast, early), (slow, late) in zip(pairs, pairs[1:], strict=False)
    )


def _nodes(model):
    """All nodes of a model's graph, those of models inside it too, in the order of computation."""
    if isinstance(model, keras.Sequential):
        model = model._functional
    for depth in sorted(model._nodes_by_depth, reverse=True):
        for node in model._nodes_by_depth[depth]:
            if isinstance(node.operation, keras.Model):
                yield from _nodes(node.operation)
            elif not node.is_input:
                yield node


def _refuse(node) -> None:
    """Raise an error if a layer is of a kind that no stream can run."""
    layer = node.operation
    reason = None
    if isinstance(layer, layers.Bidirectional):
        reason = "it reads the clip from its end as well"
    elif isinstance(layer, layers.RNN):
        if layer.go_backwards:
            reason = "it reads the clip from its end (go_backwards=True)"
        elif layer.stateful:
            reason = "it goes on from the batch before (stateful=True); a stream has a state anyway"
        elif layer.return_state or node.arguments.kwargs.get("initial_state") is not None:
            reason = "it hands its whole state to other layers, or takes it from one"
        elif any(np.any(start) for start in _starts(layer.cell)):
            reason = "its cell starts from a state that is not zero"
    if getattr(layer, "compute_dtype", "float32") != "float32":
        reason = f"it computes in {layer.compute_dtype}; build it with dtype='float32'"
    if reason:
        raise ValueError(
            f"{_EXPECTED} Received: layer '{layer.name}' ({type(layer).__name__}): {reason}"
        )


def _starts(cell):
    starts = keras.tree.flatten(cell.get_initial_state(batch_size=1))
    return [ops.convert_to_numpy(start) for start in starts]
