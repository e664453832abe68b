"""The clip: what every reader gives, whatever the file format."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Clip:
    """One recorded action: the joints of one or two people over time.

    Args:
        joints: `(frames, bodies, joints, axes)` float32: metres in the camera's frame (y up), or
            in 2-D, or channels, `(frames, 1, channels, 1)`.
            Exactly zero where `mask` is False.
        mask: `(frames, bodies)` bool: whether this body was seen in this frame.
        subject: Number of the person, as in the file name.
        camera: Number of the camera, as in the file name.
        action: Number of the action, as in the file name.
        name: File name without its suffix.
        setup: Number of the setup, as in the file name; 0 where the names have none.
        part: The side that the data itself puts the clip on: 1 to train, 2 to validate, 3 to test,
            0 where it does not say.

    Raises:
        ValueError: If the shapes or types of `joints` and `mask` are not those above.

    Example:

    >>> joints = np.ones((40, 1, 20, 3), "float32")
    >>> clip = Clip(joints, np.ones((40, 1), bool), 1, 2, 4, "a04_s01_e00_v02")
    >>> clip.joints.shape
    (40, 1, 20, 3)
    """

    joints: np.ndarray
    mask: np.ndarray
    subject: int
    camera: int
    action: int
    name: str
    setup: int = 0
    part: int = 0

    def __post_init__(self) -> None:
        if (
            self.joints.ndim != 4
            or self.joints.shape[-1] not in (1, 2, 3)
            or self.joints.dtype != np.float32
            or self.mask.dtype != np.bool_
            or self.mask.shape != self.joints.shape[:2]
        ):
            raise ValueError(
                "A clip takes joints (frames, bodies, joints, axes) in float32 and a mask "
                f"(frames, bodies) in bool. Received: joints {self.joints.shape} "
                f"{self.joints.dtype}, mask {self.mask.shape} {self.mask.dtype}, name={self.name!r}"
            )
