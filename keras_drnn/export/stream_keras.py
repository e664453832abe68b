"""A `.keras` file of one step, which Keras loads and runs on any backend."""

from pathlib import Path

import numpy as np

from keras_drnn import ops
from keras_drnn.export.conversion import Content
from keras_drnn.export.models import model_of_file
from keras_drnn.export.stream_file import StreamFile
from keras_drnn_runtime.names import FRAME, SCORES


class KerasStream(StreamFile):
    """See `StreamFile`. It has no metadata: the format has no place for them."""

    def write(self, converted: Path, metadata: dict, form: str, representative) -> Content:
        self.streaming.step_model().save(converted)
        return Content((), "unknown")

    def open(self, converted: Path) -> "KerasSteps":
        return KerasSteps(converted)


class KerasSteps:
    """Runs a `.keras` file of one step."""

    def __init__(self, path: Path):
        self._model = model_of_file(path)
        self._start = {
            each.name: np.zeros(each.shape, each.dtype)
            for each in self._model.inputs
            if each.name != FRAME
        }
        self._state = self._start

    def step(self, frame: np.ndarray) -> np.ndarray:
        """Scores after one more frame."""
        after = self._model.predict_on_batch({FRAME: np.asarray(frame)[None], **self._state})
        self._state = {name: ops.convert_to_numpy(after[name]) for name in self._start}
        return ops.convert_to_numpy(after[SCORES])[0]

    def predict(self, clip: np.ndarray) -> np.ndarray:
        """Scores at every frame of a stream of its own."""
        self._state = self._start
        return np.stack([self.step(frame) for frame in clip])
