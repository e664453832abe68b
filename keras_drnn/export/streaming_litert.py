"""From a Keras model to a `.tflite` file that reads one frame at a time, checked over a stream."""

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from keras_drnn.export import litert
from keras_drnn.export.litert import ExportError
from keras_drnn.export.finishing import finished
from keras_drnn.version import __version__
from keras_drnn_runtime.streaming import StreamingClassifier

if TYPE_CHECKING:
    import keras

CHECKED_FRAMES = 1000


@dataclass(frozen=True)
class StreamingReport:
    """What the export of a streaming model came to.

    Args:
        path: The file.
        bytes: Its size.
        operators: Names of the operators in it, sorted.
        signatures: Names of its signatures.
        largest_difference: Largest absolute difference between its scores after each frame and
            those of the Keras model for whole clips, with every group computed and with those that
            are not due skipped.
        top1_agreement: Share of frames at which both rank the same class first.
        checked_frames: Number of frames that were compared.
        latency_microseconds: Median, 95th percentile and mean time for a frame, one thread, as
            the minimal runtime for Python steps.
    """

    path: Path
    bytes: int
    operators: tuple[str, ...]
    signatures: tuple[str, ...]
    largest_difference: float
    top1_agreement: float
    checked_frames: int
    latency_microseconds: dict[str, float]


def export_streaming(
    model: "keras.Model | str | Path",
    path: str | Path,
    *,
    skipping: bool = True,
    check_inputs: Sequence[np.ndarray] | None = None,
    tolerance: float = 1e-4,
    metadata: dict | None = None,
) -> StreamingReport:
    """Export a model to a LiteRT (TFLite) file that reads one frame at a time, and check it.

    The signature `step` takes `frame` and the state, and gives `scores` and the next state under
    the same names; `initial_state` takes nothing and gives the state before the first frame, which
    is all zero. With `skipping`, further signatures compute only the groups of a delayed RNN that
    are due: `step_11000` is for the frames at which the first two of five groups are.

    Args:
        model: A Keras model with one input, `(batch, frames, ...)`, and one output, that can run
            one frame at a time; or the path of its `.keras` file.
        path: Where to write the `.tflite` file.
        skipping: Whether to add the signatures that skip groups.
        check_inputs: Clips, `(frames, ...)`, on which the file is compared with Keras. One of 1000
            random frames by default, some of them lost (all zero).
        tolerance: Largest difference that is accepted, as a share of the largest output where that
            is above 1.
        metadata: What the file shall say about itself, as JSON can hold it.

    Returns:
        A `StreamingReport`.

    Raises:
        ExportError: If a layer cannot run one frame at a time, the model cannot be converted, the
            file needs operators that the stock runtime lacks, or its scores differ from those of
            the Keras model by more than `tolerance`. Nothing is left at `path` then.

    Example:

    >>> report = export_streaming(model, "stream.tflite")
    >>> StreamingClassifier("stream.tflite").step(frame).argmax()
    """
    from keras_drnn.export.streaming import StreamingModel

    path = Path(path)
    if not path.parent.is_dir():
        raise ExportError(f"Expected a folder that exists to write to. Received: path={path}")
    if check_inputs is not None and not len(check_inputs):
        raise ExportError("Expected at least one clip to check the file on. Received: none")
    model = litert._loaded(model)
    litert._check_form(model)
    try:
        streaming = StreamingModel(model)
        due_sets = streaming.due_sets() if skipping else {}
    except ValueError as error:
        raise ExportError(str(error)) from error
    clips = _random_stream(model.input_shape) if check_inputs is None else check_inputs
    with tempfile.TemporaryDirectory() as scratch:
        keras_file, converted = Path(scratch) / "model.keras", Path(scratch) / "model.tflite"
        model.save(keras_file)
        modules = litert._layer_modules(model)
        litert._convert(keras_file, converted, modules, streaming=True, due_sets=due_sets)
        about = {
            **(metadata or {}),
            "version": __version__,
            "masks_zero_frames": streaming.masks_zero_frames,
            "clocks": [
                {"name": cell.clock, "delays": cell.delays, "due": cell.firsts}
                for cell in streaming.delayed
            ],
        }
        content = finished(converted.read_bytes(), about)
        operators = litert._checked_operators(content)
        converted.write_bytes(content)
        classifier = StreamingClassifier(converted)
        difference, largest, agreement = _compare(
            model, [classifier, StreamingClassifier(converted, skipping=False)], clips
        )
        latency = _latency(classifier, clips[0])
        signatures = tuple(classifier._interpreter.get_signature_list())
    accepted = tolerance * max(1.0, largest)
    # `not <=` so that NaN is refused too.
    if not difference <= accepted:
        raise ExportError(
            f"The streaming model differs from Keras by up to {difference:.2g}, more than "
            f"{accepted:.2g}: a layer mixes frames, or computes otherwise than in Keras. A larger "
            "`tolerance` accepts the file."
        )
    litert._write_whole(path, content)
    frames = sum(map(len, clips))
    return StreamingReport(
        path, len(content), operators, signatures, difference, agreement, frames, latency
    )


def _random_stream(input_shape) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    length = input_shape[1] or CHECKED_FRAMES
    clips = []
    for _ in range(-(-CHECKED_FRAMES // length)):
        clip = rng.normal(size=(length, *input_shape[2:])).astype("float32")
        clip[rng.random(length) < 0.1] = 0  # lost frames: masks must be right too
        clips.append(clip)
    return clips


def _compare(model, classifiers, clips) -> tuple[float, float, float]:
    """Largest difference, largest output and top-1 agreement, frame by frame."""
    import keras

    differences, sizes, agreements = [], [], []
    for clip in clips:
        ours = keras.ops.convert_to_numpy(model.predict_on_batch(clip[None]))[0]
        sizes.append(np.max(np.abs(ours)))
        for classifier in classifiers:
            classifier.reset()
            theirs = np.stack([classifier.step(frame) for frame in clip])
            if ours.ndim == 1:  # a model that answers at the end of a clip
                theirs = theirs[-1]
            differences.append(np.max(np.abs(ours - theirs)))
            agreements.append(np.mean(ours.argmax(-1) == theirs.argmax(-1)))
    return float(np.max(differences)), float(np.max(sizes)), float(np.mean(agreements))


def _latency(classifier: StreamingClassifier, clip: np.ndarray) -> dict[str, float]:
    classifier.reset()
    times = []
    for frame in clip:
        begin = time.perf_counter()
        classifier.step(frame)
        times.append(1e6 * (time.perf_counter() - begin))
    return {
        "median": float(np.median(times)),
        "p95": float(np.percentile(times, 95)),
        "mean": float(np.mean(times)),
    }
