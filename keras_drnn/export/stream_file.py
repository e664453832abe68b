"""What all files that read one frame at a time have in common."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from keras_drnn.export.check import Comparison, ExportError, compare, of_keras
from keras_drnn.export.conversion import Content
from keras_drnn.export.costs import delayed_cells, multiply_adds
from keras_drnn.export.file import Check
from keras_drnn.export.report import latencies
from keras_drnn_runtime.names import STEP
from keras_drnn_runtime.streaming import StreamingClassifier

if TYPE_CHECKING:
    import keras

CHECKED_FRAMES = 1000


class StreamFile:
    """A file that reads one frame at a time; see `FileKind`."""

    batch_size = 1
    signatures: tuple[str, ...] = (STEP,)
    #: Endings of further files beside the one that is asked for.
    companions: tuple[str, ...] = ()
    forms: tuple[str, ...] = ("float32",)

    def __init__(self, model: "keras.Model"):
        from keras_drnn.export.streaming import StreamingModel

        try:
            self.streaming = StreamingModel(model)
        except ValueError as error:
            raise ExportError(str(error)) from error
        self.model = model
        places = self.streaming.layout.places
        self.clocks = [(cell, places[cell.clock].begin) for cell in self.streaming.delayed]
        self.metadata = {
            "streaming": True,
            "masks_zero_frames": self.streaming.masks_zero_frames,
            "clocks": [
                {"name": cell.name, "delays": cell.delays, "due": cell.firsts, "begin": begin}
                for cell, begin in self.clocks
            ],
        }

    def clips(self, given: Sequence[np.ndarray] | None, form: str) -> list[np.ndarray]:
        if form not in self.forms:
            raise ExportError(
                f"Expected form={' or '.join(self.forms)} for a file of this ending; .tflite files "
                f"have others as well. Received: form={form!r}"
            )
        if form == "int8" and any(any(cell.history_sizes) for cell in delayed_cells(self.model)):
            raise ExportError(
                "Expected a DelayedRNN without windowed=True for a stream in int8: TensorFlow's "
                "quantizer fails on the states that such groups carry. Choose another form, such "
                'as "float32" or "dynamic". Received: form="int8"'
            )
        shape = self.model.input_shape
        if given is None:
            return random_stream(shape)
        # Float32 must stay exact in a long stream too; a shorter format drifts and is judged by
        # clips.
        long = form == "float32" and shape[1] is None
        return [*given, _long_stream(given)] if long else list(given)

    def write(self, converted: Path, metadata: dict, form: str, representative) -> Content:
        """Write the file, not yet compared with Keras."""
        raise NotImplementedError

    def open(self, converted: Path) -> Any:
        """What runs the file frame by frame: `step(frame)` and `predict(clip)`."""
        return StreamingClassifier(converted)

    def check(self, converted: Path, clips: list[np.ndarray]) -> Check:
        runner = self.open(converted)
        score = self.score_of(runner)
        comparison = self.compare(score, clips)
        costs = latencies(runner.step, list(np.concatenate(clips))) | self.costs(converted)
        return Check(comparison, [], score, costs)

    def costs(self, converted: Path) -> dict[str, Any]:
        """What a frame costs beside its time."""
        return multiply_adds(self.model, skipping=False)

    def compare(self, score: Callable, clips: list[np.ndarray]) -> Comparison:
        """How far scores are from Keras' for the same clips."""
        expected = list(map(of_keras(self.model), clips))
        return compare(expected, list(map(score, clips)), causal=True)

    def score_of(self, runner: Any) -> Callable[[np.ndarray], np.ndarray]:
        """A function from a clip to what the file says of it, frame by frame."""
        # Some models answer once, at the end of the clip.
        if len(self.model.output_shape) > 2:
            return runner.predict
        return lambda clip: runner.predict(clip)[-1]


def random_stream(input_shape) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    length = input_shape[1] or CHECKED_FRAMES
    clips = []
    for _ in range(-(-CHECKED_FRAMES // length)):
        clip = rng.normal(size=(length, *input_shape[2:])).astype("float32")
        clip[rng.random(length) < 0.1] = 0  # lost frames: masks must be right too
        clips.append(clip)
    return clips


def _long_stream(clips: Sequence[np.ndarray]) -> np.ndarray:
    """Clips one after the other, again and again, with lost frames (all zero) in between."""
    frames = np.concatenate(clips)
    frames = np.tile(frames, (-(-CHECKED_FRAMES // len(frames)), *[1] * (frames.ndim - 1)))
    stream = frames[:CHECKED_FRAMES].copy()
    stream[np.random.default_rng(0).random(CHECKED_FRAMES) < 0.1] = 0
    return stream
