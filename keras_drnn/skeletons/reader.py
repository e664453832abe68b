"""What all readers have in common: the file name, the bytes, the clip."""

import re
import stat
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Protocol

import numpy as np

from keras_drnn.skeletons.clip import Clip
from keras_drnn.skeletons.errors import SkeletonFileError
from keras_drnn.skeletons.layouts import JointLayout

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LEFT_BEHIND = b" \t\r\n\0\x1a"  # by editors, and by DOS, at the end of a text


class Parser(Protocol):
    """From the bytes of a file to joints `(frames, bodies, joints, 3)` and mask `(frames, bodies)`.

    Call arguments:
        data: The bytes, without a byte-order mark and without what stands behind the text.
        path: The file, for errors.
        name: What the file name says, to be held against what the file says; `None` if the joints
            alone are asked for, whatever the file is called.
    """

    def __call__(
        self, data: bytes, path: Path, name: re.Match[str] | None
    ) -> tuple[np.ndarray, np.ndarray]: ...


@dataclass(frozen=True)
class Reader:
    """How to read the files of one format.

    Args:
        file_format: Short name of the format; the folder of a store begins with it.
        pattern: The file name as the authors of the data write it, for messages.
        stem: A regular expression of the file name without its suffix, with the groups `subject`,
            `camera`, `action` and, where the names have one, `setup`. Capitals do not matter.
        layout: The joints.
        parse: What reads the bytes of a file.
        bodies: Most bodies in a clip: what a `ClipStore` makes room for.
        version: Raised whenever the same file would give another clip; makes old stores rebuild.
    """

    file_format: str
    pattern: str
    stem: str
    layout: JointLayout
    parse: Parser
    bodies: int = 1
    version: int = 1

    @property
    def joint_names(self) -> tuple[str, ...]:
        """The names of the joints."""
        return self.layout.joint_names

    @property
    def shape(self) -> tuple[int, int, int]:
        """Bodies, joints and axes of a frame."""
        return self.bodies, len(self.layout), 3

    @property
    def suffix(self) -> str:
        """Suffix of the files, with the dot, in lower case."""
        return PurePath(self.pattern).suffix.lower()

    def reads(self, name: str) -> bool:
        """Whether a file is of this format by its suffix, in capitals or not; hidden ones are not.

        Args:
            name: The file name.
        """
        return PurePath(name).suffix.lower() == self.suffix and not name.startswith(".")

    def match(self, name: str) -> re.Match[str] | None:
        """What a file name says, or `None` if it is not the name of a clip.

        Args:
            name: The file name, with or without the suffix.
        """
        stem = PurePath(name).stem if self.reads(name) else name
        return re.fullmatch(self.stem, stem, re.ASCII | re.IGNORECASE)

    def read(self, path: str | Path) -> Clip:
        """Read one file.

        Raises:
            SkeletonFileError: If it is not a whole and sound file of this format.
        """
        path = Path(path)
        return self.clip(file_bytes(path), path)

    def read_joints(self, path: str | Path) -> np.ndarray:
        """Read the joints of a file, whatever it is called.

        Returns:
            `(frames, bodies, joints, 3)`, metres.

        Raises:
            SkeletonFileError: If it has no whole and sound joints of this format.
        """
        path = Path(path)
        return self.parse(_text(file_bytes(path)), path, None)[0]

    def clip(self, data: bytes, path: Path) -> Clip:
        """The clip that the bytes of a file hold."""
        name = self.match(path.name)
        if name is None or not self.reads(path.name):
            raise SkeletonFileError(
                path, None, f"expected a file name like {self.pattern}", "file name"
            )
        joints, mask = self.parse(_text(data), path, name)
        return Clip(
            joints=joints,
            mask=mask,
            subject=int(name["subject"]),
            camera=int(name["camera"]),
            action=int(name["action"]),
            name=path.stem,
            setup=int(name.groupdict().get("setup", 0)),
        )


def file_bytes(path: Path) -> bytes:
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


def _text(data: bytes) -> bytes:
    return data.removeprefix(_BYTE_ORDER_MARK).rstrip(_LEFT_BEHIND)
