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
        count, frames = joints.shape[:2]
        flat = joints.reshape(count * frames, *joints.shape[2:])
        varied = self.of_frames(flat, np.repeat(np.arange(count), frames), count, layout, rng)
        return varied.reshape(joints.shape)

    def of_frames(
        self,
        joints: np.ndarray,
        clip: np.ndarray,
        count: int,
        layout: JointLayout | None,
        rng: np.random.Generator,
    ) -> np.ndarray:
        """Vary clips of different lengths that lie one behind the other.

        Args:
            joints: `(frames, bodies, joints, axes)`.
            clip: For each frame the number of its clip, `(frames,)`, from 0 up and below `count`.
            count: How many clips there are.
            layout: As for a call.
            rng: As for a call.
        """
        axes = joints.shape[-1]
        # Always the same draws, so that one setting does not shift the randomness of another.
        yaw, pitch, roll, size = rng.uniform(-1.0, 1.0, (4, count))
        mirrored = rng.random(count) < self.mirror
        offsets = rng.standard_normal((count, *joints.shape[1:]), dtype="float32")
        maps = rng.standard_normal((count, 3, 3))
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
            exchanged = mirrored[clip]
            varied[exchanged] = joints[exchanged].take(layout.mirrored, axis=-2)
        varied = varied.reshape(len(joints), -1, axes) @ turns.astype("float32")[clip]
        varied = varied.reshape(joints.shape)
        if self.noise or self.misplaced:
            seen = joints.any(axis=(-2, -1), keepdims=True)
            sizes = np.where(misplaced, DISPLACEMENT, self.noise).astype("float32")
            if self.relative and layout is not None:
                torsos = _torsos(joints, clip, count, layout)
                sizes = sizes * torsos[:, None, None, None] / TORSO
            moved = (sizes * offsets)[clip]
            moved *= seen
            varied += moved
        return varied


def _torsos(joints: np.ndarray, clip: np.ndarray, count: int, layout: JointLayout) -> np.ndarray:
    """Mean length of the torsos of each clip, `(count,)`; 0 where there is none."""
    hip, neck = (
        joints[..., indices_of(joint), :].mean(axis=-2)
        for joint in (layout.hip, layout.shoulder_centre)
    )
    lengths = np.linalg.norm(neck - hip, axis=-1)
    total = np.bincount(clip, lengths.sum(axis=1), count)
    found = np.bincount(clip, (lengths > 0).sum(axis=1), count)
    return (total / np.maximum(found, 1)).astype("float32")


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
    moments = moments_of_stretch(len(clip.joints), frames, speed, rng)
    if speed == 1:
        return clip.joints[int(moments[0]) : int(moments[-1]) + 1]
    return interpolate(clip.joints, clip.mask, moments, len(clip.joints) - 1)


def moments_of_stretch(
    length: int, frames: int, speed: float, rng: np.random.Generator
) -> np.ndarray:
    """When the frames of a random stretch of a clip are, in frames of the clip.

    Args:
        length: Frames of the clip.
        frames: As for `stretch`.
        speed: As for `stretch`.
        rng: As for `stretch`.
    """
    factor = speed ** rng.uniform(-1.0, 1.0)
    last = length - 1
    available = int(last / factor + 1e-6) + 1
    start = rng.integers(max(available - frames, 0) + 1)
    return np.minimum(np.arange(start, min(start + frames, available)) * factor, last)


def interpolate(
    joints: np.ndarray, mask: np.ndarray, moments: np.ndarray, last: int | np.ndarray
) -> np.ndarray:
    """Joints between frames.

    Args:
        joints: `(frames, bodies, joints, axes)`.
        mask: Whether a body is there, `(frames, bodies)`.
        moments: When, in frames.
        last: For each of the moments the last frame of its clip.

    Returns:
        `(moments, bodies, joints, axes)`.
    """
    before = moments.astype(int)
    after = np.minimum(before + 1, last)
    share = (moments - before)[:, None]
    # Halfway to an absent body there is nothing: take the nearer frame as it is.
    share = np.where(mask[before] & mask[after], share, share >= 0.5)
    share = share.astype("float32")[:, :, None, None]
    earlier, between = joints[before], joints[after]
    between -= earlier
    between *= share
    between += earlier
    return between
