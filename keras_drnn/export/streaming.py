"""A Keras model run one frame at a time, with everything it remembers held outside of it."""

import math
from typing import Any

import keras
import numpy as np

from keras_drnn.export.layout import TYPES, Layout
from keras_drnn.export.step import StreamingStep
from keras_drnn.export.streamable import check_streamable
from keras_drnn.export.walk import Due, Walk
from keras_drnn_runtime.names import FRAME, step_name

MOST_SIGNATURES = 64
_LONGEST_SCHEDULE = 100_000  # frames after which no further set of due groups is looked for


def streaming_model(model: keras.Model) -> keras.Model:
    """One frame of a model that reads sequences, as a Keras model of its own.

    What the model remembers goes in and comes out, so that a stream needs no reset between calls
    and any number of streams share one model. It is saved, loaded, compiled and exported like any
    other Keras model, and shares its weights with the model that it is made of. Layers that look at
    each frame by itself run as they are, recurrent layers run their cells, and layers that remember
    frames (`keras_drnn.CausalLayer`) advance by one frame.

    Args:
        model: Functional or Sequential model with one input, `(batch, frames, ...)`, and one
            output.

    Returns:
        A model from a dictionary to a dictionary. It takes `"frame"`, `(1, ...)`, `"state"`,
        `(1, numbers)` float32, and where groups have delays `"clock"`, `(1, groups)` int32; before
        the first frame, state and clock are all zero. It gives `"scores"`, `(1, classes)`, and the
        next `"state"` and `"clock"`.

    Raises:
        ValueError: If a layer cannot run one frame at a time; the message names it.

    Example:

    >>> model = keras.Sequential([keras.Input((None, 3)), DelayedRNN(6, (1, 2))])
    >>> step = streaming_model(model)
    >>> carried = {"state": np.zeros((1, 6), "float32"), "clock": np.zeros((1, 2), "int32")}
    >>> for frame in np.ones((5, 3), "float32"):
    ...     carried = step.predict_on_batch({"frame": frame[None], **carried})
    ...     scores = carried.pop("scores")
    >>> carried["clock"].tolist()
    [[0, 1]]
    """
    return StreamingModel(model).step_model()


class StreamingModel:
    """What is known of a model that runs one frame at a time, and its step.

    Args:
        model: As for `streaming_model`.

    Raises:
        ValueError: If a layer cannot run one frame at a time; the message names it.
    """

    def __init__(self, model: keras.Model):
        check_streamable(model)
        self.model = model
        #: Shape and type of a frame.
        self.frame_shape = tuple(model.input_shape[2:])
        self.frame_dtype = keras.backend.standardize_dtype(model.inputs[0].dtype)
        first: Any = Walk(model).first()
        #: The cells of delayed RNNs, in the order of computation.
        self.delayed = first.delayed
        #: The parts of the state that causal layers remember.
        self.remembered_of_frames: tuple[str, ...] = first.of_frames
        #: Whether a frame that is all zero is masked, so that the state stays.
        self.masks_zero_frames = first.masked
        #: Where everything that the model remembers stands in the state.
        self.layout = Layout(
            (name, part.shape[1], keras.backend.standardize_dtype(part.dtype) == "int32")
            for name, part in first.parts.items()
        )

    def initial_state(self) -> dict[str, np.ndarray]:
        """The state before the first frame, all zero.

        `"state"`, `(1, numbers)` float32, and `"clock"`, `(1, groups)` int32, where the model
        remembers such.
        """
        return self.layout.zeros()

    def step_model(self) -> keras.Model:
        """The step as a Keras model, see `streaming_model`."""
        frame = keras.Input(batch_shape=(1, *self.frame_shape), dtype=self.frame_dtype, name=FRAME)
        inputs = {FRAME: frame} | {
            name: keras.Input(batch_shape=(1, width), dtype=TYPES[name], name=name)
            for name, width in self.layout.widths.items()
        }
        layer = StreamingStep(self.model, self.layout.parts, name="streaming_step")
        return keras.Model(inputs, layer(inputs), name=f"{self.model.name}_step")

    def due_sets(self) -> dict[str, Due]:
        """The sets of groups that are due together, as `Walk.step` takes them, by name.

        A name is `step` and a word of 0 and 1 for each delayed cell, a digit for each group: who
        holds the clocks can spell it. Empty if nothing is delayed.

        Raises:
            ValueError: If there are too many, because many delays do not divide each other.
        """
        sets: dict[str, Due] = {}
        delays = [delay for cell in self.delayed for delay in cell.delays]
        for frames in range(min(math.lcm(*delays), _LONGEST_SCHEDULE) if delays else 0):
            due = tuple(cell.due_after(frames) for cell in self.delayed)
            sets[step_name(due)] = due
            if len(sets) > MOST_SIGNATURES:
                raise ValueError(
                    f"Expected delays with at most {MOST_SIGNATURES} different sets of groups due "
                    "at once, a signature each; use delays that divide each other, or "
                    f"`skipping=False`. Received: delays={[c.delays for c in self.delayed]}"
                )
        return sets
