"""What all readers have in common: the file name, the bytes, the clip."""

import re
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from keras_drnn.skeletons.clip import Clip
from keras_drnn.skeletons.errors import SkeletonFileError
from keras_drnn.skeletons.layouts import JointLayout


@dataclass(frozen=True)
class Reader:
    """How to read the files of one data set.

    Args:
        dataset: Short name of the data set, `"ntu"` or `"nucla"`.
        suffix: Suffix of its files, with the dot.
        pattern: The file name as the authors of the data write it, for messages.
        stem: The file name without its suffix, with the groups `subject`, `camera` and `action`.
        layout: The joints.
        bodies: Most bodies in a clip: what a `ClipStore` makes room for.
        version: Raised whenever the same file would give another clip; makes old stores rebuild.
        parse: From the bytes and the path of a file to joints `(frames, bodies, joints, 3)` and
            mask `(frames, bodies)`.
    """

    dataset: str
    suffix: str
    pattern: str
    stem: re.Pattern[str]
    layout: JointLayout
    bodies: int
    version: int
    parse: Callable[[bytes, Path], tuple[np.ndarray, np.ndarray]]

    def read(self, path: str | Path) -> Clip:
        """Read one file.

        Raises:
            SkeletonFileError: If it is not a whole and sound file of this data set.
        """
        path = Path(path)
        return self.clip(self.read_bytes(path), path)

    def read_bytes(self, path: Path) -> bytes:
        """The bytes of a file; whatever keeps them from being read is a `SkeletonFileError`."""
        try:
            # A pipe or a device would block for ever.
            if not stat.S_ISREG(path.stat().st_mode):
                found = "a folder" if path.is_dir() else "something else"
                raise SkeletonFileError(
                    path, None, f"expected a regular file, found {found}", "unreadable"
                )
            return path.read_bytes()
        except (OSError, MemoryError) as error:
            what = getattr(error, "strerror", None) or type(error).__name__
            raise SkeletonFileError(
                path, None, f"expected a file that can be read: {what}", "unreadable"
            ) from error

    def clip(self, data: bytes, path: Path) -> Clip:
        """The clip that the bytes of a file hold."""
        name = self.stem.fullmatch(path.stem)
        if name is None or path.suffix != self.suffix:
            raise SkeletonFileError(
                path, None, f"expected a file name like {self.pattern}", "file name"
            )
        joints, mask = self.parse(data, path)
        return Clip(
            joints=joints,
            mask=mask,
            subject=int(name["subject"]),
            camera=int(name["camera"]),
            action=int(name["action"]),
            name=path.stem,
        )
