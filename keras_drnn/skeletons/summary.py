"""What came of reading a folder: how many clips, and what was left out and why."""

from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from keras_drnn.skeletons.errors import SkeletonFileError
from keras_drnn.skeletons.listing import Listing
from keras_drnn.skeletons.words import counted


@dataclass(frozen=True)
class Fault:
    """A file that was left out.

    Args:
        name: File name.
        line: Line of the fault, counted from 1, or `None`.
        kind: Short name of the sort of fault.
        reason: What was expected and what was found.
    """

    name: str
    line: int | None
    kind: str
    reason: str

    @classmethod
    def of(cls, error: SkeletonFileError) -> "Fault":
        """The fault that an error reports."""
        return cls(error.path.name, error.line, error.kind, error.reason)

    def __str__(self) -> str:
        where = self.name if self.line is None else f"{self.name}, line {self.line}"
        return f"{where}: {self.reason}"


@dataclass(frozen=True)
class ScanSummary:
    """What came of reading a folder.

    Args:
        root: The folder.
        read: Number of clips.
        faults: The files left out because something is wrong with them, sorted by name.
        listed: Names, without suffix, of the files left out as listed as missing.
        ignored: Number of other things in the folder.
        warnings: What in the list of missing samples was not understood.

    Example:

    >>> fault = Fault("a.skeleton", 3, "joint count", "expected 25 joints, received 24")
    >>> print(ScanSummary(Path("clips"), 7, (fault,), ("b",), 2))
    clips: 7 clips read, 1 file left out as faulty, 1 listed as missing, 2 unrelated ignored
    joint count, 1 file:
      a.skeleton, line 3: expected 25 joints, received 24
    """

    root: Path
    read: int
    faults: tuple[Fault, ...]
    listed: tuple[str, ...]
    ignored: int
    warnings: tuple[str, ...] = ()

    @classmethod
    def of(cls, listing: Listing, read: int, faults: tuple[Fault, ...]) -> "ScanSummary":
        """What came of reading the files of a listing."""
        return cls(listing.root, read, faults, listing.listed, listing.ignored, listing.warnings)

    def by_kind(self) -> dict[str, tuple[Fault, ...]]:
        """The faults of each kind, the kinds in alphabetical order."""
        faults = sorted(self.faults, key=lambda fault: fault.kind)
        return {kind: tuple(group) for kind, group in groupby(faults, lambda fault: fault.kind)}

    def __str__(self) -> str:
        lines = [
            f"{self.root}: {counted(self.read, 'clip')} read, "
            f"{counted(len(self.faults), 'file')} left out as faulty, "
            f"{len(self.listed)} listed as missing, {self.ignored} unrelated ignored"
        ]
        for kind, faults in self.by_kind().items():
            lines.append(f"{kind}, {counted(len(faults), 'file')}:")
            lines += [f"  {fault}" for fault in faults]
        lines += self.warnings
        return "\n".join(lines)
