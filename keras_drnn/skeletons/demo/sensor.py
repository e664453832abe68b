"""What a camera records of a scene: noise, joints that are guessed, lost frames, false bodies."""

from dataclasses import dataclass

import numpy as np

from keras_drnn.skeletons.demo.performance import Person
from keras_drnn.skeletons.layouts import KINECT_V2

_FIRST_BODY_ID = 72057594037927936  # 2**56, where a Kinect starts counting
_LOSES_FRAMES = 0.20  # share of the clips with moments in which no body is found
_SEES_FURNITURE = 0.06  # share of the clips with a body that is none
TRACKED, GUESSED = 2, 1

_ARMS = np.array([5, 6, 7, 9, 10, 11, 21, 22, 23, 24])
# Standard deviation of the noise at 3 metres: small at the trunk, larger at hands and feet.
_NOISE = np.full((len(KINECT_V2), 1), 0.004)
_NOISE[[5, 9, 13, 17]] = 0.006
_NOISE[[6, 7, 10, 11, 14, 15, 18, 19]] = 0.009
_NOISE[[21, 22, 23, 24]] = 0.014
_NOISE_OF_GUESSES = 0.03


@dataclass(frozen=True)
class Body:
    """A body that the sensor believes to see.

    Args:
        identity: The bodyID.
        joints: `(frames, 25, 3)` metres, in the frame of the camera.
        states: `(frames, 25)` tracking state of each joint.
        present: `(frames,)` bool: whether the sensor reports this body.
    """

    identity: int
    joints: np.ndarray
    states: np.ndarray
    present: np.ndarray


@dataclass(frozen=True)
class Recording:
    """What one camera makes of a performance.

    Args:
        bodies: The performer first.
        order: `(frames, bodies)` which body comes first, second, ... in each frame.
    """

    bodies: tuple[Body, ...]
    order: np.ndarray


def record(people: list[Person], random: np.random.Generator) -> Recording:
    """Record people.

    Args:
        people: Who is to be seen, in the frame of the camera. The performer comes first.
        random: Where noise and faults come from.

    Returns:
        The recording.
    """
    frames = len(people[0].present)
    joints = [person.joints for person in people]
    present = [person.present for person in people]
    if random.random() < _SEES_FURNITURE:
        joints.append(_furniture(frames, random))
        present.append(np.ones(frames, bool))
    seen = _seen(frames, random)
    identities = _FIRST_BODY_ID + random.integers(1, 30000) + np.arange(len(joints))
    bodies = []
    for identity, true, there in zip(identities, joints, present, strict=True):
        states = np.where(_hidden(true), GUESSED, TRACKED)
        bodies.append(
            Body(int(identity), true + _noise(true, states, random), states, there & seen)
        )
    return Recording(tuple(bodies), _slots(frames, len(bodies), random))


def _seen(frames: int, random: np.random.Generator) -> np.ndarray:
    """In which frames the sensor finds anybody."""
    seen = np.ones(frames, bool)
    if random.random() < _LOSES_FRAMES:
        for start in random.integers(0, frames, random.integers(1, 4)):
            seen[start : start + random.integers(1, 5)] = False
    return seen


def _hidden(joints: np.ndarray) -> np.ndarray:
    """Which joints of the arms the camera cannot see for the trunk: `(frames, 25)` bool."""
    trunk = (joints[:, 0] + joints[:, 20])[:, None] / 2
    arms = joints[:, _ARMS]
    sideways = np.abs(arms[..., 0] - trunk[..., 0] * arms[..., 2] / trunk[..., 2])
    hidden = np.zeros(joints.shape[:2], bool)
    hidden[:, _ARMS] = (sideways < 0.13) & (arms[..., 2] > trunk[..., 2] + 0.08)
    hidden[:, _ARMS] &= arms[..., 1] < joints[:, None, 20, 1]
    return hidden


def _noise(joints: np.ndarray, states: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Noise that grows with the square of the distance and lingers for a few frames."""
    white = random.standard_normal((len(joints) + 2, *joints.shape[1:]))
    lingering = (white[:-2] + 2 * white[1:-1] + white[2:]) / np.sqrt(6)
    size = _NOISE * (joints[:, :, 2:] / 3) ** 2
    return lingering * np.where(states[..., None] == GUESSED, _NOISE_OF_GUESSES, size)


def _furniture(frames: int, random: np.random.Generator) -> np.ndarray:
    """Something wide and low that the sensor takes for a body."""
    middle = [random.uniform(-1.2, 1.2), random.uniform(-0.8, -0.4), random.uniform(2.2, 3.8)]
    size = [random.uniform(0.6, 1.0), random.uniform(0.15, 0.3), 0.4]
    points = middle + size * random.uniform(-0.5, 0.5, (len(KINECT_V2), 3))
    return np.tile(points, (frames, 1, 1))


def _slots(frames: int, bodies: int, random: np.random.Generator) -> np.ndarray:
    """The order of the bodies in each frame, which can change on the way."""
    changes = random.integers(0, frames)
    before, after = random.permutation(bodies), random.permutation(bodies)
    return np.where(np.arange(frames)[:, None] < changes, before, after)
