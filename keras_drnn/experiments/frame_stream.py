"""A trained model that is fed one frame at a time, be it a Keras model or an exported stream."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from keras_drnn.data_sets.tables.row_clip import Reading
from keras_drnn.experiments.scored import describe_file
from keras_drnn.experiments.timeline import detector_of
from keras_drnn.keras_file import read_keras_file
from keras_drnn_runtime import Event, StreamingClassifier, read_metadata
from keras_drnn_runtime.inputs import checked
from keras_drnn_runtime.names import FRAME, SCORES


class FrameStream:
    """The events of a stream of frames.

    Args:
        path: A `.keras` file, or a `.tflite` file that reads one frame at a time.

    Raises:
        ValueError: If it is no such file, or a layer of the model cannot run one frame at a time.
    """

    def __init__(self, path: Path) -> None:
        if not path.is_file() or path.suffix not in (".keras", ".tflite"):
            raise ValueError(
                f"Expected a .keras file, or a .tflite file that reads streams. Received: {path}"
            )
        description = describe_file(path)
        opened = _of_keras(path, description) if path.suffix == ".keras" else _of_tflite(path)
        #: Bodies, joints and axes of a frame.
        self.shape, self._score = opened
        if len(self.shape) != 3:
            raise ValueError(
                "Expected a model of joints, (bodies, joints, axes) in a frame. Received: "
                f"{path}, which reads {self.shape}"
            )
        self._detector = detector_of(description)

    @property
    def frames(self) -> int:
        """Frames so far."""
        return self._detector.frames

    @property
    def current(self) -> Event | None:
        """The event that lasts, or `None`."""
        return self._detector.current

    def step(self, frame: np.ndarray | None) -> Event | None:
        """Take one more frame.

        Args:
            frame: As the model takes it; `None` for a lost one.

        Returns:
            An event that begins or ends with it, or `None`.

        Raises:
            ValueError: If the frame does not fit; the stream is then as it was.
        """
        if frame is None:
            frame = np.zeros(self.shape)
        scores = self._score(frame)
        return self._detector.step(scores if np.nan_to_num(frame).any() else None)

    def finish(self) -> Event | None:
        """The event that lasts, if there is one, ended: the stream is over."""
        return self._detector.finish()


_Opened = tuple[tuple[int, ...], Callable[[np.ndarray], np.ndarray]]


def _of_tflite(path: Path) -> _Opened:
    if not read_metadata(path).get("streaming"):
        raise ValueError(
            "Expected a file that reads one frame at a time, as `drnn export MODEL FILE "
            f"--streaming` writes it, or the .keras file. Received: {path}, of whole clips"
        )
    classifier = StreamingClassifier(path)
    return classifier.frame_shape, classifier.step


def _of_keras(path: Path, description: dict) -> _Opened:
    from keras_drnn.experiments.recorded_frames import takes_recorded
    from keras_drnn.export.streaming import StreamingModel

    gaps = bool(description.get("reading"))
    if gaps:
        model = takes_recorded(path, Reading.of_json(description["reading"]))
    else:
        model = read_keras_file(path)
    streaming = StreamingModel(model)
    step, state = streaming.step_model(), streaming.initial_state()
    shape = streaming.frame_shape

    def score(frame: np.ndarray) -> np.ndarray:
        nonlocal state
        given = checked(frame, shape, "a frame", gaps=gaps)[None]
        after = step.predict_on_batch({FRAME: given, **state})
        scores = np.asarray(after[SCORES])[0]
        state = {name: after[name] for name in state}
        return scores

    return shape, score
