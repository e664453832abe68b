"""From a Keras model to a `.tflite` file that reads one frame at a time, checked over a stream."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from keras_drnn.export.check import Comparison, ExportError, compare, of_keras, worst_of
from keras_drnn.export.costs import arena_bytes, multiply_adds
from keras_drnn.export.file import Check, ExportOptions, export_file
from keras_drnn.export.report import ExportReport, latencies
from keras_drnn_runtime.names import CLOCK, FRAME, SCORES, START, STEP
from keras_drnn_runtime.streaming import StreamingClassifier

if TYPE_CHECKING:
    import keras

    from keras_drnn.export.layout import Layout
    from keras_drnn.export.walk import Delayed, Due

CHECKED_FRAMES = 1000


def export_streaming(
    model: "keras.Model | str | Path",
    path: str | Path,
    *,
    skipping: bool = True,
    **options: Unpack[ExportOptions],
) -> ExportReport:
    """Export a model to a LiteRT (TFLite) file that reads one frame at a time, and check it.

    The signature `step` takes `frame`, `state` and, where groups have delays, `clock`, and gives
    `scores` and the next `state` and `clock`; `initial_state` takes nothing and gives the state
    before the first frame, which is all zero. With `skipping`, further signatures compute only the
    groups of a delayed RNN that are due: `step_11000` is for the frames at which the first two of
    five groups are.

    Args:
        model: A Keras model with one input, `(batch, frames, ...)`, and one output, that can run
            one frame at a time; or the path of its `.keras` file.
        path: Where to write the `.tflite` file.
        skipping: Whether to add the signatures that skip groups.
        options: `ExportOptions`. In float32, `check_inputs` are also run as one stream of 1000
            frames, some of them lost (all zero); by default it is a stream of random frames.

    Returns:
        An `ExportReport`.

    Raises:
        ExportError: If a layer cannot run one frame at a time, the model cannot be converted, the
            file needs operators that the stock runtime lacks, its scores differ from those of the
            Keras model by more than `tolerance`, or it loses more accuracy than `accuracy_loss`.
            Nothing is left at `path` then.

    Example:

    >>> report = export_streaming(model, "stream.tflite")
    >>> StreamingClassifier("stream.tflite").step(frame).argmax()
    """
    return export_file(partial(StreamFile, skipping=skipping), model, path, **options)


class StreamFile:
    """A file that reads one frame at a time; see `FileKind`."""

    batch_size = 1

    def __init__(self, model: "keras.Model", skipping: bool):
        from keras_drnn.export.streaming import StreamingModel

        try:
            streaming = StreamingModel(model)
            self._due_sets = streaming.due_sets() if skipping else {}
        except ValueError as error:
            raise ExportError(str(error)) from error
        self.model = model
        places = streaming.layout.places
        self._clocks = [(cell, places[cell.clock].begin) for cell in streaming.delayed]
        self.layout: Layout | None = streaming.layout
        self.signatures: tuple[str, ...] = (STEP, START, *self._due_sets)
        self.metadata = {
            "streaming": True,
            "masks_zero_frames": streaming.masks_zero_frames,
            "clocks": [
                {
                    "name": cell.name,
                    "delays": cell.delays,
                    "due": cell.firsts,
                    "begin": begin,
                }
                for cell, begin in self._clocks
            ],
        }
        self.job: dict[str, Any] = {"streaming": True, "due_sets": self._due_sets}

    def clips(self, given: Sequence[np.ndarray] | None, form: str) -> list[np.ndarray]:
        shape = self.model.input_shape
        if given is None:
            return random_stream(shape)
        # Float32 must stay exact in a long stream too; a shorter format drifts and is judged by
        # clips.
        long = form == "float32" and shape[1] is None
        return [*given, _long_stream(given)] if long else list(given)

    def check(self, converted: Path, clips: list[np.ndarray]) -> Check:
        skips, computes_all = (StreamingClassifier(converted, skipping=s) for s in (True, False))
        expected = list(map(of_keras(self.model), clips))
        score = self._score_of(skips)
        comparison = worst_of(
            compare(expected, list(map(score, clips)), causal=True),
            compare(expected, list(map(self._score_of(computes_all), clips)), causal=True),
        )
        frames = np.concatenate(clips)
        signatures = compare_signatures(skips, self._clocks, self._due_sets, frames)
        costs = {
            **latencies(skips.step, list(frames)),
            "arena_bytes": arena_bytes(converted),
            **multiply_adds(self.model, skipping=bool(self._due_sets)),
        }
        return Check(comparison, signatures, score, costs)

    def _score_of(self, classifier: StreamingClassifier) -> Callable[[np.ndarray], np.ndarray]:
        """A function from a clip to what the file says of it, frame by frame."""
        # Some models answer once, at the end of the clip.
        if len(self.model.output_shape) > 2:
            return classifier.predict
        return lambda clip: classifier.predict(clip)[-1]


def compare_signatures(
    classifier: StreamingClassifier,
    clocks: "Sequence[tuple[Delayed, int]]",
    due_sets: "dict[str, Due]",
    frames: np.ndarray,
) -> list[Comparison]:
    """Each signature that skips beside `step`, from a state of a stream with its groups due.

    No stream of a limited length meets every set of due groups.

    Args:
        classifier: The file.
        clocks: Each delayed cell, and the column of `clock` from which on its own stands.
        due_sets: Which groups are due, by the name of the signature.
        frames: Of which the stream is made.
    """
    stream = classifier.open_stream()
    frames = frames[frames.reshape(len(frames), -1).any(axis=1)][:50].astype("float32")
    if not len(frames):
        return []
    for frame in frames:
        stream.step(frame)
    names = [SCORES, *stream.state]
    comparisons = []
    for name, due in due_sets.items():
        clock = stream.state[CLOCK].copy()
        for (cell, begin), groups in zip(clocks, due, strict=True):
            clock[0, begin : begin + len(groups)] = _clock(cell, groups)
        inputs = {**stream.state, CLOCK: clock, FRAME: frames[-1:]}
        every, some = (classifier.signatures[each](inputs) for each in (STEP, name))
        comparisons.append(compare([every[n] for n in names], [some[n] for n in names]))
    return comparisons


def _clock(cell: "Delayed", due: Sequence[bool]) -> np.ndarray:
    """A clock at which exactly these groups are due."""
    groups = zip(cell.firsts, cell.delays, due, strict=True)
    return np.array([first if now else (first + 1) % delay for first, delay, now in groups])


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
