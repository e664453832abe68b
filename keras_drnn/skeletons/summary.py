"""What came of reading a folder: how many clips, and what was left out and why."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from keras_drnn.skeletons.errors import SkeletonFileError
from keras_drnn.skeletons.listing import Listing
from keras_drnn.skeletons.repeated_names import repeated_names_warning
from keras_drnn.skeletons.words import counted

# As many names stand in a line; all of them are in the JSON of `drnn data info`.
_SHOWN = 5


@dataclass(frozen=True)
class Fault:
    """A file that was left out.

    Args:
        name: File name, within the folder that was read.
        line: Line of the fault, counted from 1, or `None`.
        kind: Short name of the sort of fault.
        reason: What was expected and what was found.
    """

    name: str
    line: int | None
    kind: str
    reason: str

    @classmethod
    def of(cls, error: SkeletonFileError, name: str) -> "Fault":
        """The fault that an error reports, of the entry of a name."""
        return cls(name, error.line, error.kind, error.reason)

    def __str__(self) -> str:
        where = self.name if self.line is None else f"{self.name}, line {self.line}"
        return f"{where}: {self.reason}"


@dataclass(frozen=True)
class ScanSummary:
    """What came of reading a folder.

    Args:
        listing: What the folder holds.
        read: Number of clips.
        faults: The files left out because something is wrong with them, sorted by name.
        remarks: What of a file is not in its clip, by the file's name.

    Example:

    >>> from pathlib import Path
    >>> fault = Fault("a.skeleton", 3, "joint count", "expected 25 joints, received 24")
    >>> listing = Listing(Path("clips"), (), listed=("b",), ignored=("README", "old.zip"))
    >>> print(ScanSummary(listing, 7, (fault,)))
    clips: 7 clips read, 1 file left out as faulty, 1 listed as missing, 2 unrelated ignored
    joint count, 1 file:
      a.skeleton, line 3: expected 25 joints, received 24
    ignored: README, old.zip
    """

    listing: Listing
    read: int
    faults: tuple[Fault, ...]
    remarks: Mapping[str, str] = field(default_factory=dict)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is odd: in the list of files, and in some of the files that were read."""
        alike: dict[str, list[str]] = {}
        for name, remark in self.remarks.items():
            alike.setdefault(remark, []).append(name)
        unit = self.listing.unit
        return (
            *self.listing.warnings,
            *(
                f"{counted(len(names), unit)}: {remark}: {_some(names)}"
                for remark, names in alike.items()
            ),
        )

    def by_kind(self) -> dict[str, tuple[Fault, ...]]:
        """The faults of each kind, the kinds in alphabetical order."""
        faults = sorted(self.faults, key=lambda fault: fault.kind)
        return {kind: tuple(group) for kind, group in groupby(faults, lambda fault: fault.kind)}

    @property
    def left_out(self) -> tuple[str, ...]:
        """Every file that is meant as a clip and not read, with the reason."""
        listing = self.listing
        return (
            *map(str, self.faults),
            *(f"{name}: listed as missing" for name in listing.listed),
            *(f"{name}: {listing.extent.reason(each)}" for name, each in listing.beyond.items()),
            *map(str, listing.repeated),
        )

    def __str__(self) -> str:
        listing = self.listing
        first = (
            f"{listing.root}: {counted(self.read, 'clip')} read, "
            f"{counted(len(self.faults), listing.unit)} left out as faulty"
        )
        if listing.unit == "file":
            first += f", {len(listing.listed)} listed as missing"
            first += f", {len(listing.ignored)} unrelated ignored"
        lines = [first]
        for kind, faults in self.by_kind().items():
            lines.append(f"{kind}, {counted(len(faults), listing.unit)}:")
            lines += [f"  {fault}" for fault in faults]
        if listing.beyond:
            lines.append(listing.extent.report(listing.beyond.values()))
        repeated = repeated_names_warning(listing.repeated)
        if repeated:
            lines.append(repeated)
        if listing.ignored:
            lines.append(f"ignored: {_some(listing.ignored)}")
        lines += self.warnings
        return "\n".join(lines)


def _some(names: Collection[str]) -> str:
    """The first few of some names."""
    shown = ", ".join(list(names)[:_SHOWN])
    more = len(names) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown
