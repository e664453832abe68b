"""Random changes to training clips that leave the action what it is."""

from dataclasses import dataclass

import numpy as np

from keras_drnn.skeletons.layouts import JointLayout


@dataclass(frozen=True)
class Augmentation:
    """How much training clips are varied, each drawn anew every time a clip is shown.

    Args:
        rotation: Largest turn about the vertical axis through the camera, radians.
        tilt: Largest turn about each of the two horizontal axes, radians.
        scale: Largest relative change of size; 0.1 is +-10 %.
        noise: Standard deviation of a joint's displacement, the same over the whole clip, metres.
        mirror: Probability that left and right are exchanged.
        speed: Largest factor by which a clip is played faster or slower; 1 leaves it as it is.

    Call arguments:
        joints: `(frames, bodies, joints, 3)`, metres, absent bodies zero.
        layout: What the joints are.
        rng: A `numpy.random.Generator`.

    Output shape:
        `(frames, bodies, joints, 3)`; another number of frames where the speed was changed. Absent
        bodies stay zero.

    Example:

    >>> varied = Augmentation(rotation=1.0, scale=0.1)(joints, KINECT_V1, np.random.default_rng(0))
    """

    rotation: float = 0.0
    tilt: float = 0.0
    scale: float = 0.0
    noise: float = 0.0
    mirror: float = 0.0
    speed: float = 1.0

    def __call__(
        self, joints: np.ndarray, layout: JointLayout, rng: np.random.Generator
    ) -> np.ndarray:
        # Always the same draws, so that one setting does not shift the randomness of another.
        yaw, pitch, roll, size, speed = rng.uniform(-1.0, 1.0, 5)
        mirrored = rng.random() < self.mirror
        offsets = rng.standard_normal(joints.shape[1:], dtype="float32")

        if self.speed != 1:
            joints = played(joints, self.speed**speed)
        turn = rotation(yaw * self.rotation, pitch * self.tilt, roll * self.tilt)
        turn *= 1.0 + size * self.scale
        if mirrored:
            joints = joints[:, :, layout.mirrored]
            turn[0] *= -1.0
        varied = joints @ turn.astype("float32")
        if self.noise:
            seen = joints.any(axis=(-2, -1), keepdims=True)
            varied += np.float32(self.noise) * offsets * seen
        return varied


def rotation(yaw: float, pitch: float, roll: float) -> np.ndarray:
    """The matrix that turns row vectors about y, then x, then z."""
    (cy, cp, cr), (sy, sp, sr) = np.cos([yaw, pitch, roll]), np.sin([yaw, pitch, roll])
    about_y = np.array([[cy, 0.0, -sy], [0.0, 1.0, 0.0], [sy, 0.0, cy]])
    about_x = np.array([[1.0, 0.0, 0.0], [0.0, cp, sp], [0.0, -sp, cp]])
    about_z = np.array([[cr, sr, 0.0], [-sr, cr, 0.0], [0.0, 0.0, 1.0]])
    return about_y @ about_x @ about_z


def played(joints: np.ndarray, speed: float) -> np.ndarray:
    """The clip at `speed` times its speed, interpolated between the frames that see a body."""
    last = len(joints) - 1
    moments = np.minimum(np.arange(int(last / speed + 1e-6) + 1) * speed, last)
    before = moments.astype(int)
    after = np.minimum(before + 1, last)
    share = (moments - before)[:, None, None, None]
    seen = joints.any(axis=(-2, -1), keepdims=True)
    # Halfway to an absent body there is nothing: take the nearer frame as it is.
    share = np.where(seen[before] & seen[after], share, share >= 0.5).astype("float32")
    return joints[before] * (1 - share) + joints[after] * share
