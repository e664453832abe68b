"""One frame of a Keras model, with everything it remembers held outside of it."""

import re
from collections.abc import Mapping, Sequence
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

# For each delayed cell of a model, which of its groups are due.
Due = tuple[tuple[bool, ...], ...]
#: What a model remembers, part by part: `(1, numbers)` each.
Parts = dict[str, Tensor]


class Delayed(NamedTuple):
    """A delayed cell of a stream: what decides which of its groups are due."""

    #: Name of the layer, and of the cell where a layer has several.
    name: str
    delays: tuple[int, ...]
    #: The clock at which each group is due.
    firsts: tuple[int, ...]

    @property
    def clock(self) -> str:
        """Name of the part of the state that is its clock."""
        return f"{self.name}_clock"

    def due_after(self, frames: int) -> tuple[bool, ...]:
        """Which groups are due at the frame that follows so many."""
        pairs = zip(self.delays, self.firsts, strict=True)
        return tuple(frames % delay == first for delay, first in pairs)


class FirstFrame(NamedTuple):
    """What a model remembers, learnt from a first frame that is all zero."""

    parts: Parts
    delayed: tuple[Delayed, ...]
    #: The parts that causal layers remember: the others are of recurrent layers.
    of_frames: tuple[str, ...]
    #: Whether all recurrent layers that know a mask are told to skip the frame.
    masked: bool


class Walk:
    """Runs a model that reads sequences on one frame after another.

    Args:
        model: Functional or Sequential model with one input, `(batch, frames, ...)`, and one
            output, whose layers can all run one frame at a time.
    """

    def __init__(self, model: keras.Model):
        self._model, self._graph = model, Graph(model)

    def step(
        self, frame: Tensor, parts: Mapping[str, Tensor], due: Due | None
    ) -> tuple[Tensor, Parts]:
        """Scores, `(1, classes)`, and the parts of the next state.

        Args:
            frame: `(1, ...)`.
            parts: The parts of the state.
            due: For each delayed cell of the model, in the order of computation, which of its
                groups are due; the clocks must agree, and the other groups are not computed. By
                default the clocks decide.
        """
        scores, way = self._walk(frame, parts, due)
        return scores, way.next_parts

    def first(self) -> FirstFrame:
        """Run a frame of zeros from the start, to learn what the model remembers."""
        model_input = self._model.inputs[0]
        frame = ops.zeros((1, *model_input.shape[2:]), dtype=model_input.dtype)
        _, way = self._walk(frame, None, None)
        masked = [not ops.convert_to_numpy(mask).any() for mask in way.masks]
        skips = bool(masked) and all(masked)
        return FirstFrame(way.next_parts, tuple(way.delayed), tuple(way.of_frames), skips)

    def _walk(self, frame, parts, due) -> "tuple[Tensor, _Way]":
        way = _Way(parts, due)
        (scores,) = self._graph.run([ops.expand_dims(frame, 1)], way)
        return ops.squeeze(scores, 1) if timed(self._model.outputs[0]) else scores, way


def timed(output) -> bool:
    """Whether an output has an axis of frames."""
    return len(output.shape) > 2


def first_state(cell) -> list[Tensor]:
    """What a cell remembers before the first step: zeros where it does not say, as Keras has it."""
    if hasattr(cell, "get_initial_state"):
        return keras.tree.flatten(cell.get_initial_state(batch_size=1))
    sizes = keras.tree.flatten(cell.state_size)
    return [ops.zeros((1, size), dtype=cell.compute_dtype) for size in sizes]


