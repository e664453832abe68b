"""The files of a folder and of the folders in it."""

import os
from dataclasses import dataclass
from pathlib import Path

from keras_drnn.skeletons.reader import Reader


@dataclass(frozen=True)
class FolderFiles:
    """What a folder and the folders in it hold.

    Args:
        clips: The files to read, sorted by name, in whatever folder they are. Beside files that are
            named like clips, one of another name counts as a misnamed clip.
        others: Names, within the folder, of everything else: other files, and folders that were not
            entered, which end in `/`.
        unreadable: The folders that could not be entered, each with the reason.
    """

    clips: tuple[Path, ...]
    others: tuple[str, ...]
    unreadable: tuple[str, ...]


def folder_files(root: Path, reader: Reader, skip: Path | None = None) -> FolderFiles:
    """List a folder and the folders in it.

    Links to folders are followed, none is entered twice. Hidden folders are not entered.

    Args:
        root: The folder.
        reader: What says which files are meant.
        skip: A folder that is passed over: the package's own, which is there from the second time
            on.

    Raises:
        OSError: If `root` itself cannot be listed.
    """
    clips: list[Path] = []
    others: list[str] = []
    unreadable: list[str] = []
    entered = {os.path.realpath(root)}
    skipped = os.path.realpath(skip) if skip else None
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        try:
            entries = sorted(folder.iterdir(), key=lambda path: path.name)
        except OSError as error:
            if folder == root:
                raise
            unreadable.append(f"{_within(root, folder)}/: {error.strerror}")
            continue
        candidates = [path for path in entries if reader.reads(path.name)]
        if any(reader.match(path.name) for path in candidates):
            clips += candidates
            taken = set(candidates)
            entries = [path for path in entries if path not in taken]
        folders = [path for path in entries if os.path.isdir(path)]
        others += [_within(root, path) for path in entries if not os.path.isdir(path)]
        # What is there twice is entered by its own name, not by that of a link to it.
        for path in sorted(folders, key=os.path.islink):
            place = os.path.realpath(path)
            if place == skipped:
                continue
            if path.name.startswith(".") or place in entered:
                others.append(f"{_within(root, path)}/")
            else:
                entered.add(place)
                waiting.append(path)
    return FolderFiles(
        clips=tuple(sorted(clips, key=lambda path: (path.name, str(path)))),
        others=tuple(sorted(others)),
        unreadable=tuple(sorted(unreadable)),
    )


def _within(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()
