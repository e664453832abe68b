"""What tests of recordings share."""

import numpy as np
import pytest

from keras_drnn.recordings.errors import RecordingError
from keras_drnn.recordings.read import read_recordings

# Where joints of someone are who stands 3 m away and faces the camera: metres, y up.
_MIDDLE = {
    "hip centre": (0, 0.95, 3),
    "spine": (0, 1.15, 3),
    "shoulder centre": (0, 1.4, 3),
    "neck": (0, 1.45, 3),
    "head": (0, 1.65, 3),
    "nose": (0, 1.62, 2.9),
}
_LEFT = {
    "eye": (-0.03, 1.66, 2.92),
    "ear": (-0.07, 1.64, 3),
    "shoulder": (-0.18, 1.4, 3),
    "elbow": (-0.21, 1.12, 3),
    "wrist": (-0.23, 0.88, 2.97),
    "hand": (-0.23, 0.8, 2.95),
    "hip": (-0.1, 0.93, 3),
    "knee": (-0.11, 0.5, 2.98),
    "ankle": (-0.12, 0.1, 3),
    "foot": (-0.12, 0.05, 2.88),
}

_SAME = {"mouth": "eye", "eye": "eye", "heel": "foot", "toe": "foot", "foot": "foot"}
_SAME |= dict.fromkeys(("hand", "thumb", "pinky", "index"), "hand")


def random_joints(*shape, seed=0):
    """float32 joints, none of them at zero."""
    return np.random.default_rng(seed).uniform(0.1, 1.0, shape).astype("float32")


def standing(layout, frames=20):
    """Someone who turns on the spot and walks away: joints `(frames, joints, 3)`."""
    places = []
    for name in layout.joint_names:
        side, _, part = name.partition(" ")
        part = next((_SAME[word] for word in part.split() if word in _SAME), part)
        place = _MIDDLE[name] if name in _MIDDLE else _LEFT[part]
        places.append(np.multiply(place, (-1 if side == "right" else 1, 1, 1)))
    angle = np.linspace(0, 1, frames)
    turn = np.zeros((frames, 3, 3))
    turn[:, 0, 0] = turn[:, 2, 2] = np.cos(angle)
    turn[:, 0, 2], turn[:, 2, 0], turn[:, 1, 1] = np.sin(angle), -np.sin(angle), 1
    joints = (np.array(places) - (0, 0, 3)) @ turn + (0, 0, 3)
    return (joints + np.linspace(0, 0.5, frames)[:, None, None] * (0.3, 0, 1)).astype("float32")


def fault(path, **arguments):
    """The error that reading a file raises."""
    with pytest.raises(RecordingError) as caught:
        read_recordings(path, **arguments)
    assert caught.value.path == path and str(path) in str(caught.value)
    return caught.value
