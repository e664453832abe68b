"""What belongs to a data set, by the names of its files."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from keras_drnn.skeletons.index import ClipIndex
from keras_drnn.skeletons.words import counted, ranges

# What file names give as numbers; a clip has each of them under the same name.
ATTRIBUTES = ("setup", "camera", "subject", "action")


@dataclass(frozen=True)
class Extent:
    """Which clips a data set has. The files of others are left out unread, counted and named.

    Args:
        setups: The setups that there are, or `None` for whatever the file names say.
        cameras: The cameras, likewise.
        subjects: The people, likewise.
        actions: The actions, likewise.
        missing: Names, without suffix, of the samples whose skeletons are missing or incomplete as
            the authors of the data say; they are left out like those of a list that is given.
        larger: The extents of data sets that have these clips and more, by their names: to say
            which one reads what is left out.

    Example:

    >>> Extent(actions=range(1, 61)).beyond({"subject": "003", "action": "061"})
    {'action': 61}
    """

    setups: Collection[int] | None = None
    cameras: Collection[int] | None = None
    subjects: Collection[int] | None = None
    actions: Collection[int] | None = None
    missing: frozenset[str] = frozenset()
    larger: "Mapping[str, Extent]" = field(default_factory=dict)

    def numbers(self, attribute: str) -> Collection[int] | None:
        """The numbers that there are.

        Args:
            attribute: `"setup"`, `"camera"`, `"subject"` or `"action"`.
        """
        return getattr(self, f"{attribute}s")

    @cached_property
    def bounds(self) -> dict[str, str]:
        """The numbers that there are, in words, where not every number will do."""
        numbers = {attribute: self.numbers(attribute) for attribute in ATTRIBUTES}
        return {name: ranges(there) for name, there in numbers.items() if there is not None}

    def beyond(self, name: re.Match[str] | Mapping[str, str | int]) -> dict[str, int]:
        """The numbers of a file name that the data set does not have.

        Args:
            name: What the file name says, by attribute.
        """
        said = name.groupdict() if isinstance(name, re.Match) else name
        found = {}
        for attribute in ATTRIBUTES:
            numbers = self.numbers(attribute)
            if attribute in said and numbers is not None and int(said[attribute]) not in numbers:
                found[attribute] = int(said[attribute])
        return found

    def reason(self, beyond: Mapping[str, int]) -> str:
        """Why a file is left out.

        Args:
            beyond: As from `beyond`.
        """
        return " and ".join(
            f"{attribute} {number} is beyond the data set's {self.bounds[attribute]}"
            for attribute, number in beyond.items()
        )

    def report(self, beyond: Collection[Mapping[str, int]]) -> str:
        """How many files are left out, by which of their numbers, and what reads them.

        Args:
            beyond: As from `beyond`, for each file.
        """
        parts = []
        for attribute in ATTRIBUTES:
            numbers = [each[attribute] for each in beyond if attribute in each]
            if numbers:
                parts.append(
                    f"{len(numbers)} of {attribute} {ranges(numbers)} (it has "
                    f"{self.bounds[attribute]})"
                )
        text = f"{counted(len(beyond), 'file')} beyond the data set, not read: {'; '.join(parts)}"
        for name, extent in self.larger.items():
            read = sum(not extent.beyond(each) for each in beyond)
            if read:
                which = "them" if read == len(beyond) else f"{read} of them"
                text += f"; --data {name} reads {which}"
        return text


EVERYTHING = Extent()


def fewer_actions_warning(index: ClipIndex, extent: Extent) -> str | None:
    """A warning for clips of some of a data set's actions alone, or `None`.

    Accuracies on fewer classes are higher, and a half of a data set that comes in two downloads
    looks like a whole one.

    Args:
        index: The index of the store.
        extent: Which clips the data set has.
    """
    if extent.actions is None:
        return None
    absent = set(extent.actions) - set(index.action.tolist())
    if not absent:
        return None
    count = len(extent.actions)
    return (
        f"There are clips of {count - len(absent)} of the data set's {count} actions, none of "
        f"action {ranges(absent)}: accuracies on them are not those on all {count}"
    )
