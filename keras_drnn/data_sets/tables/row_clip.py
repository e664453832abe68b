"""From a row of a table to a clip."""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from keras_drnn.data_sets.tables.axes import Turn, upright
from keras_drnn.data_sets.tables.crowd import most_present
from keras_drnn.data_sets.tables.frame_rate import at_rate
from keras_drnn.data_sets.tables.numbering import UNKNOWN
from keras_drnn.recordings.arrangement import Arrangement
from keras_drnn.recordings.clip_array import ArrayClip, ClipArray
from keras_drnn.recordings.errors import RecordingError
from keras_drnn.recordings.missing import hold_missing, mark_missing
from keras_drnn.recordings.origin import Origin
from keras_drnn.recordings.part import part_of
from keras_drnn.recordings.recording_file import RecordingFile
from keras_drnn.recordings.row import RecordingRow
from keras_drnn.skeletons.clip import Clip
from keras_drnn.skeletons.layouts import JointLayout
from keras_drnn.skeletons.source import Outcome

SIDES = {"train": 1, "validation": 2, "test": 3}


@dataclass(frozen=True)
class Reading:
    """How the recordings of a table are read.

    Args:
        shape: Bodies, joints (or channels) and axes of a clip.
        layout: What the joints are; `None` for channels.
        times: What `start` and `end` of a row count.
        up: The axis that points up.
        units: What the coordinates are in.
        confidence: Joints of less confidence are missing.
        fps: The frame rate that all recordings are brought to; `None` leaves them as they are.
        columns: What the numbers of a joint are where a file does not say it; see `Arrangement`.
        order: How rows hold the numbers of a frame; see `Arrangement`.
        array_axes: Axes of the array of all clips, if they are in one: another array of as many
            axes is one of several clips as well.
    """

    shape: tuple[int, int, int]
    layout: JointLayout | None
    times: Literal["seconds", "frames"]
    up: str | None = None
    units: str | None = None
    confidence: float = 0.0
    fps: float | None = None
    columns: str | None = None
    order: str | None = None
    array_axes: int | None = None

    def as_json(self) -> dict[str, Any]:
        """What a model's folder says of it, for other recordings to be read alike."""
        return asdict(self)

    @classmethod
    def of_json(cls, said: Mapping[str, Any]) -> "Reading":
        """Back from `as_json`."""
        layout = said["layout"]
        return cls(**{**said, "shape": tuple(said["shape"]), "layout": layout and _layout(layout)})

    @property
    def turn(self) -> Turn:
        """What brings joints of the recordings to the axes and units of the features."""
        return upright(self.up, self.units, self.shape[2])

    @property
    def arrangement(self) -> Arrangement:
        """How the numbers of a recording are arranged."""
        return Arrangement(self.layout, self.columns, self.order)

    def origins(self, path: Path) -> list[Origin]:
        """The recordings of a file: one, or the clips of an array like that of all clips.

        Args:
            path: The file, or a folder with a file for each frame.
        """
        if self.array_axes is not None and path.suffix.casefold() in (".npy", ".npz"):
            # What is no such array may be one recording; what it is not, its reader says.
            with suppress(RecordingError):
                array = ClipArray(path)
                if array.values.ndim == self.array_axes:
                    return [ArrayClip(array, number) for number in range(len(array.values))]
        return [RecordingFile(path)]

    def values(self, row: RecordingRow, assumed_rate: float | None = None) -> np.ndarray:
        """The joints or channels of a row, `(frames, bodies, joints, axes)`, nothing missing.

        Args:
            row: The row.
            assumed_rate: Frames per second, if neither the row nor the file says it.

        Raises:
            SkeletonFileError: If the recording cannot be read, or is not like the others.
        """
        return self.prepared(self.recorded(row, assumed_rate))

    def recorded(self, row: RecordingRow, assumed_rate: float | None = None) -> np.ndarray:
        """The frames of a row in the recording's axes and units, NaN where something is missing.

        A joint is missing, too, where its confidence is 0 or below `confidence`. The arguments and
        errors are those of `values`, of whose shape it is.
        """
        return self.kept(row, assumed_rate)[0]

    def kept(
        self, row: RecordingRow, assumed_rate: float | None = None
    ) -> tuple[np.ndarray, str | None]:
        """What `recorded` gives, and in words who is left out of it.

        Of more people than clips have room for, those that are there in the most frames are kept.
        """
        frames, remark = most_present(self._everybody(row, assumed_rate), self.shape[0])
        return self._fitting(row, frames), remark

    def _everybody(self, row: RecordingRow, assumed_rate: float | None) -> np.ndarray:
        """The frames of a row with as many bodies as there are."""
        said = replace(self.arrangement, frame_rate=row.fps or assumed_rate)
        recording = row.origin.read(said)
        rate = row.fps or recording.frame_rate or assumed_rate
        frames = part_of(row, len(recording.values), rate, self.times)
        values = recording.values[frames]
        if recording.confidence is not None:
            values = mark_missing(values, recording.confidence[frames], self.confidence)
        if self.fps is not None:
            if rate is None:
                raise _error(
                    row,
                    "expected its frame rate, received none. Write it into the column fps, or, if "
                    "it is that of all, `fps = 30` into a description (TOML)",
                )
            values = at_rate(values, rate, self.fps)
        if not np.nan_to_num(values).any():
            raise _error(row, self._nothing)
        return values[:, None, :, None] if values.ndim == 2 else values

    def prepared(self, frames: np.ndarray) -> np.ndarray:
        """What features are made of: nothing missing, y up, metres if that can be had.

        Args:
            frames: As `recorded` gives them.
        """
        if self.layout is None:
            return hold_missing(frames[:, 0, :, 0])[:, None, :, None]
        return self.turn(hold_missing(frames))

    @property
    def _nothing(self) -> str:
        if self.layout is None:
            return "expected a channel that is not zero in at least one frame, received none in any"
        return "expected somebody in at least one frame, received nobody in any"

    def _fitting(self, row: RecordingRow, values: np.ndarray) -> np.ndarray:
        bodies, joints, axes = self.shape
        if values.shape[2:] != (joints, axes):
            raise _error(
                row,
                f"expected {_words(joints, axes)}, as in the other recordings, received "
                f"{_words(*values.shape[2:])}",
            )
        absent = ((0, 0), (0, bodies - values.shape[1]), (0, 0), (0, 0))
        return np.pad(values, absent, constant_values=np.nan)


