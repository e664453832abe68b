"""What a clip store knows of its clips without opening them, one array per fact."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property

import numpy as np


@dataclass(frozen=True, eq=False)
class ClipIndex:
    """The facts of all clips of a store, in the order of the clips.

    Args:
        name: Names, without suffix.
        subject: Numbers of the people, int.
        camera: Numbers of the cameras, int.
        action: Numbers of the actions, int.
        setup: Numbers of the setups, int; 0 where the file names have none.
        part: The sides that the data itself puts clips on, int: 1 to train, 2 to validate, 3 to
            test; 0 where it does not say.
        frames: Lengths in frames, int.
        offset: Where each clip begins in the store, in frames, int.
        sha256: SHA-256 of the bytes of each file.
        coordinates: Hash of the coordinates of each clip, see `coordinates_hash`.

    Example:

    >>> index = ClipIndex.of_records([
    ...     {"name": "a01_s01_e00_v01", "subject": 1, "camera": 1, "action": 1, "setup": 0,
    ...      "frames": 9, "offset": 0, "sha256": "12ab", "coordinates": "34cd"},
    ... ])
    >>> len(index), index.frames
    (1, array([9]))
    """

    name: tuple[str, ...]
    subject: np.ndarray
    camera: np.ndarray
    action: np.ndarray
    setup: np.ndarray
    part: np.ndarray
    frames: np.ndarray
    offset: np.ndarray
    sha256: tuple[str, ...]
    coordinates: tuple[str, ...]

    @classmethod
    def of_records(cls, records: list[dict]) -> "ClipIndex":
        """The index of clips given one by one, each with the keys named above."""

        def texts(key: str) -> tuple[str, ...]:
            return tuple(record[key] for record in records)

        def numbers(key: str) -> np.ndarray:
            return np.array([record[key] for record in records], np.int64)

        return cls(
            name=texts("name"),
            subject=numbers("subject"),
            camera=numbers("camera"),
            action=numbers("action"),
            setup=numbers("setup"),
            part=np.array([record.get("part", 0) for record in records], np.int64),
            frames=numbers("frames"),
            offset=numbers("offset"),
            sha256=texts("sha256"),
            coordinates=texts("coordinates"),
        )

    @cached_property
    def fingerprint(self) -> str:
        """Equal for the same clips with the same facts, in the same order, wherever they are."""
        facts = [self.name, self.sha256, self.coordinates]
        numbers = (self.subject, self.camera, self.action, self.setup, self.part, self.frames)
        text = json.dumps([*facts, *(each.tolist() for each in numbers)])
        return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()

    def __len__(self) -> int:
        return len(self.name)


def coordinates_hash(joints: np.ndarray) -> str:
    """SHA-256 of the coordinates of a clip: equal for clips with the same bytes in `joints`.

    The files of copies differ (N-UCLA writes the file name into the file), their coordinates do
    not.

    Args:
        joints: `(frames, bodies, joints, 3)` float32, metres.

    Example:

    >>> joints = np.ones((5, 1, 20, 3), "float32")
    >>> coordinates_hash(joints) == coordinates_hash(joints.copy())
    True
    >>> coordinates_hash(joints) == coordinates_hash(joints[:4])
    False
    """
    return hashlib.sha256(np.ascontiguousarray(joints).data).hexdigest()
