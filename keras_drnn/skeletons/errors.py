"""The errors of the readers and of the store."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keras_drnn.skeletons.summary import ScanSummary


class SkeletonFileError(ValueError):
    """A skeleton file that cannot be read: which, where in it, and what was expected.

    Args:
        path: The file.
        line: Line of the fault, counted from 1, or `None` if the fault is not in a line (a file
            name that is not the pattern, a folder in place of a file).
        reason: What was expected and what was found.
        kind: A short name of the sort of fault, such as `"truncated"`: what a summary groups by.

    Example:

    >>> error = SkeletonFileError("a.skeleton", 3, "expected 25 joints", "joint count")
    >>> str(error)
    'a.skeleton, line 3: expected 25 joints'
    """

    def __init__(self, path: str | Path, line: int | None, reason: str, kind: str) -> None:
        # All arguments go to the base class: that is what makes the error picklable.
        super().__init__(path, line, reason, kind)
        self.path = Path(path)
        self.line = line
        self.reason = reason
        self.kind = kind

    def __str__(self) -> str:
        where = str(self.path) if self.line is None else f"{self.path}, line {self.line}"
        return f"{where}: {self.reason}"


class ClipStoreError(ValueError):
    """A clip store that cannot be built or opened, with what to do about it."""


class NoClipsError(ClipStoreError):
    """A folder or a table of which nothing can be read.

    Args:
        summary: What came of reading it, a `ScanSummary`.
    """

    def __init__(self, summary: "ScanSummary") -> None:
        unit = summary.listing.unit
        super().__init__(f"Expected at least 1 {unit} that can be read, found none.\n{summary}")
        self.summary = summary
