"""Classifies a stream frame by frame with a `.tflite` file, NumPy and the LiteRT runtime alone.

`.onnx` and `.xml` files run on ONNX Runtime and OpenVINO in its place.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from keras_drnn_runtime.inputs import checked, open_interpreter
from keras_drnn_runtime.metadata import read_metadata
from keras_drnn_runtime.names import CLOCK, FRAME, RECORDED, SCORES, START, STEP, step_name
from keras_drnn_runtime.other_runtimes import is_other, open_step

# From the frame and the state to the scores and the next state.
Step = Callable[[dict[str, np.ndarray]], dict[str, np.ndarray]]
_MOST_CHOICES = 4096
_LOST = ", and pass None for a frame that is lost as a whole"


class StreamingClassifier:
    """A streaming file, `.tflite`, `.onnx` or `.xml`: scores after every frame.

    It is a stream itself; `open_stream` gives more of them, which share the weights. Groups of a
    delayed RNN that are not due are not computed, if the file has signatures for that.

    Args:
        path: A file written by `keras_drnn.export.export_streaming` or `drnn export --streaming`.
        threads: Threads to run it with.
        skipping: Whether to skip the groups that are not due. The scores are the same.

    Raises:
        ValueError: If the file is missing or no streaming model.

    Example:

    >>> classifier = StreamingClassifier("model.tflite")
    >>> for frame in camera:
    ...     scores = classifier.step(frame)
    >>> classifier.labels[scores.argmax()]
    """

    def __init__(self, path: str | Path, *, threads: int = 1, skipping: bool = True):
        if is_other(path):
            self._open_step(path, threads)
        else:
            self._open_litert(path, threads, skipping)
        #: Names of the classes in the order of the scores, or `None`.
        self.labels: list[str] | None = self.metadata.get("labels")
        self._takes_gaps = self.metadata.get("input") == RECORDED
        self._clocks = self.metadata.get("clocks", []) if len(self.signatures) > 1 else []
        self._clock_names = list(dict.fromkeys(_tensor_of(clock) for clock in self._clocks))
        self._chosen: dict[tuple, Step] = {}
        #: `(1, frames, ...)`; `None` for any number.
        self.input_shape = (1, None, *self.frame_shape)
        self._stream = self.open_stream()

    def _open_litert(self, path: str | Path, threads: int, skipping: bool) -> None:
        interpreter = open_interpreter(path, threads)
        self.metadata = read_metadata(path)
        signatures = interpreter.get_signature_list()
        if not {STEP, START} <= set(signatures):
            raise ValueError(
                f"Expected a streaming model, with signatures '{STEP}' and '{START}'; a model of "
                f"whole clips is for `LiteRTModel`. Received: {path} with {sorted(signatures)}"
            )
        interpreter.allocate_tensors()
        step = Signature(interpreter, STEP)
        #: What computes a frame, by the name of the signature.
        self.signatures: dict[str, Any] = {
            name: step if name == STEP else Signature(interpreter, name)
            for name in signatures
            if name == STEP or (skipping and name.startswith(f"{STEP}_"))
        }
        self._start = interpreter.get_signature_runner(START)()
        #: Shape of a frame.
        self.frame_shape = step.shape_of(FRAME)[1:]

    def _open_step(self, path: str | Path, threads: int) -> None:
        step = open_step(path, threads)
        self.metadata, self.signatures = step.metadata, {STEP: step}
        shapes = dict(step.inputs)
        self.frame_shape = shapes.pop(FRAME)[0][1:]
        self._start = {name: np.zeros(*each) for name, each in shapes.items()}

    def open_stream(self) -> "Stream":
        """Start another stream, independent of all others. One thread may run them in turn."""
        return Stream(self)

    def step(self, frame: np.ndarray | None) -> np.ndarray:
        """Scores after one more frame; see `Stream.step`."""
        return self._stream.step(frame)

    def look(self, frame: np.ndarray | None) -> np.ndarray:
        """Scores if a frame came next; see `Stream.look`."""
        return self._stream.look(frame)

    def reset(self) -> None:
        """Forget all frames."""
        self._stream.reset()

    def predict(self, clip: np.ndarray) -> np.ndarray:
        """Scores at every frame of a whole clip, which is a stream of its own.

        Args:
            clip: `(frames, ...)` floats, at least one frame.

        Returns:
            `(frames, classes)` float32.

        Raises:
            ValueError: If the shape does not fit the model, or a value is not finite.
        """
        if not len(clip):
            raise ValueError(f"Expected at least one frame. Received: shape {np.shape(clip)}")
        stream = self.open_stream()
        return np.stack([stream.step(frame) for frame in clip])

    def _checked(self, frame: np.ndarray) -> np.ndarray:
        return checked(frame, self.frame_shape, "a frame", _LOST, self._takes_gaps)[None]

    def _run(self, frame: np.ndarray, state: dict) -> tuple[np.ndarray, dict]:
        # Cheaper than to spell the name anew for every frame.
        now = tuple(state[name].tobytes() for name in self._clock_names)
        call = self._chosen.get(now) or self._choose(now, state)
        state = call(state | {FRAME: frame})
        return state.pop(SCORES)[0], state

    def _choose(self, now: tuple, state: dict) -> Step:
        """The signature that computes the groups that are due."""
        name = step_name(_phases(state, clock) == clock["due"] for clock in self._clocks)
        if len(self._chosen) == _MOST_CHOICES:
            self._chosen.clear()
        # Clocks that masks have set apart may meet in ways that no signature was made for.
        self._chosen[now] = self.signatures.get(name, self.signatures[STEP])
        return self._chosen[now]


def _tensor_of(clock: dict) -> str:
    """The tensor that a clock of the metadata is in; in older files, each is in one of its own."""
    return CLOCK if "begin" in clock else clock["name"]


def _phases(state: dict, clock: dict) -> np.ndarray:
    """What a clock of the metadata shows."""
    begin = clock.get("begin", 0)
    return state[_tensor_of(clock)][0, begin : begin + len(clock["due"])]


class Stream:
    """One stream of frames, from `StreamingClassifier.open_stream`."""

    def __init__(self, classifier: StreamingClassifier):
        self._classifier = classifier
        self.reset()

    def reset(self) -> None:
        """Forget all frames."""
        #: Everything the model remembers: `state` and `clock`, as far as there are such (in files
        #: of earlier versions more parts). May be copied, stored and put back.
        self.state: dict[str, np.ndarray] = dict(self._classifier._start)
        self._scores: np.ndarray | None = None

    def step(self, frame: np.ndarray | None) -> np.ndarray:
        """Scores after one more frame.

        Args:
            frame: Array of the shape that the model reads, `frame_shape`, a person who is absent
                all zero; or `None` for a lost frame. Where the metadata say `"input": "recorded"`,
                what is missing is NaN. A model that knows lost frames (skeletons: all zero) gets
                such a one. Any other holds: its state stays and the scores of the frame before are
                given again.

        Returns:
            `(classes,)` float32.

        Raises:
            ValueError: If the shape does not fit the model, a value is not finite, or the first
                frame of a model that holds is lost.
        """
        self._scores, self.state = self._after(frame)
        return self._scores.copy()

    def look(self, frame: np.ndarray | None) -> np.ndarray:
        """Scores if a frame came next, which the stream does not take: it stays where it was.

        For a frame that another one may replace, or of several possible ones. Arguments, returns
        and errors are those of `step`.
        """
        return self._after(frame)[0].copy()

    def _after(self, frame: np.ndarray | None) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Scores and state after one more frame."""
        classifier = self._classifier
        if frame is None:
            if not classifier.metadata.get("masks_zero_frames"):
                if self._scores is None:
                    raise ValueError("Expected a first frame to hold. Received: None, at the start")
                return self._scores, self.state
            frame = np.zeros(classifier.frame_shape, "float32")
        return classifier._run(classifier._checked(frame), self.state)


class Signature:
    """One signature of a file: from the frame and the state to the scores and the next state.

    Allocated once: the runtime's own runner allocates anew at every call.
    """

    def __init__(self, interpreter, name: str):
        runner = interpreter.get_signature_runner(name)
        self._wrapper, self._graph = runner._interpreter_wrapper, runner._subgraph_index
        self._details = runner.get_input_details()
        self._inputs = {key: each["index"] for key, each in self._details.items()}
        self._outputs = {key: each["index"] for key, each in runner.get_output_details().items()}
        self._wrapper.AllocateTensors(self._graph)

    def shape_of(self, name: str) -> tuple[int, ...]:
        return tuple(int(size) for size in self._details[name]["shape"])

    def __call__(self, values: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        for name, index in self._inputs.items():
            self._wrapper.SetTensor(index, values[name], self._graph)
        self.invoke()
        return {
            name: self._wrapper.GetTensor(index, self._graph)
            for name, index in self._outputs.items()
        }

    def invoke(self) -> None:
        """Compute, from the inputs that are there, without copying anything in or out."""
        self._wrapper.Invoke(self._graph)
