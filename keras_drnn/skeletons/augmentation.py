"""Random changes to training clips that leave the action what it is."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Augmentation:
    """How much training clips are varied, each drawn anew every time a clip is shown.

    Args:
        rotation: Largest turn about the vertical axis through the camera, radians.
        scale: Largest relative change of size; 0.1 is +-10 %.
        noise: Standard deviation of the noise on each coordinate, metres.

    Call arguments:
        joints: `(frames, bodies, joints, 3)`, metres, absent bodies zero.
        rng: A `numpy.random.Generator`.

    Output shape:
        The same; absent bodies stay zero.

    Example:

    >>> varied = Augmentation(rotation=1.0, scale=0.1)(joints, np.random.default_rng(0))
    """

    rotation: float = 0.0
    scale: float = 0.0
    noise: float = 0.0

    def __call__(self, joints: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        # Always the same draws, so that one setting does not shift the others' randomness.
        angle, size = rng.uniform(-1.0, 1.0, 2) * (self.rotation, self.scale)
        cos, sin = np.cos(angle), np.sin(angle)
        turn = np.array([[cos, 0.0, -sin], [0.0, 1.0, 0.0], [sin, 0.0, cos]]) * (1.0 + size)
        varied = joints @ turn.astype("float32")
        if self.noise:
            seen = joints.any(axis=(-2, -1), keepdims=True)
            noise = rng.standard_normal(joints.shape, dtype="float32")
            varied += np.float32(self.noise) * noise * seen
        return varied
