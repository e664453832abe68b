"""The numbers of the NTU `.skeleton` format, and what either parser makes of a file."""

from dataclasses import dataclass

import numpy as np

JOINTS = 25
BODY_COLUMNS = 10  # bodyID, eight numbers about hands and leaning, trackingState
JOINT_COLUMNS = 12  # x, y, z, then eight numbers about images and orientation, trackingState
BODY_LINES = 2 + JOINTS


@dataclass(frozen=True, eq=False)
class BodyRows:
    """Every body of every frame of a file, in the order of the file.

    Args:
        frames: Number of frames of the file, those without a body included.
        frame: `(rows,)` int, the frame of each row, counted from 0.
        identity: bodyID of each row, as written: 17 digits do not fit a float.
        joints: `(rows, 25, 3)` float32, metres.
    """

    frames: int
    frame: np.ndarray
    identity: list[bytes]
    joints: np.ndarray
