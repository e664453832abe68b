"""Which files of a folder are to be read."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from keras_drnn.skeletons.missing_list import MissingList, read_missing_list
from keras_drnn.skeletons.reader import Reader


@dataclass(frozen=True)
class Listing:
    """The files of a folder, sorted into what to read and what not.

    Args:
        root: The folder.
        files: The files to read, sorted by name.
        listed: Names, without suffix, of the files left out as listed as missing.
        ignored: How many other things the folder holds: README files, hidden files, folders.
        warnings: What in the list of missing samples was not understood.
    """

    root: Path
    files: tuple[Path, ...]
    listed: tuple[str, ...]
    ignored: int
    warnings: tuple[str, ...] = ()


def list_folder(
    root: str | Path, reader: Reader, missing_list: str | Path | None = None
) -> Listing:
    """List the files that a reader should read in a folder; subfolders are not entered.

    Args:
        root: The folder.
        reader: `ntu.READER` or `nucla.READER`.
        missing_list: A text file of samples to leave out, such as the authors of NTU RGB+D hand
            out; see `read_missing_list`.

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
    (['S001C001P001R001A001.skeleton'], 1)
    """
    root = Path(root)
    names, ignored = _names(root, reader)
    if not any(map(reader.match, names)):
        raise ValueError(
            f"Expected a folder with files named {reader.pattern}, found none of them among "
            f"{len(names) + ignored} entries.{_hint(root, reader)} Received: root={str(root)!r}"
        )
    missing = read_missing_list(missing_list, reader) if missing_list else MissingList()
    paths = [root / name for name in sorted(names)]
    return Listing(
        root=root,
        files=tuple(path for path in paths if path.stem.lower() not in missing.names),
        listed=tuple(path.stem for path in paths if path.stem.lower() in missing.names),
        ignored=ignored,
        warnings=missing.warnings,
    )


def _names(folder: Path, reader: Reader) -> tuple[list[str], int]:
    try:
        entries = [path.name for path in folder.iterdir()]
    except OSError as error:
        raise ValueError(
            f"Expected a folder with files named {reader.pattern}: {error.strerror}. "
            f"Received: root={str(folder)!r}"
        ) from error
    names = [name for name in entries if reader.reads(name)]
    return names, len(entries) - len(names)


def _hint(root: Path, reader: Reader) -> str:
    """The subfolder that was probably meant."""
    clips = 0
    for folder in sorted(path for path in root.iterdir() if path.is_dir()):
        with suppress(OSError):  # a folder that may not be entered
            names = [path.name for path in folder.iterdir()]
            clips = sum(reader.reads(name) and bool(reader.match(name)) for name in names)
        if clips:
            return f" Its subfolder {folder.name} has {clips} of them: pass that one."
    return ""
