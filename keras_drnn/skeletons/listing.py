"""Which files of a folder are to be read."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from keras_drnn.skeletons.reader import Reader


@dataclass(frozen=True)
class Listing:
    """The files of a folder, sorted into what to read and what not.

    Args:
        root: The folder.
        files: The files to read, sorted by name.
        listed: Names, without suffix, of the files left out as listed as missing.
        ignored: How many other things the folder holds: README files, hidden files, folders.
    """

    root: Path
    files: tuple[Path, ...]
    listed: tuple[str, ...]
    ignored: int


def list_folder(
    root: str | Path, reader: Reader, missing_list: str | Path | None = None
) -> Listing:
    """List the files that a reader should read in a folder; subfolders are not entered.

    Args:
        root: The folder.
        reader: `ntu.READER` or `nucla.READER`.
        missing_list: A text file of samples to leave out, as the authors of NTU RGB+D hand it
            out: some lines of explanation, then one name without suffix a line.

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
    if not any(_is_clip(name, reader) for name in names):
        raise ValueError(
            f"Expected a folder with files named {reader.pattern}, found none of them among "
            f"{len(names) + ignored} entries.{_hint(root, reader)} Received: root={str(root)!r}"
        )
    missing = _missing_names(Path(missing_list), reader) if missing_list else frozenset()
    stems = {name: name.removesuffix(reader.suffix) for name in sorted(names)}
    return Listing(
        root=root,
        files=tuple(root / name for name, stem in stems.items() if stem not in missing),
        listed=tuple(stem for stem in stems.values() if stem in missing),
        ignored=ignored,
    )


def _names(folder: Path, reader: Reader) -> tuple[list[str], int]:
    try:
        entries = [path.name for path in folder.iterdir()]
    except OSError as error:
        raise ValueError(
            f"Expected a folder with files named {reader.pattern}: {error.strerror}. "
            f"Received: root={str(folder)!r}"
        ) from error
    names = [n for n in entries if n.endswith(reader.suffix) and not n.startswith(".")]
    return names, len(entries) - len(names)


def _is_clip(name: str, reader: Reader) -> bool:
    return reader.stem.fullmatch(name.removesuffix(reader.suffix)) is not None


def _hint(root: Path, reader: Reader) -> str:
    """The subfolder that was probably meant."""
    clips = 0
    for folder in sorted(path for path in root.iterdir() if path.is_dir()):
        with suppress(OSError):  # a folder that may not be entered
            clips = sum(_is_clip(path.name, reader) for path in folder.iterdir())
        if clips:
            return f" Its subfolder {folder.name} has {clips} of them: pass that one."
    return ""


def _missing_names(path: Path, reader: Reader) -> frozenset[str]:
    try:
        lines = path.read_text("utf-8", errors="replace").splitlines()
    except OSError as error:
        raise ValueError(
            f"Expected a text file of samples with missing skeletons: {error.strerror}. "
            f"Received: missing_list={str(path)!r}"
        ) from error
    names = (line.strip().removesuffix(reader.suffix) for line in lines)
    # Whatever does not look like a name belongs to the explanation, however long that is.
    missing = frozenset(name for name in names if reader.stem.fullmatch(name))
    if not missing:
        raise ValueError(
            f"Expected names of samples, one a line, like {reader.pattern} without the suffix; "
            f"found none in {len(lines)} lines. Received: missing_list={str(path)!r}"
        )
    return missing