class _Way:
    """One way through a model's graph, for one frame; from a start of zeros if no parts are given.

    Layers that look at each frame by itself run as they are. Recurrent layers run their cells, and
    causal layers advance by one frame.
    """

    def __init__(self, parts: Mapping[str, Tensor] | None, due: Due | None):
        self._parts, self._due = parts, due
        self._calls: dict[str, int] = {}
        self.next_parts: Parts = {}
        self.delayed: list[Delayed] = []
        self.of_frames: list[str] = []
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

    def _held(self, name: str, start: Any) -> Tensor:
        """What is held in the place of a start, in its shape and type."""
        if self._parts is None:
            return start
        held = ops.cast(self._parts[name], start.dtype)
        return held if len(start.shape) == 2 else ops.reshape(held, start.shape)

    def _hold(self, name: str, values: Tensor) -> None:
        values = values if len(values.shape) == 2 else ops.reshape(values, (1, -1))
        floats = keras.backend.is_float_dtype(keras.backend.standardize_dtype(values.dtype))
        self.next_parts[name] = ops.cast(values, "float32" if floats else "int32")

    def _causal(self, layer: CausalLayer, inputs: Tensor, **_):
        scope = self._scope(layer)
        state = {
            part: self._held(f"{scope}_{part}", ops.zeros((1, *shape), dtype=inputs.dtype))
            for part, shape in layer.state_shapes(inputs.shape).items()
        }
        outputs, state = layer.advance(inputs, state)
        for part, values in state.items():
            self._hold(f"{scope}_{part}", values)
            self.of_frames.append(f"{scope}_{part}")
        return outputs

    def _recurrent(self, layer, sequences: Tensor, mask: Tensor | None = None, **_):
        # The graph names masks as it names any other tensor: `mask` is of this frame, (1, 1).
        if mask is not None:
            self.masks.append(mask)
        cells = getattr(layer.cell, "cells", [layer.cell])
        scope, outputs = self._scope(layer), ops.squeeze(sequences, 1)
        for index, cell in enumerate(cells):
            name = scope if len(cells) == 1 else f"{scope}_{index}"
            run = self._delayed if isinstance(cell, DelayedRNNCell) else self._cell
            outputs = run(cell, name, outputs, mask)
        if mask is not None and layer.zero_output_for_mask:
            outputs = ops.where(mask, outputs, ops.zeros_like(outputs))
        return ops.expand_dims(outputs, 1) if layer.return_sequences else outputs

    def _cell(self, cell, name: str, inputs: Tensor, mask: Tensor | None) -> Tensor:
        """The output of a cell, whose state stays where it was if the frame is masked."""
        starts = first_state(cell)
        names = [f"{name}_{part}" for part in ("h", "c", *map(str, range(2, len(starts))))]
        names = names[: len(starts)]
        before = [self._held(*pair) for pair in zip(names, starts, strict=True)]
        outputs, after = cell(inputs, before)
        after = keras.tree.flatten(after)
        if mask is not None:
            # A masked frame changes nothing and gives the last outputs again: h in Keras' cells.
            own = outputs is not after[0]
            last = self._held(f"{name}_output", ops.zeros_like(outputs)) if own else before[0]
            outputs = ops.where(mask, outputs, last)
            if own:
                self._hold(f"{name}_output", outputs)
            pairs = zip(after, before, strict=True)
            after = [ops.where(mask, new, held) for new, held in pairs]
        for part, values in zip(names, after, strict=True):
            self._hold(part, values)
        return outputs

    def _delayed(
        self, cell: DelayedRNNCell, name: str, inputs: Tensor, mask: Tensor | None
    ) -> Tensor:
        """The same for a delayed cell, of which groups that are not due stay as well."""
        firsts = tuple(first_updates(cell.delays, cell.first_step))
        self.delayed.append(Delayed(name, tuple(cell.delays), firsts))
        h, clock, *history = cell.get_initial_state(batch_size=1)
        starts = {f"{name}_h": h} | {f"{name}_history": values for values in history}
        before = [self._held(*part) for part in starts.items()]
        # Whole numbers, which neither quantisation nor a short float type can round.
        clock = self._held(f"{name}_clock", ops.cast(clock, "int32"))
        steps = 1 if mask is None else ops.cast(mask, "int32")
        if self._due is not None:
            after = cell.update(inputs, before, self._due[len(self.delayed) - 1])
            if mask is not None:
                pairs = zip(after, before, strict=True)
                after = [ops.where(mask, new, held) for new, held in pairs]
        else:
            # Below zero at a masked frame, when no group is due.
            shown = clock if mask is None else clock * steps + (steps - 1)
            after = _updated(cell, inputs, before, shown, firsts)
        for part, values in zip(starts, after, strict=True):
            self._hold(part, values)
        self._hold(f"{name}_clock", cell.tick(clock, steps))
        return after[0]


def _updated(
    cell: DelayedRNNCell,
    inputs: Tensor,
    before: list[Tensor],
    clock: Tensor,
    firsts: Sequence[int],
) -> list[Tensor]:
    """The state of a cell, without its clock, whose groups update where the clock says so."""
    if not _nested(cell.delays, firsts):
        due: list[Any] = [ops.equal(clock[:, g : g + 1], first) for g, first in enumerate(firsts)]
        return cell.update(inputs, before, due)
    # Whoever is due reads a neighbour that is due as well: one choice at the end will do.
    updated = cell.update(inputs, before, [True] * len(firsts))
    # What a group has still to read grows when its neighbour is due.
    sizes = [cell.group_units, cell.history_sizes]
    return [
        ops.where(_due_units(clock[:, : len(of)], firsts[: len(of)], of), new, held)
        for of, new, held in zip(sizes, updated, before, strict=False)
    ]


def _due_units(clock: Tensor, firsts: Sequence[int], sizes: Sequence[int]) -> Tensor:
    """For each unit, `(1, units)`, whether it is due; TFLite Micro gathers floats alone."""
    if len(set(sizes)) > 1:
        groups = enumerate(zip(firsts, sizes, strict=True))
        due = [ops.equal(clock[:, g : g + 1], _row(first, size)) for g, (first, size) in groups]
        return ops.concatenate(due, axis=1)
    wide = np.stack([_row(*pair) for pair in zip(firsts, sizes, strict=True)], axis=1)
    return ops.reshape(ops.equal(ops.expand_dims(clock, 2), wide), (1, sum(sizes)))


def _row(first: int, size: int) -> np.ndarray:
    return np.full((1, size), first, "int32")


def _nested(delays: Sequence[int], firsts: Sequence[int]) -> bool:
    """Whether all faster groups are due whenever a group is."""
    pairs = list(zip(delays, firsts, strict=True))
    return all(
        slow % fast == 0 and late % fast == early
        for (fast, early), (slow, late) in zip(pairs, pairs[1:], strict=False)
    )