def clip_of_row(
    row: RecordingRow, reading: Reading, numbers: Mapping[str, Mapping[str, int]], name: str
) -> Outcome:
    """The clip of a row, and the SHA-256 of what it holds.

    Args:
        row: The row.
        reading: How it is read.
        numbers: The numbers of labels, subjects, cameras and sessions, by column.
        name: Name of the clip.

    Raises:
        SkeletonFileError: If the recording cannot be read, or is not like the others.
    """
    frames, remark = reading.kept(row)
    values = np.ascontiguousarray(reading.prepared(frames))

    def number(column: str, text: str | None) -> int:
        return UNKNOWN if text is None else numbers[column][text]

    clip = Clip(
        joints=values,
        mask=np.asarray(values.any(axis=(2, 3))),
        subject=number("subject", row.subject),
        camera=number("camera", row.camera),
        action=number("label", row.label),
        name=name,
        setup=number("session", row.session),
        part=SIDES[row.split] if row.split else UNKNOWN,
    )
    # Of a part of a longer file it is the part that may have a copy.
    return Outcome(clip, hashlib.sha256(values.data).hexdigest(), remark=remark)


def _layout(said: Mapping[str, Any]) -> JointLayout:
    """A layout from JSON, which knows lists alone."""

    def hashable(value: Any) -> Any:
        return tuple(map(hashable, value)) if isinstance(value, list | tuple) else value

    return JointLayout(**{key: hashable(value) for key, value in said.items()})


def _words(joints: int, axes: int) -> str:
    return f"{joints} channels" if axes == 1 else f"{joints} joints in {axes}-D"


def _error(row: RecordingRow, reason: str) -> RecordingError:
    return RecordingError(row.origin.path, None, reason, "recording")
