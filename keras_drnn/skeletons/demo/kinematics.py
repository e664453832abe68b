"""From the channels of a motion to the 25 joints of a Kinect v2 skeleton.

The frame is that of the body: x to its left, y up, z forward, the floor at y = 0. The trunk is
turned bone by bone from the hip centre up; an arm or leg bends so that wrist or ankle gets where
the channels want it. Every bone keeps its length whatever is asked for.
"""

import numpy as np

from keras_drnn.skeletons.demo.channels import INDEX

_LEFT, _UP, _FORWARD = np.eye(3)
_LONGEST_REACH = 0.995  # of a stretched limb: knees and elbows never lock
_STANDING = 0.992  # of stretched legs


def place_joints(lengths: dict[str, float], controls: np.ndarray) -> np.ndarray:
    """Place the joints of a body in every frame.

    Args:
        lengths: Metres, by part of the body, as in `Subject.lengths`.
        controls: `(frames, channels)` in the order of `CHANNELS`.

    Returns:
        `(frames, 25, 3)` metres, in the frame of the body.
    """
    leg = lengths["thigh"] + lengths["shank"]
    joints = np.empty((len(controls), 25, 3))

    def channel(name: str) -> np.ndarray:
        return controls[:, INDEX[name]]

    standing = _STANDING * leg + lengths["ankle"]
    pelvis = leg * _vectors(channel("pelvis_left"), channel("pelvis_up"), channel("pelvis_forward"))
    pelvis[:, 1] += standing
    hips = _pitch(channel("hinge"))
    half = _pitch(channel("bend") / 2) @ _roll(channel("lean") / 2) @ _yaw(channel("twist") / 2)
    waist = hips @ half
    chest = waist @ half
    face = chest @ _pitch(channel("nod")) @ _yaw(channel("look"))

    joints[:, 0] = pelvis
    joints[:, 1] = joints[:, 0] + lengths["lower_spine"] * (waist @ _UP)
    joints[:, 20] = joints[:, 1] + lengths["upper_spine"] * (chest @ _UP)
    joints[:, 2] = joints[:, 20] + lengths["neck"] * (chest @ _UP)
    joints[:, 3] = joints[:, 2] + lengths["head"] * (face @ _UP)

    for side, outward, arm_start, leg_start in (("left", 1, 4, 12), ("right", -1, 8, 16)):
        out = outward * _LEFT
        shoulder = joints[:, 20] + lengths["shoulder"] * (chest @ _unit(out - 0.25 * _UP))
        reach = _vectors(
            outward * channel(f"{side}_hand_out"),
            channel(f"{side}_hand_up"),
            channel(f"{side}_hand_forward"),
        )
        reach = (lengths["upper_arm"] + lengths["forearm"]) * _turned(chest, reach)
        elbow, wrist = _bend_limb(
            shoulder,
            shoulder + reach,
            chest @ (0.6 * out - _UP - 0.7 * _FORWARD),
            lengths["upper_arm"],
            lengths["forearm"],
        )
        along = (wrist - elbow) / lengths["forearm"]
        across = _unit(np.cross(along, chest @ out))
        joints[:, arm_start] = shoulder
        joints[:, arm_start + 1] = elbow
        joints[:, arm_start + 2] = wrist
        joints[:, arm_start + 3] = wrist + lengths["hand"] * along
        tip, thumb = (21, 22) if side == "left" else (23, 24)
        joints[:, tip] = joints[:, arm_start + 3] + lengths["hand_tip"] * along
        joints[:, thumb] = wrist + lengths["thumb"] * (0.8 * along + 0.6 * across)

        hip = pelvis + lengths["hip"] * (hips @ _unit(out - 0.3 * _UP))
        ankle = leg * _vectors(
            outward * channel(f"{side}_foot_out"),
            channel(f"{side}_foot_up"),
            channel(f"{side}_foot_forward"),
        )
        ankle += lengths["hip"] * out + lengths["ankle"] * _UP
        knee, ankle = _bend_limb(
            hip,
            ankle,
            np.broadcast_to(_FORWARD + 0.15 * out, hip.shape),
            lengths["thigh"],
            lengths["shank"],
        )
        joints[:, leg_start] = hip
        joints[:, leg_start + 1] = knee
        joints[:, leg_start + 2] = ankle
        joints[:, leg_start + 3] = ankle + lengths["foot"] * _unit(
            _FORWARD + 0.2 * out - 0.35 * _UP
        )
    return joints


def _bend_limb(
    start: np.ndarray, target: np.ndarray, bend: np.ndarray, upper: float, lower: float
) -> tuple[np.ndarray, np.ndarray]:
    """Joint in the middle and end of a limb of two bones that reaches for a target."""
    away = target - start
    wanted = np.linalg.norm(away, axis=-1, keepdims=True)
    shortest = abs(upper - lower) + 0.1 * min(upper, lower)
    distance = np.clip(wanted, shortest, _LONGEST_REACH * (upper + lower))
    away = away / wanted
    sideways = _unit(bend - away * np.sum(bend * away, axis=-1, keepdims=True))
    # Law of cosines: how far along the line to the target the middle joint stands.
    along = (upper**2 - lower**2 + distance**2) / (2 * distance)
    middle = start + along * away + np.sqrt(upper**2 - along**2) * sideways
    return middle, start + distance * away


def _vectors(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    return np.stack([x, y, z], axis=-1)


def _turned(rotation: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    return np.einsum("tij,tj->ti", rotation, vectors)


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def _pitch(angle: np.ndarray) -> np.ndarray:
    """Forward: up turns to forward."""
    return _rotation(angle, 1, 2)


def _yaw(angle: np.ndarray) -> np.ndarray:
    """To the left: forward turns to left."""
    return _rotation(angle, 2, 0)


def _roll(angle: np.ndarray) -> np.ndarray:
    """To the left: up turns to left."""
    return _rotation(angle, 1, 0)


def _rotation(angle: np.ndarray, from_axis: int, to_axis: int) -> np.ndarray:
    rotation = np.tile(np.eye(3), (len(angle), 1, 1))
    rotation[:, from_axis, from_axis] = rotation[:, to_axis, to_axis] = np.cos(angle)
    rotation[:, to_axis, from_axis] = np.sin(angle)
    rotation[:, from_axis, to_axis] = -np.sin(angle)
    return rotation
