"""Random changes to training clips that leave the action what it is."""

from dataclasses import dataclass

import numpy as np

from keras_drnn.skeletons.clip import Clip
from keras_drnn.skeletons.layouts import TORSO, JointLayout, indices_of

DISPLACEMENT = 0.25  # metres, standard deviation: how far off a hidden joint is guessed


@dataclass(frozen=True)
class Augmentation:
    """How much training clips are varied, each drawn anew every time a clip is shown.

    Args:
        rotation: Largest turn about the vertical axis through the camera, radians.
        tilt: Largest turn about each of the two horizontal axes, radians.
        scale: Largest relative change of size; 0.1 is +-10 %.
        shear: Standard deviation of the entries of a random linear map, which gives a body other
            proportions.
        noise: Standard deviation of a joint's displacement, the same over the whole clip, metres.
        misplaced: Probability that a joint is far from its place over the whole clip, by 0.25 m
            of standard deviation, as sensors put joints that they do not see.
        mirror: Probability that left and right are exchanged.
        speed: Largest factor by which a clip is played faster or slower; 1 leaves it as it is.
        relative: Whether the clip's torso, taken for half a metre, is the unit of length.

    Call arguments:
        joints: `(clips, frames, bodies, joints, axes)`, in 3-D metres, absent bodies zero. In 2-D
            the tilt is a turn of the picture, and there is no rotation.
        layout: What the joints are; `None` for channels, which have nothing to mirror or measure.
        rng: A `numpy.random.Generator`.

    Output shape:
        The same; absent bodies stay zero. (The speed is changed earlier, by `stretch`.)

    Example:

    >>> varied = Augmentation(rotation=1.0, scale=0.1)(joints, KINECT_V1, np.random.default_rng(0))
    """

    rotation: float = 0.0
    tilt: float = 0.0
    scale: float = 0.0
    shear: float = 0.0
    noise: float = 0.0
    misplaced: float = 0.0
    mirror: float = 0.0
    speed: float = 1.0
    relative: bool = False

    def __call__(
        self, joints: np.ndarray, layout: JointLayout | None, rng: np.random.Generator
    ) -> np.ndarray:
        axes = joints.shape[-1]
        # Always the same draws, so that one setting does not shift the randomness of another.
        yaw, pitch, roll, size = rng.uniform(-1.0, 1.0, (4, len(joints)))
        mirrored = rng.random(len(joints)) < self.mirror
        offsets = rng.standard_normal((len(joints), 1, *joints.shape[2:]), dtype="float32")
        maps = rng.standard_normal((len(joints), 3, 3))
        misplaced = rng.random((*offsets.shape[:-1], 1)) < self.misplaced

        depth = axes == 3
        turns = rotations(yaw * self.rotation * depth, pitch * self.tilt * depth, roll * self.tilt)[
            :, :axes, :axes
        ].copy()
        turns *= (1.0 + size * self.scale)[:, None, None]
        turns[mirrored, 0] *= -1.0
        turns = (np.eye(axes) + self.shear * maps[:, :axes, :axes]) @ turns
        varied = joints.copy()
        if layout is not None:
            varied[mirrored] = joints[mirrored][..., layout.mirrored, :]
        varied = varied.reshape(len(joints), -1, axes) @ turns.astype("float32")
        varied = varied.reshape(joints.shape)
        if self.noise or self.misplaced:
            seen = joints.any(axis=(-2, -1), keepdims=True)
            sizes = np.where(misplaced, DISPLACEMENT, self.noise).astype("float32")
            if self.relative and layout is not None:
                sizes = sizes * _torsos(joints, layout)[:, None, None, None, None] / TORSO
            varied += sizes * offsets * seen
        return varied


def _torsos(joints: np.ndarray, layout: JointLayout) -> np.ndarray:
    """Mean length of the torsos of each clip, `(clips,)`; 0 where there is none."""
    hip, neck = (
        joints[..., indices_of(joint), :].mean(axis=-2)
        for joint in (layout.hip, layout.shoulder_centre)
    )
    lengths = np.linalg.norm(neck - hip, axis=-1)
    count = np.maximum((lengths > 0).sum(axis=(1, 2)), 1)
    return (lengths.sum(axis=(1, 2)) / count).astype("float32")


def rotations(yaw: np.ndarray, pitch: np.ndarray, roll: np.ndarray) -> np.ndarray:
    """Matrices `(n, 3, 3)` that turn row vectors about y, then x, then z."""
    turns = np.broadcast_to(np.eye(3), (len(yaw), 3, 3))
    for angle, (a, b) in ((yaw, (2, 0)), (pitch, (1, 2)), (roll, (0, 1))):
        turn = np.tile(np.eye(3), (len(yaw), 1, 1))
        turn[:, a, a] = turn[:, b, b] = np.cos(angle)
        turn[:, a, b] = np.sin(angle)
        turn[:, b, a] = -np.sin(angle)
        turns = turns @ turn
    return turns


def stretch(clip: Clip, frames: int, speed: float, rng: np.random.Generator) -> np.ndarray:
    """A random stretch of a clip, played at another speed.

    Args:
        clip: The clip.
        frames: Most frames of the stretch; a clip that is shorter is given whole.
        speed: Largest factor by which it is played faster or slower.
        rng: A `numpy.random.Generator`.

    Returns:
        `(frames or fewer, bodies, joints, 3)`, interpolated between the frames that see a body.
    """
    factor = speed ** rng.uniform(-1.0, 1.0)
    last = len(clip.joints) - 1
    available = int(last / factor + 1e-6) + 1
    start = rng.integers(max(available - frames, 0) + 1)
    if speed == 1:
        return clip.joints[start : start + frames]
    moments = np.minimum(np.arange(start, min(start + frames, available)) * factor, last)
    before = moments.astype(int)
    after = np.minimum(before + 1, last)
    share = (moments - before)[:, None]
    # Halfway to an absent body there is nothing: take the nearer frame as it is.
    share = np.where(clip.mask[before] & clip.mask[after], share, share >= 0.5)
    share = share.astype("float32")[:, :, None, None]
    joints = clip.joints[before]
    return joints + share * (clip.joints[after] - joints)
