"""The joints that are to be drawn, and where the camera looks."""

from typing import NamedTuple

import numpy as np

from keras_drnn.skeletons.clip import Clip

_MOST_BEYOND = 0.5  # of the size of nearly all joints; farther away nothing is shown
_MARGIN = 0.04


class Box(NamedTuple):
    """The least and the largest of each axis that is looked at."""

    low: np.ndarray
    high: np.ndarray

    @property
    def middle(self) -> np.ndarray:
        """The point in the middle."""
        return (self.low + self.high) / 2

    @property
    def half_height(self) -> float:
        """Half of how high it is."""
        return float((self.high - self.low)[1]) / 2

    def half_width(self, turn: float) -> float:
        """Half of what is as wide as the box seen from the side.

        Args:
            turn: How far round the camera has gone, in radians.
        """
        half = (self.high - self.low) / 2
        depth = half[2] if len(half) == 3 else 0.0
        return float(abs(np.cos(turn)) * half[0] + abs(np.sin(turn)) * depth)


def visible(clip: Clip, hip: tuple[int, ...]) -> np.ndarray:
    """The joints of a clip, NaN where there is nothing to be drawn.

    That is where a body is absent, and where a joint is exactly zero or not finite: its file knows
    nothing of it. A hip that is zero in every frame is where the origin is.

    Args:
        clip: The clip.
        hip: Indices of the joints at the hip centre.
    """
    joints = clip.joints.copy()
    if joints.shape[-1] == 1:
        joints[~clip.mask] = np.nan
        return joints
    unknown = np.logical_not(joints.any(axis=-1) & np.isfinite(joints).all(axis=-1))
    for joint in hip:
        if unknown[..., joint].all():
            unknown[..., joint] = False
    unknown[~clip.mask] = True
    joints[unknown] = np.nan
    return joints


def box_around(joints: np.ndarray) -> Box:
    """What a camera that stands still has to look at; a joint that is far out is left outside.

    Args:
        joints: `(frames, bodies, joints, axes)`, NaN where nothing is.
    """
    points = joints.reshape(-1, joints.shape[-1])
    points = points[np.isfinite(points).all(axis=-1)].astype(np.float64)
    if not len(points):
        return Box(np.full(joints.shape[-1], -0.5), np.full(joints.shape[-1], 0.5))
    near, far = np.percentile(points, [1, 99], axis=0)
    beyond = _MOST_BEYOND * (far - near).max()
    low = np.maximum(points.min(axis=0), near - beyond)
    high = np.minimum(points.max(axis=0), far + beyond)
    size = (high - low).max() or 1.0
    return Box(low - _MARGIN * size, high + _MARGIN * size)
