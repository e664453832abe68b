"""A performance: somebody does an action in the room.

The room's frame: x and z along the floor, y up, the floor at y = 0, the middle of the stage at the
origin. Somebody with heading 0 faces along z.
"""

from dataclasses import dataclass

import numpy as np

from keras_drnn.skeletons.demo.actions import FRAME_RATE, Action
from keras_drnn.skeletons.demo.channels import CHANNELS, INDEX, NEUTRAL
from keras_drnn.skeletons.demo.kinematics import place_joints
from keras_drnn.skeletons.demo.motions import mirror
from keras_drnn.skeletons.demo.subjects import Subject

# How far somebody who stands "still" sways, by the beginning of a channel's name or its end.
_SWAY = {
    **{"pelvis_left": 0.012, "pelvis_forward": 0.010, "bend": 0.02, "lean": 0.015, "hinge": 0.01},
    **{"twist": 0.03, "nod": 0.04, "look": 0.08},
    **{"hand_out": 0.03, "hand_up": 0.015, "hand_forward": 0.04},
}
_SWAY_OF_CHANNELS = np.array(
    [_SWAY.get(name.removeprefix("left_").removeprefix("right_"), 0.0) for name in CHANNELS]
)


@dataclass(frozen=True)
class Person:
    """Somebody in the room.

    Args:
        joints: `(frames, 25, 3)` metres, in the frame of the room.
        present: `(frames,)` bool: whether the person is there.
    """

    joints: np.ndarray
    present: np.ndarray


def perform(action: Action, subject: Subject, facing: float, random: np.random.Generator) -> Person:
    """Let somebody do an action.

    Args:
        action: What is done.
        subject: Who does it.
        facing: Heading, radians, from which only the habit of the subject and chance turn away.
        random: Where the differences between two performances come from.

    Returns:
        The performer, present in all frames.
    """
    times, poses = _timeline(action, subject, random)
    frames = 1 + round(times[-1] * FRAME_RATE)
    controls = _interpolate(times, poses, frames) + subject.posture + _sway(frames, random)
    heading = facing + subject.heading + random.uniform(-0.12, 0.12)
    place = subject.place + random.uniform(-0.15, 0.15, 2)
    joints = _in_room(place_joints(subject.lengths, controls), place, heading)
    return Person(joints, np.ones(frames, bool))


def stand_by(subject: Subject, frames: int, random: np.random.Generator) -> Person:
    """Let somebody stand in the background for a part of the time.

    Args:
        subject: Who stands there.
        frames: Length of the performance that is watched.
        random: Where, when, and how still.

    Returns:
        The bystander.
    """
    controls = NEUTRAL + subject.posture + _sway(frames, random)
    place = np.array([random.choice([-1.0, 1.0]) * random.uniform(0.9, 1.2), -0.9])
    joints = _in_room(place_joints(subject.lengths, controls), place, random.uniform(-0.6, 0.6))
    enters = random.integers(0, frames // 2)
    leaves = random.integers(frames // 2 + 1, frames + 1)
    moments = np.arange(frames)
    return Person(joints, (moments >= enters) & (moments < leaves))


def _timeline(
    action: Action, subject: Subject, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Seconds `(keys,)` and channels `(keys, channels)` of the poses to go through."""
    amplitude = subject.amplitude * random.uniform(0.94, 1.06)
    tempo = subject.tempo * random.uniform(0.92, 1.08)
    times, poses = [0.0], [NEUTRAL]

    def idle(frames: tuple[int, int]) -> None:
        times.append(times[-1] + random.integers(*frames, endpoint=True) / FRAME_RATE)
        poses.append(NEUTRAL)

    idle(action.before)
    for number, part in enumerate(action.parts):
        if number:
            idle(action.between)
        mirrored = part.handed and subject.left_handed
        for seconds, pose in (mirror(part, part.name) if mirrored else part).keys:
            away = np.zeros(len(CHANNELS))
            for name, value in pose.items():
                away[INDEX[name]] = value - NEUTRAL[INDEX[name]]
            times.append(times[-1] + seconds / tempo * random.uniform(0.88, 1.12))
            poses.append(NEUTRAL + amplitude * random.uniform(0.93, 1.07, len(away)) * away)
    idle(action.after)
    return np.array(times), np.array(poses)


def _interpolate(times: np.ndarray, poses: np.ndarray, frames: int) -> np.ndarray:
    """From pose to pose, starting and stopping gently: `(frames, channels)`."""
    moments = np.minimum(np.arange(frames) / FRAME_RATE, times[-1])
    key = np.clip(np.searchsorted(times, moments, side="right") - 1, 0, len(times) - 2)
    share = (moments - times[key]) / (times[key + 1] - times[key])
    share = (share * share * (3 - 2 * share))[:, None]
    return (1 - share) * poses[key] + share * poses[key + 1]


def _sway(frames: int, random: np.random.Generator) -> np.ndarray:
    """What moves while nothing is done: slow waves, `(frames, channels)`."""
    waves = 3
    frequency = random.uniform(0.1, 0.6, (waves, 1, len(CHANNELS)))  # hertz
    phase = random.uniform(0, 2 * np.pi, (waves, 1, len(CHANNELS)))
    moments = np.arange(frames)[:, None] / FRAME_RATE
    swaying = np.sin(2 * np.pi * frequency * moments + phase).sum(axis=0)
    return _SWAY_OF_CHANNELS * random.uniform(0.5, 1.2) * swaying / np.sqrt(waves / 2)


def _in_room(joints: np.ndarray, place: np.ndarray, heading: float) -> np.ndarray:
    cos, sin = np.cos(heading), np.sin(heading)
    turned = joints @ np.array([[cos, 0, -sin], [0, 1, 0], [sin, 0, cos]])
    return turned + np.array([place[0], 0.0, place[1]])
