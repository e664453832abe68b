"""Reading recordings, whatever the format of the file."""

from pathlib import Path

from keras_drnn.recordings.arrangement import Arrangement
from keras_drnn.recordings.errors import RecordingError
from keras_drnn.recordings.formats.registry import find_format
from keras_drnn.recordings.formats.source import Source
from keras_drnn.recordings.recording import Recording
from keras_drnn.skeletons.layouts import JointLayout, find_layout


def read_recording(
    path: str | Path,
    *,
    layout: JointLayout | str | None = None,
    columns: str | None = None,
    order: str | None = None,
    frame_rate: float | None = None,
) -> Recording:
    """Read the recording that a file holds.

    Args:
        path: The file, or OpenPose's folder of files.
        layout: What the joints are, or the name of a layout.
        columns: See `Arrangement`, as for `order`.
        order: See `Arrangement`.
        frame_rate: See `Arrangement`.

    Raises:
        SkeletonFileError: If the file is not a whole and sound one, in one of the formats, or has
            several recordings.
        ValueError: If an argument is not one of those above.

    Example:

    >>> import tempfile
    >>> import numpy as np
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.save(path := Path(folder, "wave.npy"), np.ones((40, 17, 2)))
    ...     recording = read_recording(path, layout="coco_17")
    >>> recording.values.shape
    (40, 1, 17, 2)
    """
    recordings = read_recordings(
        path, layout=layout, columns=columns, order=order, frame_rate=frame_rate
    )
    if len(recordings) != 1:
        raise RecordingError(
            path,
            None,
            f"expected one recording, received {len(recordings)}; a file of several is a data set "
            "of its own, not a row of a table",
            "several recordings",
        )
    return recordings[0]


def read_recordings(
    path: str | Path,
    *,
    layout: JointLayout | str | None = None,
    columns: str | None = None,
    order: str | None = None,
    frame_rate: float | None = None,
) -> list[Recording]:
    """Read all recordings that a file holds: several in a `.ts` file or pyskl's annotations.

    The arguments and errors are those of `read_recording`.
    """
    layout = find_layout(layout) if isinstance(layout, str) else layout
    source = Source(Path(path))
    return find_format(source).read(source, Arrangement(layout, columns, order, frame_rate))
