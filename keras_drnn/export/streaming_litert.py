"""From a Keras model to a `.tflite` file that reads one frame at a time, checked over a stream."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from keras_drnn.export.check import ExportError, accept, accuracies, compare
from keras_drnn.export.conversion import check_request, convert, loaded
from keras_drnn.export.costs import arena_bytes, delays_of, multiply_adds
from keras_drnn.export.report import ExportReport, latencies
from keras_drnn.system.atomic_writes import write_bytes
from keras_drnn.version import __version__
from keras_drnn_runtime.streaming import StreamingClassifier

if TYPE_CHECKING:
    import keras

CHECKED_FRAMES = 1000


def export_streaming(
    model: "keras.Model | str | Path",
    path: str | Path,
    *,
    skipping: bool = True,
    check_inputs: Sequence[np.ndarray] | None = None,
    tolerance: float = 1e-4,
    form: str = "float32",
    representative: Sequence[np.ndarray] | None = None,
    validation: Sequence[tuple[np.ndarray, int]] | None = None,
    accuracy_loss: float = 0.02,
    metadata: dict | None = None,
) -> ExportReport:
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
        check_inputs: Clips, `(frames, ...)`, on which the file is compared with Keras; random ones
            by default. In float32 they are also run as one stream of 1000 frames, some of them
            lost (all zero).
        tolerance: Largest difference that is accepted in float32, as a share of the largest output
            where that is above 1.
        form: `"float32"`; `"float16"` or `"dynamic"`: weights in float16 or int8; `"int8"`: the
            arithmetic as well. What goes in and out is float32 in all forms.
        representative: Clips of the training set; `"int8"` needs them.
        validation: Clips with the numbers of their classes, for the accuracy before and after.
        accuracy_loss: Largest loss of sequence accuracy on `validation` that is accepted.
        metadata: What the file shall say about itself, as JSON can hold it; see
            `keras_drnn_runtime.read_metadata`.

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
    from keras_drnn.export.streaming import StreamingModel

    path = Path(path)
    check_request(path, check_inputs, form, representative)
    model = loaded(model)
    try:
        streaming = StreamingModel(model)
        due_sets = streaming.due_sets() if skipping else {}
    except ValueError as error:
        raise ExportError(str(error)) from error
    about = {
        **(metadata or {}),
        "version": __version__,
        "form": form,
        "streaming": True,
        "delays": delays_of(model),
        "masks_zero_frames": streaming.masks_zero_frames,
        "clocks": [
            {"name": cell.clock, "delays": cell.delays, "due": cell.firsts}
            for cell in streaming.delayed
        ],
    }
    given = check_inputs is not None
    clips = list(check_inputs) if given else _random_stream(model.input_shape)
    # Float32 must stay exact in a long stream too; a shorter format drifts and is judged by clips.
    if given and form == "float32" and model.input_shape[1] is None:
        clips.append(_long_stream(clips))
    with tempfile.TemporaryDirectory() as scratch:
        converted = Path(scratch) / "model.tflite"
        job = {"streaming": True, "due_sets": due_sets}
        operators = convert(model, converted, about, form, representative, **job)
        skips, computes_all = (StreamingClassifier(converted, skipping=s) for s in (True, False))
        ways = [_scores(each, model) for each in (skips, computes_all)]
        comparisons = [compare(model, way, clips) for way in ways]
        for comparison in comparisons:
            accept(comparison, form, tolerance)
        report = ExportReport(
            path=path,
            form=form,
            bytes=converted.stat().st_size,
            operators=operators,
            signatures=("step", "initial_state", *due_sets),
            largest_difference=max(each.difference for each in comparisons),
            largest_output=comparisons[0].largest,
            top1_agreement=min(each.agreement for each in comparisons),
            checked_frames=sum(map(len, clips)),
            **latencies(skips.step, np.concatenate(clips)),
            arena_bytes=arena_bytes(converted),
            **multiply_adds(model, skipping=bool(due_sets)),
            **accuracies(model, ways[0], validation, accuracy_loss),
        )
        write_bytes(path, converted.read_bytes())
    return report


def _random_stream(input_shape) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    length = input_shape[1] or CHECKED_FRAMES
    clips = []
    for _ in range(-(-CHECKED_FRAMES // length)):
        clip = rng.normal(size=(length, *input_shape[2:])).astype("float32")
        clip[rng.random(length) < 0.1] = 0  # lost frames: masks must be right too
        clips.append(clip)
    return clips


def _long_stream(clips: list[np.ndarray]) -> np.ndarray:
    """Clips one after the other, again and again, with lost frames (all zero) in between."""
    frames = np.concatenate(clips)
    frames = np.tile(frames, (-(-CHECKED_FRAMES // len(frames)), *[1] * (frames.ndim - 1)))
    stream = frames[:CHECKED_FRAMES].copy()
    stream[np.random.default_rng(0).random(CHECKED_FRAMES) < 0.1] = 0
    return stream


def _scores(classifier: StreamingClassifier, model):
    """A function from a clip to what the file says of it, frame by frame."""

    # Some models answer once, at the end of the clip.
    if len(model.output_shape) > 2:
        return classifier.predict
    return lambda clip: classifier.predict(clip)[-1]
