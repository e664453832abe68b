"""Where the clips of a store come from: a folder of files, or what else is read entry by entry."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from stat import S_ISDIR
from typing import Any, Protocol

from keras_drnn.skeletons.clip import Clip
from keras_drnn.skeletons.errors import SkeletonFileError
from keras_drnn.skeletons.layouts import JointLayout
from keras_drnn.skeletons.listing import Listing
from keras_drnn.skeletons.reader import Reader, file_bytes
from keras_drnn.skeletons.summary import Fault


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of one entry: a clip and the SHA-256 of the bytes it was read from, or an error.

    A remark says in words what of the entry is not in the clip.
    """

    clip: Clip | None = None
    sha256: str | None = None
    error: SkeletonFileError | None = None
    remark: str | None = None


class ClipSource(Protocol):
    """Entries that are read one by one, each into a clip or a fault, in an order of their own."""

    @property
    def kind(self) -> str:
        """What the entries are, in a word: the folder of a store begins with it."""
        ...

    @property
    def pattern(self) -> str:
        """What the files are, for messages."""
        ...

    @property
    def layout(self) -> JointLayout | None:
        """What the joints are; `None` for channels."""
        ...

    @property
    def joint_names(self) -> tuple[str, ...]:
        """The names of the joints, or of the channels."""
        ...

    @property
    def texts(self) -> Mapping[str, Mapping[int, str]]:
        """What the numbers of clips stand for, by attribute; of mere numbers nothing."""
        ...

    @property
    def description(self) -> dict[str, Any] | None:
        """How other recordings are read like these, as JSON; `None` if the format says it all."""
        ...

    @property
    def listing(self) -> Listing:
        """The folder or the table, and what in it is not read."""
        ...

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What can be told to be unusable before anything is read, beside the entries."""
        ...

    @property
    def entries(self) -> tuple[str, ...]:
        """The name of each entry, no name twice."""
        ...

    @property
    def shape(self) -> tuple[int, int, int]:
        """Bodies, joints and axes that a store makes room for."""
        ...

    @property
    def choice(self) -> list:
        """What of the folder is read, as JSON: another choice is another store."""
        ...

    @property
    def state(self) -> dict:
        """The state of the folder, and how it is read, as JSON: another state is read anew."""
        ...

    def task(self, number: int) -> Callable[[], Outcome]:
        """What reads an entry; it can be pickled, for another process to do it."""
        ...


class FolderSource:
    """The files of a folder, a clip each.

    Args:
        listing: The files.
        reader: How they are read.
    """

    def __init__(self, listing: Listing, reader: Reader) -> None:
        self.listing = listing
        self.reader = reader
        self.kind = reader.file_format
        self.pattern = reader.pattern
        self.texts: Mapping[str, Mapping[int, str]] = {}
        self.description: dict[str, Any] | None = None
        self.layout: JointLayout | None = reader.layout
        self.joint_names = reader.joint_names
        self.faults: tuple[Fault, ...] = ()
        self.entries = tuple(map(listing.within, listing.files))
        self.shape = reader.shape

    @property
    def choice(self) -> list:
        """The files that are left out."""
        # Not by the names of what is beyond the data set: more of it is no reason to read again.
        bounds = [self.listing.extent.bounds] if self.listing.beyond else []
        return [self.listing.listed, *bounds]

    @property
    def state(self) -> dict:
        """The version of the reader, and sizes and times of change of the files."""
        states = map(file_state, self.listing.files)
        files = [(name, *state) for name, state in zip(self.entries, states, strict=True)]
        return {"reader_version": self.reader.version, "files": files}

    def task(self, number: int) -> Callable[[], Outcome]:
        """What reads a file."""
        return partial(read_file, self.listing.files[number], self.reader)


def read_file(path: Path, reader: Reader) -> Outcome:
    """Read one file.

    Args:
        path: The file.
        reader: Its reader.
    """
    try:
        data = file_bytes(path)
        clip = reader.clip(data, path)
    except SkeletonFileError as error:
        return Outcome(error=error)
    return Outcome(clip, hashlib.sha256(data).hexdigest())


def file_state(path: Path) -> tuple[int | str | None, int | None]:
    """Size and time of change of a file, or `None` for each if there is no such file.

    Args:
        path: The file; or a folder of them, a frame each, whose size is told by a hash of theirs.
    """
    try:
        status = path.stat()
        if S_ISDIR(status.st_mode):
            # Its own time of change does not tell that a file in it was written over.
            within = sorted((each.name, *file_state(each)) for each in path.iterdir())
            return hashlib.sha256(repr(within).encode()).hexdigest(), status.st_mtime_ns
    except OSError:  # a link to nowhere: a fault, but not a reason to rebuild every time
        return None, None
    return status.st_size, status.st_mtime_ns
