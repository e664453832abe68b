"""What a trained model says at every frame of recordings on disk."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from keras_drnn.data_sets import DataSetError, data_set_names, find_data_set
from keras_drnn.data_sets.tables.row_clip import Reading
from keras_drnn.experiments.sources import describe_model
from keras_drnn.recordings.row import RecordingRow
from keras_drnn.skeletons.errors import SkeletonFileError
from keras_drnn.skeletons.reader import Reader
from keras_drnn.skeletons.words import counted
from keras_drnn_runtime.names import RECORDED

_Run = Callable[[np.ndarray], np.ndarray]
# Gives the frames that the model takes, in which of them somebody is, and what is left out.
_Read = Callable[[], tuple[np.ndarray, np.ndarray, str | None]]
_Shape = Sequence[int | None]
KEYPOINTS = "_keypoints.json"  # the end of the names that OpenPose gives the files of a recording


@dataclass(frozen=True, eq=False)
class Scored:
    """What a model says about a recording.

    Args:
        path: The file.
        scores: `(frames, classes)` logits; empty if there is an error.
        seen: `(frames,)` booleans, where somebody is.
        error: Why there are no scores, or `None`.
        remark: What of the recording was not used, or `None`.
    """

    path: Path
    scores: np.ndarray
    seen: np.ndarray
    error: str | None = None
    remark: str | None = None


def scored(model_path: Path, clips_path: Path) -> Iterator[Scored]:
    """Run a model over a recording, or every recording of a folder.

    Args:
        model_path: A `.keras` or `.tflite` file of a run. Files of recordings get their reader from
            what the `.tflite` file says of itself, or from `classes.json` beside the file.
        clips_path: A file of the data set that the model was trained on, whatever its name, or a
            folder of them, or an array like the one of all clips.

    Yields:
        What it says of each, in order of the files' names; of a faulty one, the error.

    Raises:
        ValueError: If the model or the recordings are of an unknown kind, or there are none.
    """
    score = _scorer(model_path)
    for path, read in _clips(clips_path, describe_file(model_path)):
        try:
            frames, seen, remark = read()
            yield Scored(path, score(frames), seen, remark=remark)
        except SkeletonFileError as error:
            where = "" if error.line is None else f"line {error.line}: "
            yield _faulty(path, where + error.reason)
        except ValueError as error:
            yield _faulty(path, str(error))


def describe_file(model_path: Path) -> dict:
    """What is known of a model, `{}` if nothing is: `labels`, `data`, and more.

    Args:
        model_path: A `.keras` or `.tflite` file.
    """
    if model_path.suffix == ".tflite":
        from keras_drnn_runtime import read_metadata

        metadata = read_metadata(model_path)
        if metadata.get("labels") is not None:
            return metadata
    return describe_model(model_path)


def _faulty(path: Path, error: str) -> Scored:
    return Scored(path, np.zeros((0, 0)), np.zeros(0, bool), error)


def _clips(path: Path, description: dict) -> list[tuple[Path, _Read]]:
    """The clips of a path, each with what reads it."""
    if description.get("reading"):
        reading = Reading.of_json(description["reading"])
        as_recorded = description.get("input") == RECORDED
        rows = [
            RecordingRow(0, origin, "")
            for recording in _recordings(path)
            for origin in reading.origins(recording)
        ]
        return [(row.origin.path, partial(_read_row, reading, row, as_recorded)) for row in rows]
    readers = _readers(description.get("data"))
    return [
        (file, partial(_read_joints, readers[file.suffix.lower()], file))
        for file in _files(path, readers)
    ]


def _read_row(
    reading: Reading, row: RecordingRow, as_recorded: bool
) -> tuple[np.ndarray, np.ndarray, str | None]:
    recorded, remark = reading.kept(row, assumed_rate=reading.fps)
    prepared = reading.prepared(recorded)
    seen = np.asarray(prepared.any(axis=(1, 2, 3)))
    return recorded if as_recorded else prepared, seen, remark


def _read_joints(reader: Reader, path: Path) -> tuple[np.ndarray, np.ndarray, None]:
    joints = reader.read_joints(path)
    return joints, np.asarray(joints.any(axis=(1, 2, 3))), None


def _recordings(path: Path) -> list[Path]:
    """A recording, be it a folder with a file for each frame, or all those in a folder."""
    if not path.is_dir() or any(path.glob(f"*{KEYPOINTS}")):
        return [path]
    found = sorted(each for each in path.iterdir() if not each.name.startswith("."))
    if not found:
        raise ValueError(f"Expected a recording, or a folder of them. Received: {path}, empty")
    return found


def _scorer(path: Path) -> _Run:
    """A function from a clip's joints to its logits, `(frames, classes)`."""
    if not path.is_file():
        raise ValueError(f"Expected a model file, found none. Received: {path}")
    if path.suffix not in _OPENERS:
        raise ValueError(f"Expected a .keras or .tflite file. Received: {path}")
    shape, run = _OPENERS[path.suffix](path)
    if len(shape) != 5 or shape[2] is None or shape[3] is None:
        raise ValueError(
            "Expected a model of joints, (clips, frames, bodies, joints, 3), as `drnn train` makes "
            f"them. Received: {path}, which reads {tuple(shape)}"
        )
    bodies, joint_count = int(shape[2]), int(shape[3])

    def score(joints: np.ndarray) -> np.ndarray:
        if joints.shape[2] != joint_count:
            raise ValueError(
                f"expected clips of {joint_count} joints, as the model was trained on, received "
                f"{joints.shape[2]}"
            )
        if joints.shape[1] > bodies:
            raise ValueError(
                f"expected at most {counted(bodies, 'body', 'bodies')}, as the model was trained "
                f"on, received {joints.shape[1]}"
            )
        missing = bodies - joints.shape[1]
        return run(np.pad(joints, [(0, 0), (0, missing), (0, 0), (0, 0)]))

    return score


def _open_keras(path: Path) -> tuple[_Shape, _Run]:
    import keras

    model = keras.saving.load_model(path, compile=False)
    assert isinstance(model, keras.Model)
    predict_on_batch = model.predict_on_batch
    return model.input_shape, lambda joints: np.asarray(predict_on_batch(joints[None]))[0]


def _open_tflite(path: Path) -> tuple[_Shape, _Run]:
    from keras_drnn_runtime import open_model

    model = open_model(path)
    return model.input_shape, model.predict


_OPENERS = {".keras": _open_keras, ".tflite": _open_tflite}


def _readers(data: str | None) -> dict[str, Reader]:
    """The readers by the suffix of the files; the one of the model's data set comes first."""
    names = data_set_names()
    own = [data] if data in names else []
    readers: dict[str, Reader] = {}
    for name in (*own, *names):
        try:
            reader = find_data_set(name).reader
        except DataSetError:
            if name in own:
                raise
            continue  # some other package's, which these clips need not wait for
        if isinstance(reader, Reader):  # others bring clips, and no files that could be read
            readers.setdefault(reader.suffix, reader)
    return readers


def _files(path: Path, readers: dict[str, Reader]) -> list[Path]:
    def is_clip(file: Path) -> bool:
        return file.is_file() and file.suffix.lower() in readers

    if is_clip(path):
        return [path]
    found = sorted(filter(is_clip, path.glob("*"))) if path.is_dir() else []
    if not found:
        raise ValueError(
            f"Expected a {' or '.join(readers)} file, or a folder of them. Received: {path}"
        )
    return found
