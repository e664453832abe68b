"""The error of what reads recordings."""

from keras_drnn.skeletons.errors import SkeletonFileError


class RecordingError(SkeletonFileError):
    """A recording that cannot be read: which file, where in it, expected, received, what to do.

    Args:
        path: The file.
        line: Line of the fault, counted from 1, or `None` if the fault is not in a line. Where a
            frame is at fault, `reason` names it, counted from 1.
        reason: What was expected and what was received.
        kind: A short name of the sort of fault: what a summary groups by.

    Example:

    >>> str(RecordingError("a.npy", None, "expected 17 joints, received 16", "joint count"))
    'a.npy: expected 17 joints, received 16'
    """
