"""From a Keras model to a file that reads one frame at a time, checked over a stream."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from keras_drnn.export.check import ExportError
from keras_drnn.export.file import ExportOptions, export_file
from keras_drnn.export.report import ExportReport
from keras_drnn.export.stream_keras import KerasStream
from keras_drnn.export.stream_litert import LiteRTStream
from keras_drnn.export.stream_onnx import OnnxStream, OpenVINOStream

if TYPE_CHECKING:
    import keras


def export_streaming(
    model: "keras.Model | str | Path",
    path: str | Path,
    *,
    skipping: bool = True,
    **options: Unpack[ExportOptions],
) -> ExportReport:
    """Export a model to a file that reads one frame at a time, and check it.

    The ending of `path` says for which runtime: `.tflite` for LiteRT (TFLite), `.onnx` for ONNX
    Runtime, `.xml` for OpenVINO (with a `.bin` beside it), `.keras` for Keras. All take `frame`,
    `state` and, where groups have delays, `clock`, and give `scores` and the next state and clock.

    In ONNX and OpenVINO the next ones are called `next_state` and `next_clock`. Before the first
    frame both are all zero.

    Of a `.tflite` file, the signature `step` does so; `initial_state` takes nothing and gives the
    state before the first frame. With `skipping`, further signatures compute only the groups of a
    delayed RNN that are due: `step_11000` is for the frames at which the first two of five groups
    are.

    Args:
        model: A Keras model with one input, `(batch, frames, ...)`, and one output, that can run
            one frame at a time; or the path of its `.keras` file.
        path: Where to write the file.
        skipping: Whether to add the signatures that skip groups to a `.tflite` file; others have
            none.
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
    kinds: dict[str, Callable] = {
        ".tflite": partial(LiteRTStream, skipping=skipping),
        ".onnx": OnnxStream,
        ".xml": OpenVINOStream,
        ".keras": KerasStream,
    }
    ending = Path(path).suffix.lower()
    if ending not in kinds:
        raise ExportError(f"Expected a file that ends in {', '.join(kinds)}. Received: path={path}")
    return export_file(kinds[ending], model, path, **options)
