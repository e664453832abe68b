"""Runs a `.tflite` file that reads whole clips, with NumPy and the LiteRT runtime alone."""

from pathlib import Path

import numpy as np

from keras_drnn_runtime.inputs import checked, open_interpreter
from keras_drnn_runtime.metadata import read_metadata


class LiteRTModel:
    """A `.tflite` file that reads clips and scores every frame.

    Args:
        path: The file.
        threads: Threads to run it with.

    Raises:
        ValueError: If the file is missing or no sequence model.

    Example:

    >>> scores = LiteRTModel("model.tflite").predict(joints)
    """

    def __init__(self, path: str | Path, threads: int = 1):
        self._interpreter = open_interpreter(path, threads)
        inputs, outputs = (
            self._interpreter.get_input_details(),
            self._interpreter.get_output_details(),
        )
        if len(inputs) != 1 or len(outputs) != 1 or inputs[0]["shape_signature"][0] < 1:
            raise ValueError(
                "Expected a model of whole clips, with one input of a fixed batch and one output; "
                "a stream is for `StreamingClassifier`. Received: "
                f"{path} with {len(inputs)} inputs and {len(outputs)} outputs"
            )
        self._input, self._output = inputs[0]["index"], outputs[0]["index"]
        #: `(clips, frames, ...)`; `None` for any number.
        self.input_shape = tuple(
            None if size < 0 else int(size) for size in inputs[0]["shape_signature"]
        )
        #: How many clips the file reads at once.
        self.batch_size = int(inputs[0]["shape_signature"][0])
        self.metadata = read_metadata(path)
        #: Names of the classes in the order of the scores, or `None`.
        self.labels: list[str] | None = self.metadata.get("labels")
        self._frames: int | None = None

    def predict(self, clip: np.ndarray) -> np.ndarray:
        """Scores at every frame.

        Args:
            clip: `(frames, ...)` floats, at least one frame.

        Returns:
            `(frames, classes)` float32.

        Raises:
            ValueError: If the shape does not fit the model, or a value is not finite.
        """
        return self._run(checked(clip, self.input_shape[1:], "a clip")[None])[0]

    def predict_batch(self, clips: np.ndarray) -> np.ndarray:
        """Scores at every frame of several clips of one length, `batch_size` of them at a time.

        Args:
            clips: `(clips, frames, ...)` floats, at least one clip and one frame.

        Returns:
            `(clips, frames, classes)` float32.

        Raises:
            ValueError: If the shape does not fit the model, or a value is not finite.
        """
        clips = checked(clips, (None, *self.input_shape[1:]), "clips")
        starts = range(0, len(clips), self.batch_size)
        return np.concatenate([self._run(clips[s : s + self.batch_size]) for s in starts])

    def _run(self, clips: np.ndarray) -> np.ndarray:
        frames = clips.shape[1]
        if self._frames != frames:
            shape = (self.batch_size, *clips.shape[1:])
            self._interpreter.resize_tensor_input(self._input, shape, strict=True)
            self._interpreter.allocate_tensors()
            self._frames = frames
        missing = self.batch_size - len(clips)
        filled = np.pad(clips, [(0, missing), *[(0, 0)] * (clips.ndim - 1)]) if missing else clips
        self._interpreter.set_tensor(self._input, filled)
        self._interpreter.invoke()
        return self._interpreter.get_tensor(self._output)[: len(clips)]
