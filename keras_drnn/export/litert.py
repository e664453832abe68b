"""From a Keras model to a `.tflite` file that reads whole clips, compared with Keras."""

import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from keras_drnn.export.check import ExportError, accept, accuracies, compare
from keras_drnn.export.conversion import check_request, convert, loaded
from keras_drnn.export.costs import arena_bytes, delays_of, multiply_adds
from keras_drnn.export.report import ExportReport, latencies
from keras_drnn.system.atomic_writes import write_bytes
from keras_drnn.version import __version__
from keras_drnn_runtime import LiteRTModel

if TYPE_CHECKING:
    import keras

_LATENCY_RUNS = 20


def export_litert(
    model: "keras.Model | str | Path",
    path: str | Path,
    *,
    batch_size: int = 1,
    check_inputs: Sequence[np.ndarray] | None = None,
    tolerance: float = 1e-4,
    form: str = "float32",
    representative: Sequence[np.ndarray] | None = None,
    validation: Sequence[tuple[np.ndarray, int]] | None = None,
    accuracy_loss: float = 0.02,
    metadata: dict | None = None,
) -> ExportReport:
    """Export a model that reads sequences to LiteRT (TFLite), and check the file.

    The file reads a clip, or a fixed number of them, of any number of frames, in float32, and uses
    built-in operators only, so that the stock runtime of a phone runs it. TensorFlow converts, in a
    process of its own; the model may have been trained on any backend.

    Args:
        model: A Keras model with one input, `(batch, frames, ...)`, and one output; or the path of
            its `.keras` file.
        path: Where to write the `.tflite` file.
        batch_size: How many clips of one length the file reads at once.
        check_inputs: Clips, `(frames, ...)`, on which the file is compared with Keras, each in
            every place of the batch. Random ones of 1, 30 and 100 frames by default, with a lost
            frame (all zero) in the longer ones.
        tolerance: Largest difference that is accepted in float32, as a share of the largest output
            where that is above 1: float32 itself rounds logits of several tens by about 1e-5.
        form: `"float32"`; `"float16"` or `"dynamic"`: weights in float16 or int8; `"int8"`: the
            arithmetic as well, which the converter cannot do to a recurrent layer's loop.
        representative: Clips of the training set; `"int8"` needs them.
        validation: Clips with the numbers of their classes, for the accuracy before and after.
        accuracy_loss: Largest loss of sequence accuracy on `validation` that is accepted.
        metadata: What the file shall say about itself, as JSON can hold it; see
            `keras_drnn_runtime.read_metadata`.

    Returns:
        An `ExportReport`.

    Raises:
        ExportError: If the model cannot be converted, the file needs operators that the stock
            runtime lacks, its outputs differ from Keras' by more than `tolerance`, or it loses more
            accuracy than `accuracy_loss`. Nothing is left at `path` then.

    Example:

    >>> report = export_litert(model, "model.tflite")
    >>> report.largest_difference < 1e-4
    True
    """
    path = Path(path)
    check_request(path, check_inputs, form, representative)
    if batch_size < 1:
        raise ExportError(f"Expected at least one clip at once. Received: batch_size={batch_size}")
    model = loaded(model)
    with tempfile.TemporaryDirectory() as scratch:
        converted = Path(scratch) / "model.tflite"
        about = {**(metadata or {}), "version": __version__, "form": form}
        about |= {"streaming": False, "batch_size": batch_size, "delays": delays_of(model)}
        job = {"streaming": False, "batch_size": batch_size}
        operators = convert(model, converted, about, form, representative, **job)
        clips = _random_clips(model.input_shape) if check_inputs is None else check_inputs
        lite = LiteRTModel(converted)
        comparison = compare(model, partial(_in_every_place, lite), clips)
        accept(comparison, form, tolerance)
        middle = np.asarray(clips[len(clips) // 2], "float32")
        full = np.stack([middle] * batch_size)
        lite.predict_batch(full)
        report = ExportReport(
            path=path,
            form=form,
            bytes=converted.stat().st_size,
            operators=operators,
            signatures=("serving_default",),
            largest_difference=comparison.difference,
            largest_output=comparison.largest,
            top1_agreement=comparison.agreement,
            checked_frames=sum(map(len, clips)),
            **latencies(lite.predict_batch, [full] * _LATENCY_RUNS),
            arena_bytes=arena_bytes(converted, full),
            **multiply_adds(model, skipping=True),
            **accuracies(model, lite.predict, validation, accuracy_loss),
            batch_size=batch_size,
        )
        write_bytes(path, converted.read_bytes())
    return report


def _in_every_place(lite: LiteRTModel, clip: np.ndarray) -> np.ndarray:
    """Scores of a clip at each place of the batch, `(batch, ...)`, while others are beside it."""
    even = (np.arange(lite.batch_size) % 2 == 0).reshape(-1, *[1] * np.ndim(clip))
    other = clip[::-1]
    runs = [lite.predict_batch(np.where(chosen, clip, other)) for chosen in (even, ~even)]
    return np.stack([runs[place % 2][place] for place in range(lite.batch_size)])


def _random_clips(input_shape) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    lengths = (1, 30, 100) if input_shape[1] is None else (input_shape[1],) * 3
    clips = [rng.normal(size=(n, *input_shape[2:])).astype("float32") for n in lengths]
    for clip in clips[1:]:
        clip[len(clip) // 3] = 0  # a lost frame: masks must be right too
    return clips
