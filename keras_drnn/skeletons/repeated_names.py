"""Files of one name, in several folders or in capitals and not: one of them is read."""

import filecmp
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from keras_drnn.skeletons.words import counted


@dataclass(frozen=True)
class RepeatedName:
    """A file that is left out because another one of the same name is read.

    Args:
        name: The file, within the folder of the data.
        read: The one that is read, likewise.
        alike: Whether the two are the same, by their sizes and times of change or by their bytes.
    """

    name: str
    read: str
    alike: bool

    @classmethod
    def of(cls, root: Path, left_out: Path, read: Path) -> "RepeatedName":
        """Compare two files of one name."""
        try:
            alike = filecmp.cmp(left_out, read)
        except OSError:  # that one of them cannot be read is found out when it is
            alike = False
        return cls(left_out.relative_to(root).as_posix(), read.relative_to(root).as_posix(), alike)

    def __str__(self) -> str:
        which = "a copy of" if self.alike else "differs from"
        return f"{self.name}: {which} {self.read}, which is read"


def repeated_names_warning(repeated: Collection[RepeatedName]) -> str | None:
    """A warning that counts files of a name that was read already, or `None`.

    Args:
        repeated: The files that are left out.
    """
    if not repeated:
        return None
    different = [each for each in repeated if not each.alike]
    text = f"{counted(len(repeated), 'file')} not read, as another of the same name is: "
    copies = counted(len(repeated) - len(different), "copy", "copies")
    if not different:
        return text + copies
    return f"{text}{copies}, {len(different)} not alike, look which is right; {different[0]}"
