"""The performers: the size of their limbs and the way they move."""

from dataclasses import dataclass

import numpy as np

from keras_drnn.skeletons.demo.channels import CHANNELS, INDEX
from keras_drnn.skeletons.demo.seeds import SUBJECT, generator

# Length of each part of the body as a share of the stature.
_SHARES = {
    "lower_spine": 0.175,  # hip centre to middle of the spine
    "upper_spine": 0.135,  # middle of the spine to between the shoulders
    "neck": 0.045,
    "head": 0.085,
    "shoulder": 0.103,  # half the width of the shoulders
    "upper_arm": 0.160,
    "forearm": 0.140,
    "hand": 0.045,
    "hand_tip": 0.048,
    "thumb": 0.036,
    "hip": 0.048,  # half the width of the hips
    "thigh": 0.240,
    "shank": 0.225,
    "ankle": 0.045,  # height of the ankle above the floor
    "foot": 0.072,
}


@dataclass(frozen=True)
class Subject:
    """One performer.

    Args:
        number: Number in the file names, from 1.
        lengths: Metres, by part of the body.
        posture: `(channels,)` what this person adds to every pose.
        tempo: Speed of the movements; 1 is average.
        amplitude: Size of the movements; 1 is average.
        left_handed: Whether one-handed motions are done with the left hand.
        place: `(2,)` usual place in the room, metres from the middle: x and z.
        heading: Radians by which this person usually turns away from the camera that is faced.
    """

    number: int
    lengths: dict[str, float]
    posture: np.ndarray
    tempo: float
    amplitude: float
    left_handed: bool
    place: np.ndarray
    heading: float


def make_subject(seed: int, number: int) -> Subject:
    """Make up a performer.

    Args:
        seed: Seed of the whole data set.
        number: Number of the performer, from 1.

    Returns:
        The performer, the same for the same seed and number.

    Example:

    >>> make_subject(0, 1).lengths["thigh"] == make_subject(0, 2).lengths["thigh"]
    False
    """
    random = generator(seed, SUBJECT, number)
    stature = random.uniform(1.52, 1.92)
    lengths = {
        part: share * stature * random.uniform(0.94, 1.06) for part, share in _SHARES.items()
    }
    posture = np.zeros(len(CHANNELS))
    posture[INDEX["bend"]] = random.uniform(-0.02, 0.12)
    posture[INDEX["nod"]] = random.uniform(-0.05, 0.15)
    arms, feet = random.uniform(-0.04, 0.08), random.uniform(-0.02, 0.05)
    for side in ("left", "right"):
        posture[INDEX[f"{side}_hand_out"]] = arms
        posture[INDEX[f"{side}_foot_out"]] = feet
    return Subject(
        number=number,
        lengths=lengths,
        posture=posture,
        tempo=random.uniform(0.88, 1.15),
        amplitude=random.uniform(0.88, 1.10),
        left_handed=bool(random.random() < 0.2),
        place=random.uniform(-0.25, 0.25, 2),
        heading=random.uniform(-0.2, 0.2),
    )
