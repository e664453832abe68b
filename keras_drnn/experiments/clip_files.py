"""Recordings on disk, read as those that a model was trained on."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from keras_drnn.data_sets import DataSetError, data_set_names, find_data_set
from keras_drnn.data_sets.tables.row_clip import Reading
from keras_drnn.recordings.row import RecordingRow
from keras_drnn.skeletons.layouts import JointLayout
from keras_drnn.skeletons.reader import Reader
from keras_drnn_runtime.names import RECORDED

KEYPOINTS = "_keypoints.json"  # the end of the names that OpenPose gives the files of a recording


@dataclass(frozen=True, eq=False)
class ReadClip:
    """A recording as it is read for a model.

    Args:
        frames: What the model takes.
        joints: `(frames, bodies, joints, axes)`, y up and nothing missing, or channels.
        layout: What the joints are; `None` for channels.
        frame_rate: Frames per second, if known.
        remark: What of the recording is not used, or `None`.
    """

    frames: np.ndarray
    joints: np.ndarray
    layout: JointLayout | None
    frame_rate: float | None = None
    remark: str | None = None

    @property
    def seen(self) -> np.ndarray:
        """`(frames,)` booleans, where somebody is."""
        return np.asarray(self.joints.any(axis=(1, 2, 3)))


def read_clips(path: Path, description: dict) -> list[tuple[Path, Callable[[], ReadClip]]]:
    """The clips of a path, each with what reads it.

    Args:
        path: A recording, a folder of them, or an array of clips.
        description: What is known of a model, as `describe_file` gives it: how recordings are to be
            read by it.

    Raises:
        ValueError: If there are none.
    """
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


def _read_row(reading: Reading, row: RecordingRow, as_recorded: bool) -> ReadClip:
    recorded, remark = reading.kept(row, assumed_rate=reading.fps)
    prepared = reading.prepared(recorded)
    rate = reading.fps or row.origin.read(reading.arrangement).frame_rate
    frames = recorded if as_recorded else prepared
    return ReadClip(frames, prepared, reading.layout, rate, remark)


def _read_joints(reader: Reader, path: Path) -> ReadClip:
    joints = reader.read_joints(path)
    return ReadClip(joints, joints, reader.layout)


def _recordings(path: Path) -> list[Path]:
    """A recording, be it a folder with a file for each frame, or all those in a folder."""
    if not path.is_dir() or any(path.glob(f"*{KEYPOINTS}")):
        return [path]
    found = sorted(each for each in path.iterdir() if not each.name.startswith("."))
    if not found:
        raise ValueError(f"Expected a recording, or a folder of them. Received: {path}, empty")
    return found


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
