"""One array of all clips, as many people keep theirs: recordings by number."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import overload

import numpy as np

from keras_drnn.recordings.arrangement import Arrangement
from keras_drnn.recordings.errors import RecordingError
from keras_drnn.recordings.flat_order import find_order
from keras_drnn.recordings.formats.arrays import make_recording
from keras_drnn.recordings.formats.numpy_array import check_header
from keras_drnn.recordings.formats.source import Source
from keras_drnn.recordings.recording import Recording
from keras_drnn.skeletons.layouts import JointLayout, find_layout

# Enough of them to find out the order of their numbers.
_CLIPS = 20


class ClipArray(Sequence[Recording]):
    """The clips of a `.npy` file, each read when it is asked for.

    Args:
        path: A file of `(clips, frames, numbers)`, `(clips, frames, joints, numbers)` or
            `(clips, frames, bodies, joints, numbers)`.
        lengths: Frames of each clip, those behind being padding; all of them by default.
        layout: What the joints are, or the name of a layout.
        columns: See `Arrangement`, as for `order`.
        order: See `Arrangement`. If it is to be found out it is so for all clips together.

    Raises:
        RecordingError: If the file is not such an array, or the lengths do not fit it; as a clip is
            read, if something is wrong with it.

    Example:

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.save(path := Path(folder, "X.npy"), np.ones((9, 50, 6), "float32"))
    ...     shapes = [clip.values.shape for clip in ClipArray(path, lengths=[50] * 8 + [31])]
    >>> shapes[-2:]
    [(50, 6), (31, 6)]
    """

    def __init__(
        self,
        path: str | Path,
        lengths: Sequence[int] | np.ndarray | None = None,
        *,
        layout: JointLayout | str | None = None,
        columns: str | None = None,
        order: str | None = None,
    ) -> None:
        self._source = Source(Path(path))
        layout = find_layout(layout) if isinstance(layout, str) else layout
        self._arrangement = Arrangement(layout, columns, order)
        self._array = self._open()
        self._lengths = self._checked(lengths)
        if self._array.ndim == 3 and layout and order is None:
            self._arrangement = replace(self._arrangement, order=self._order(layout))

    def __len__(self) -> int:
        return len(self._array)

    @overload
    def __getitem__(self, index: int) -> Recording: ...
    @overload
    def __getitem__(self, index: slice) -> list[Recording]: ...

    def __getitem__(self, index: int | slice) -> Recording | list[Recording]:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        index = range(len(self))[index]
        clip = np.array(self._array[index, : self._lengths[index]])
        try:
            return make_recording(self._source, clip, self._arrangement)
        except RecordingError as error:
            raise self._source.error(f"clip {index + 1}: {error.reason}", error.kind) from error

    def _open(self) -> np.ndarray:
        source = self._source
        try:
            with source.path.open("rb") as file:
                check_header(source, file, source.path.stat().st_size)
            array = np.load(source.path, mmap_mode="r", allow_pickle=False)
        except OSError as error:
            raise source.error(
                f"expected a file that can be read: {error.strerror or error}", "unreadable"
            ) from error
        if array.ndim not in (3, 4, 5) or not array.size:
            raise source.error(
                "expected clips in an array (clips, frames, numbers), (clips, frames, joints, "
                "numbers) or (clips, frames, bodies, joints, numbers), received shape "
                f"{array.shape}",
                "shape",
            )
        return array

    def _checked(self, lengths: Sequence[int] | np.ndarray | None) -> np.ndarray:
        clips, frames = self._array.shape[:2]
        if lengths is None:
            return np.full(clips, frames)
        found = np.asarray(lengths)
        if found.shape != (clips,) or found.dtype.kind not in "iu":
            raise self._source.error(
                f"expected {clips} lengths, one whole number for each clip, received shape "
                f"{found.shape} {found.dtype}",
                "lengths",
            )
        wrong = np.flatnonzero((found < 1) | (found > frames))
        if wrong.size:
            raise self._source.error(
                f"expected lengths from 1 to {frames}, received {found[wrong[0]]} for clip "
                f"{wrong[0] + 1}",
                "lengths",
            )
        return found

    def _order(self, layout: JointLayout) -> str | None:
        rows = np.concatenate(
            [self._array[clip, : self._lengths[clip]] for clip in range(min(len(self), _CLIPS))]
        )
        numbers, rest = divmod(rows.shape[1], len(layout))
        if rest or numbers not in (2, 3, 4):
            return None
        return find_order(
            rows.reshape(-1, len(layout), numbers),
            rows.reshape(-1, numbers, len(layout)).swapaxes(1, 2),
            layout,
        )
