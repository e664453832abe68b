"""Where the files of a table are, and that they stay in its folder."""

import os
import stat
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from keras_drnn.recordings.faults import CellError

_EXPECTED = "a file, or a folder with files"
_CORRECT = "Correct the path."
_DELETE = "Put the recording there, or delete the row."


class Files:
    """Finds the files of a folder by the paths in a table.

    A path is relative to the folder. Wherever it leads, by `..`, by a symbolic link or because it
    is absolute, it must not leave the folder. Both kinds of slash separate folders, and it does not
    matter how Unicode composes an accented letter.

    Args:
        root: The folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = os.path.abspath(root)
        self._real_root = os.path.realpath(root)
        self._inside = self._real_root.rstrip(os.sep) + os.sep
        self._folders: dict[str, tuple[Path, str]] = {}
        self._names: dict[str, dict[str, str]] = {}

    def find(self, text: str) -> tuple[Path, str]:
        """Find a file, or a folder with files.

        Args:
            text: The path, as the table has it.

        Returns:
            The path, and the path without symbolic links, which tells whether two are one file.

        Raises:
            CellError: If it is outside the folder, missing, empty, or something else than a file.
        """
        plain = text.strip()
        if "\0" in plain:
            raise CellError(_EXPECTED, f"{plain!r:.80}, with a NUL in it", "Correct the path.")
        for spelling in _spellings(plain, text):
            path, real = self._path(spelling)
            if real != self._real_root and not real.startswith(self._inside):
                raise CellError(
                    f"a path that stays in {self.root}",
                    f"{plain!r:.80}, which leads to {real}",
                    "Move the recordings there, or write a description (TOML) with `root`, the "
                    "folder that they are in, and give it in place of the table.",
                )
            try:
                self._check(real, plain)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                raise CellError(_EXPECTED, f"{plain!r:.80}: {error.strerror}", _CORRECT) from error
            return path, real
        raise CellError(
            f"a file or a folder in {self.root}",
            f"{plain!r:.80}, which does not exist",
            f"{_CORRECT}{self._hint(plain)}",
        )

    def _path(self, spelling: str) -> tuple[Path, str]:
        """A path, and the path without symbolic links. Each folder is asked about only once."""
        within, name = os.path.split(spelling)
        if name in ("", os.curdir, os.pardir):
            path = os.path.join(self.root, spelling)
            return Path(path), os.path.realpath(path)
        if within not in self._folders:
            path = os.path.join(self.root, within)
            self._folders[within] = (Path(path), os.path.realpath(path))
        folder, real_folder = self._folders[within]
        real = os.path.join(real_folder, name)
        return folder / name, os.path.realpath(real) if os.path.islink(real) else real

    def _check(self, real: str, shown: str) -> None:
        status = os.stat(real)
        if stat.S_ISDIR(status.st_mode):
            with os.scandir(real) as entries:
                if next(entries, None) is None:
                    raise CellError(
                        "a folder with files", f"{shown!r:.80}, an empty folder", _DELETE
                    )
        elif not stat.S_ISREG(status.st_mode):
            raise CellError(_EXPECTED, f"{shown!r:.80}, which is neither", _CORRECT)
        elif not status.st_size:
            raise CellError("a file with a recording", f"{shown!r:.80}, an empty file", _DELETE)

    def _hint(self, plain: str) -> str:
        """A file there whose name differs in capitals or in its suffix alone."""
        within, name = os.path.split(plain.replace("\\", "/"))
        if within not in self._names:
            names = self._names[within] = {}
            folder = os.path.realpath(os.path.join(self.root, within))
            # What is outside the folder is not looked at, not even for a hint.
            if f"{folder}{os.sep}".startswith(self._inside) and os.path.isdir(folder):
                for there in sorted(os.listdir(folder)):
                    names.setdefault(there.casefold(), there)
                    names.setdefault(os.path.splitext(there)[0].casefold(), there)
        names, folded = self._names[within], name.casefold()
        meant = names.get(folded) or names.get(os.path.splitext(folded)[0])
        return f" Did you mean {meant!r}?" if meant else ""


def _spellings(plain: str, text: str) -> Iterator[str]:
    """The path as it stands there, and, should that not exist, what else it may mean."""
    yield plain
    others = (
        text,
        plain.replace("\\", "/"),
        unicodedata.normalize("NFC", plain),
        unicodedata.normalize("NFD", plain),
    )
    yield from dict.fromkeys(other for other in others if other != plain)
