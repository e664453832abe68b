"""Which files of a folder are to be read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from keras_drnn.skeletons.extent import EVERYTHING, Extent
from keras_drnn.skeletons.folder_files import folder_files
from keras_drnn.skeletons.missing_list import MissingList, read_missing_list
from keras_drnn.skeletons.reader import Reader
from keras_drnn.skeletons.repeated_names import RepeatedName
from keras_drnn.skeletons.words import counted


@dataclass(frozen=True)
class Listing:
    """The files of a folder and the folders in it, sorted into what to read and what not.

    Args:
        root: The folder.
        files: The files to read, sorted by name.
        extent: Which clips the data set has.
        listed: Names, without suffix, of the files left out as listed as missing.
        beyond: The files left out because the data set does not have their numbers: these numbers,
            by the name of the file within `root`.
        repeated: The files left out because another one of the same name is read.
        ignored: Names, within `root`, of everything else: README files, hidden files, folders not
            entered, which end in `/`.
        warnings: What in the list of missing samples was not understood, and the folders that
            could not be entered.
        unit: What a clip is read from, in a word.
    """

    root: Path
    files: tuple[Path, ...]
    extent: Extent = EVERYTHING
    listed: tuple[str, ...] = ()
    beyond: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    repeated: tuple[RepeatedName, ...] = ()
    ignored: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    unit: str = "file"

    def within(self, path: Path) -> str:
        """The name of a file within the folder."""
        return path.relative_to(self.root).as_posix()


def list_folder(
    root: str | Path,
    reader: Reader,
    missing_list: str | Path | None = None,
    *,
    extent: Extent = EVERYTHING,
    skip: Path | None = None,
) -> Listing:
    """List the files that a reader should read in a folder and the folders in it.

    Args:
        root: The folder.
        reader: `ntu.READER` or `nucla.READER`.
        missing_list: A text file of samples to leave out, beside those of `extent`; see
            `read_missing_list`.
        extent: Which clips the data set has.
        skip: A folder that is passed over, such as the one in which what is read is kept.

    Raises:
        ValueError: If `root` is not a folder or holds no file of this data set, or if the list
            cannot be read or names no sample.

    Example:

    >>> import tempfile
    >>> from keras_drnn.skeletons.ntu import READER
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in ("S001C001P001R001A001.skeleton", "README.txt"):
    ...         _ = Path(folder, name).write_text("")
    ...     listing = list_folder(folder, READER)
    >>> [path.name for path in listing.files], listing.ignored
    (['S001C001P001R001A001.skeleton'], ('README.txt',))
    """
    root = Path(root)
    try:
        found = folder_files(root, reader, skip)
    except OSError as error:
        raise ValueError(
            f"Expected a folder with files named {reader.pattern}: {error.strerror}. "
            f"Received: root={str(root)!r}"
        ) from error
    unreadable = tuple(f"{folder}, so nothing in it is read" for folder in found.unreadable)
    if not found.clips:
        raise ValueError(
            f"Expected a folder with files named {reader.pattern}, in it or in folders of it, "
            f"found none of them among {counted(len(found.others), 'other entry', 'other entries')}"
            f"{''.join(f'; {each}' for each in unreadable)}. Received: root={str(root)!r}"
        )
    given = read_missing_list(missing_list, reader) if missing_list else MissingList()
    missing = given.names | {name.lower() for name in extent.missing}
    files: list[Path] = []
    listed: list[str] = []
    beyond: dict[str, Mapping[str, int]] = {}
    repeated: list[RepeatedName] = []
    read: dict[str, Path] = {}
    for path in found.clips:
        name = reader.match(path.name)
        key = path.stem.lower()
        if name and key in missing:
            listed.append(path.stem)
        elif name and (numbers := extent.beyond(name)):
            beyond[path.relative_to(root).as_posix()] = numbers
        elif name and key in read:
            repeated.append(RepeatedName.of(root, path, read[key]))
        else:
            files.append(path)
            read[key] = path
    return Listing(
        root=root,
        files=tuple(files),
        extent=extent,
        listed=tuple(listed),
        beyond=beyond,
        repeated=tuple(repeated),
        ignored=found.others,
        warnings=given.warnings + unreadable,
    )
