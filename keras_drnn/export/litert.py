"""From a Keras model to a `.tflite` file that reads whole clips, compared with Keras."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import numpy as np

from keras_drnn.export.check import ExportError, compare, of_keras
from keras_drnn.export.conversion import Content, convert
from keras_drnn.export.costs import arena_bytes, multiply_adds
from keras_drnn.export.file import Check, ExportOptions, export_file
from keras_drnn.export.models import check_whole_clips
from keras_drnn.export.report import ExportReport, latencies
from keras_drnn_runtime import LiteRTModel

if TYPE_CHECKING:
    import keras

_LATENCY_RUNS = 20


def export_litert(
    model: "keras.Model | str | Path",
    path: str | Path,
    *,
    batch_size: int = 1,
    **options: Unpack[ExportOptions],
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
        options: `ExportOptions`. Each of `check_inputs` is compared in every place of the batch; by
            default they are of 1, 30 and 100 frames, with a lost frame (all zero) in the longer
            ones.

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
    if batch_size < 1:
        raise ExportError(f"Expected at least one clip at once. Received: batch_size={batch_size}")
    return export_file(partial(ClipFile, batch_size=batch_size), model, path, **options)


class ClipFile:
    """A file that reads whole clips; see `FileKind`."""

    signatures: tuple[str, ...] = ("serving_default",)
    companions: tuple[str, ...] = ()

    def __init__(self, model: "keras.Model", batch_size: int):
        check_whole_clips(model)
        self.model, self.batch_size = model, batch_size
        self.metadata = {"streaming": False, "batch_size": batch_size}

    def clips(self, given: Sequence[np.ndarray] | None, form: str) -> list[np.ndarray]:
        return _random_clips(self.model.input_shape) if given is None else list(given)

    def write(self, converted: Path, metadata: dict, form: str, representative) -> Content:
        job = {"streaming": False, "batch_size": self.batch_size}
        return convert(self.model, converted, metadata, form, representative, job, None)

    def check(self, converted: Path, clips: list[np.ndarray]) -> Check:
        lite = LiteRTModel(converted)
        expected = list(map(of_keras(self.model), clips))
        comparison = compare(expected, [scores_in_every_place(lite, clip) for clip in clips])
        middle = np.asarray(clips[len(clips) // 2], "float32")
        full = np.stack([middle] * self.batch_size)
        lite.predict_batch(full)
        costs = {
            **latencies(lite.predict_batch, [full] * _LATENCY_RUNS),
            "arena_bytes": arena_bytes(converted, full),
            **multiply_adds(self.model, skipping=True),
        }
        return Check(comparison, [], lite.predict, costs)


def scores_in_every_place(lite: LiteRTModel, clip: np.ndarray) -> np.ndarray:
    """Scores of a clip at each place of the batch, `(batch, ...)`, while others are beside it."""
    even = (np.arange(lite.batch_size) % 2 == 0).reshape(-1, *[1] * np.ndim(clip))
    # Another clip of the same numbers, and another one even if the clip has a single frame.
    other = np.roll(clip[::-1], 1, axis=-1)
    runs = [lite.predict_batch(np.where(chosen, clip, other)) for chosen in (even, ~even)]
    return np.stack([runs[place % 2][place] for place in range(lite.batch_size)])


def _random_clips(input_shape) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    lengths = (1, 30, 100) if input_shape[1] is None else (input_shape[1],) * 3
    clips = [rng.normal(size=(n, *input_shape[2:])).astype("float32") for n in lengths]
    for clip in clips[1:]:
        clip[len(clip) // 3] = 0  # a lost frame: masks must be right too
    return clips
