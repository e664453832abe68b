"""The three cameras, and where they stand in each of the two rooms ("setups").

As in NTU RGB+D, camera 1 looks at the stage straight on and cameras 2 and 3 from 45 degrees to
either side, all three at the same height and at the same time. A performer faces camera 2 in one
replication and camera 3 in the next, so that camera 1 never sees anybody from the front.
"""

from dataclasses import dataclass

import numpy as np

CAMERA_ANGLES = {1: 0.0, 2: -np.pi / 4, 3: np.pi / 4}
"""Where each camera stands around the stage, in radians."""


@dataclass(frozen=True)
class Setup:
    """How the cameras of a room stand.

    Args:
        height: Metres above the floor.
        distance: Metres from the middle of the stage.
    """

    height: float
    distance: float


SETUPS = {1: Setup(height=1.20, distance=3.0), 2: Setup(height=1.55, distance=3.4)}

_AIM = np.array([0.0, 0.95, 0.0])  # what every camera points at


def see(joints: np.ndarray, camera: int, setup: Setup) -> np.ndarray:
    """Take points of the room to the frame of a camera.

    As a Kinect has it: z is the distance in front of the camera, y points up, and x to the
    left of somebody who stands behind the camera.

    Args:
        joints: `(..., 3)` metres, in the frame of the room.
        camera: Number of the camera.
        setup: How the cameras stand.

    Returns:
        `(..., 3)` metres, in the frame of the camera.
    """
    angle = CAMERA_ANGLES[camera]
    position = setup.distance * np.array([np.sin(angle), 0.0, np.cos(angle)])
    position[1] = setup.height
    forward = _AIM - position
    forward /= np.linalg.norm(forward)
    left = np.cross([0.0, 1.0, 0.0], forward)
    left /= np.linalg.norm(left)
    axes = np.stack([left, np.cross(forward, left), forward])
    return (joints - position) @ axes.T
