"""Arrays in files: mapped, where they can be, so that their size does not matter."""

import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from keras_drnn.recordings.formats.numpy_archive import load_member, member_names
from keras_drnn.recordings.formats.numpy_array import check_header
from keras_drnn.recordings.formats.source import Source
from keras_drnn.skeletons.errors import SkeletonFileError


def open_array(path: Path, names: Sequence[str]) -> np.ndarray:
    """Open the array of a file: a `.npy` is mapped, an array of a `.npz` is loaded.

    Args:
        path: The file.
        names: What the array may be called in a `.npz` of several; capitals make no difference.

    Raises:
        RecordingError: If the file cannot be read, has objects in it, or no such array.
    """
    source = Source(path)
    try:
        if path.suffix.casefold() == ".npz":
            return _of_archive(source, names)
        with path.open("rb") as file:
            check_header(source, file, path.stat().st_size)
        # A plain array on the mapped memory: slices of np.memmap itself are slow to make.
        return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    except OSError as error:
        raise source.error(
            f"expected a file that can be read: {error.strerror or error}", "unreadable"
        ) from error


def _of_archive(source: Source, names: Sequence[str]) -> np.ndarray:
    try:
        with zipfile.ZipFile(source.path) as archive:
            members = member_names(archive)
            chosen = list(members)
            if len(chosen) > 1:
                chosen = [name for name in members if name.casefold() in names]
            if len(chosen) != 1:
                raise source.error(
                    f"expected one array named {' or '.join(names)}, received "
                    f"{', '.join(sorted(members)) or 'none'}",
                    "structure",
                )
            return load_member(source, archive, members[chosen[0]], chosen[0])
    except (SkeletonFileError, OSError):
        raise
    # A file that is damaged makes zipfile and zlib raise many things.
    except Exception as error:
        raise source.error(f"expected a whole zip file of arrays: {error}", "not a zip") from error
