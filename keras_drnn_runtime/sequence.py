"""Runs a `.tflite` file that reads whole clips, with NumPy and the LiteRT runtime alone."""

from pathlib import Path

import numpy as np

from keras_drnn_runtime.metadata import read_metadata


class LiteRTModel:
    """A `.tflite` file that reads one clip and scores every frame.

    Args:
        path: The file.
        threads: Threads to run it with.

    Raises:
        ValueError: If the file is missing or no sequence model of batch 1.

    Example:

    >>> scores = LiteRTModel("model.tflite").predict(joints)
    """

    def __init__(self, path: str | Path, threads: int = 1):
        from ai_edge_litert.interpreter import Interpreter

        try:
            self._interpreter = Interpreter(model_path=str(path), num_threads=threads)
        except (ValueError, RuntimeError) as error:
            raise ValueError(f"Expected a LiteRT model. Received: {path} ({error})") from error
        inputs, outputs = (
            self._interpreter.get_input_details(),
            self._interpreter.get_output_details(),
        )
        if len(inputs) != 1 or len(outputs) != 1 or inputs[0]["shape_signature"][0] != 1:
            raise ValueError(f"Expected one input of batch 1 and one output. Received: {path}")
        self._input, self._output = inputs[0]["index"], outputs[0]["index"]
        #: `(1, frames, ...)`; `None` for any number.
        self.input_shape = tuple(
            None if size < 0 else int(size) for size in inputs[0]["shape_signature"]
        )
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
        clip = np.asarray(clip, "float32")
        expected = self.input_shape[1:]
        fits = len(clip.shape) == len(expected) and all(
            size is None or size == got for size, got in zip(expected, clip.shape, strict=True)
        )
        if not fits or not len(clip):
            shown = ", ".join("any" if size is None else str(size) for size in expected)
            raise ValueError(f"Expected a clip of shape ({shown}). Received: shape {clip.shape}")
        if not np.isfinite(clip).all():
            frame = int(np.argwhere(~np.isfinite(clip))[0, 0])
            raise ValueError(
                "Expected finite numbers; set what was not seen to 0. Received: NaN or infinity "
                f"in frame {frame}"
            )
        if self._frames != len(clip):
            self._interpreter.resize_tensor_input(self._input, (1, *clip.shape), strict=True)
            self._interpreter.allocate_tensors()
            self._frames = len(clip)
        self._interpreter.set_tensor(self._input, clip[None])
        self._interpreter.invoke()
        return self._interpreter.get_tensor(self._output)[0]
