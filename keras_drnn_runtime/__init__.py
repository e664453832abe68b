"""Runs exported models with NumPy and the LiteRT runtime alone: no Keras, no TensorFlow."""

from pathlib import Path

from keras_drnn_runtime.decision import Decision, Event, EventDetector
from keras_drnn_runtime.metadata import read_metadata
from keras_drnn_runtime.recogniser import Recogniser
from keras_drnn_runtime.sequence import LiteRTModel
from keras_drnn_runtime.streaming import Stream, StreamingClassifier

__all__ = [
    "Decision",
    "Event",
    "EventDetector",
    "LiteRTModel",
    "Recogniser",
    "Stream",
    "StreamingClassifier",
    "__version__",
    "open_model",
    "read_metadata",
]

#: That of keras-drnn, which contains this package.
__version__ = "0.1.0"


def open_model(path: str | Path, threads: int = 1) -> LiteRTModel | StreamingClassifier:
    """Open an exported file of either kind: both have `predict(clip)`, `labels`, `input_shape`.

    Args:
        path: A `.tflite` file, or a stream in an `.onnx` or `.xml` file.
        threads: Threads to run it with.

    Raises:
        ValueError: If the file is missing or of another kind.

    Example:

    >>> scores = open_model("model.tflite").predict(joints)
    """
    streaming = read_metadata(path).get("streaming", False)
    return (StreamingClassifier if streaming else LiteRTModel)(path, threads=threads)
