"""One array of all clips, as many people keep theirs: recordings by number."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from keras_drnn.recordings.arrangement import Arrangement
from keras_drnn.recordings.array_file import open_array
from keras_drnn.recordings.formats.arrays import looks_like_scores, make_recording, order_of
from keras_drnn.recordings.formats.source import Source
from keras_drnn.recordings.recording import Recording
from keras_drnn.skeletons.source import file_state


@dataclass(frozen=True, slots=True)
class ClipArray:
    """An array of all clips, mapped from its file.

    Args:
        path: A `.npy` file, or a `.npz` with an array `x`: `(clips, frames, numbers)`,
            `(clips, frames, joints, numbers)` or `(clips, frames, bodies, joints, numbers)`.

    Example:

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.save(path := Path(folder, "X.npy"), np.ones((9, 50, 6), "float32"))
    ...     clip = ArrayClip(ClipArray(path), number=8, length=31)
    ...     shape = clip.read(Arrangement()).values.shape
    >>> clip.name, shape
    ('X.npy[8]', (31, 6))
    """

    path: Path

    @property
    def values(self) -> np.ndarray:
        """The array.

        Raises:
            RecordingError: If the file holds no such array.
        """
        return _open(self.path, *file_state(self.path))


@dataclass(frozen=True, slots=True)
class ArrayClip:
    """A clip of an array.

    Args:
        array: The array.
        number: Which one, from 0.
        length: Frames of the clip, those behind being padding. If it is not known, frames at the
            end that are all NaN, or all exactly zero, are padding.
    """

    array: ClipArray
    number: int
    length: int | None = None

    @property
    def path(self) -> Path:
        """The array's file, and the number as an index of the array."""
        return self.array.path.with_name(self.name)

    @property
    def name(self) -> str:
        """The same without folders."""
        return f"{self.array.path.name}[{self.number}]"

    @property
    def stem(self) -> str:
        """The name of the file without its suffix."""
        return self.array.path.stem

    @property
    def state(self) -> tuple:
        """Size and time of change of the array's file."""
        return file_state(self.array.path)

    @property
    def frames(self) -> np.ndarray:
        """The frames of the clip, as they are in the array."""
        padded = self.array.values[self.number]
        return padded[: _frames(padded) if self.length is None else self.length]

    def read(self, arrangement: Arrangement) -> Recording:
        """Read the clip."""
        return make_recording(Source(self.path), np.array(self.frames), arrangement)


def settle(clips: Sequence[ArrayClip], arrangement: Arrangement) -> Arrangement:
    """Find out for all clips together what is not said of how their numbers are arranged.

    Args:
        clips: Some clips of one array.
        arrangement: What is said.

    Raises:
        RecordingError: If the order of the numbers is not said, and they do not show it.
    """
    layout = arrangement.layout
    if layout is None:
        return arrangement
    frames = np.concatenate([clip.frames for clip in clips])
    if frames.ndim == 2:
        numbers, rest = divmod(frames.shape[1], len(layout))
        if rest or numbers not in (2, 3, 4):
            return arrangement  # which every clip will be told of
        source = Source(clips[0].array.path)
        order = arrangement.order or order_of(source, frames, numbers, layout)
        arrangement = replace(arrangement, order=order)
        by_axis = frames.reshape(len(frames), numbers, -1).swapaxes(1, 2)
        frames = by_axis if order == "axis" else frames.reshape(len(frames), -1, numbers)
    undecided = arrangement.columns is None and frames.shape[-1] == 3
    if undecided and not looks_like_scores(frames, layout):
        return replace(arrangement, columns="xyz")
    return arrangement


# The last one stays open: its clips are asked for one after the other.
@lru_cache(maxsize=1)
def _open(path: Path, *state: object) -> np.ndarray:
    array, source = open_array(path, ("x",)), Source(path)
    if array.dtype.kind not in "iuf":
        raise source.error(f"expected numbers, received values of type {array.dtype}", "type")
    if array.ndim not in (3, 4, 5) or not array.size:
        hint = " For one channel, save X[:, :, None]." if array.ndim == 2 else ""
        raise source.error(
            "expected clips in an array (clips, frames, channels), (clips, frames, joints * axes), "
            "(clips, frames, joints, axes) or (clips, frames, bodies, joints, axes), received "
            f"shape {array.shape}.{hint}",
            "shape",
        )
    return array


def _frames(padded: np.ndarray) -> int:
    """Frames without those at the end that are all NaN, or all zero; all if there are no others."""
    numbers = padded.reshape(len(padded), -1)
    there = np.flatnonzero(~(np.isnan(numbers).all(axis=1) | (numbers == 0).all(axis=1)))
    return int(there[-1]) + 1 if there.size else len(padded)
