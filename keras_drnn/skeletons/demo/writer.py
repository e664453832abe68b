"""A recording as the text of an NTU `.skeleton` file, all columns.

Positions are written to the millimetre, which is below the noise; pixels without decimals.
"""

import numpy as np

from keras_drnn.skeletons.demo.fixed_point import FixedPoint
from keras_drnn.skeletons.demo.sensor import Body, Recording
from keras_drnn.skeletons.layouts import KINECT_V2

_METRES = FixedPoint(decimals=3, limit=10)
_PIXELS = FixedPoint(decimals=0, limit=4000)
_UNITS = FixedPoint(decimals=2, limit=1)
_STATES = np.array([b"0\n", b"1\n", b"2\n"])

_JOINT = np.dtype(
    [(name, _METRES.dtype) for name in ("x", "y", "z")]
    + [(name, _PIXELS.dtype) for name in ("depth_x", "depth_y", "color_x", "color_y")]
    + [(name, _UNITS.dtype) for name in ("w", "i", "j", "k")]
    + [("state", _STATES.dtype)]
)

_PARENT = np.zeros(len(KINECT_V2), int)
for _near, _far in KINECT_V2.bones:
    _PARENT[_far] = _near
_ENDS = np.setdiff1d(np.arange(len(KINECT_V2)), _PARENT)


def skeleton_text(recording: Recording) -> bytes:
    """Write a recording.

    Args:
        recording: What a camera recorded.

    Returns:
        The contents of the file.
    """
    present = np.stack([body.present for body in recording.bodies], axis=1)
    in_order = np.take_along_axis(present, recording.order, axis=1)
    counts = in_order.sum(axis=1)
    heads = [_body_heads(body) for body in recording.bodies]
    joints = [_joint_lines(body) for body in recording.bodies]

    # One row for each body in each frame, and one for a frame without a body: what is not filled
    # in stays zero bytes, and those are thrown away in the end.
    rows = np.zeros(
        np.maximum(counts, 1).sum(),
        [("count", "S4"), ("head", "S80"), ("joints", _JOINT, len(KINECT_V2))],
    )
    first_row = np.cumsum(np.maximum(counts, 1)) - np.maximum(counts, 1)
    rows["count"][first_row] = [b"%d\n" % count for count in counts]
    row_of_slot = first_row[:, None] + np.cumsum(in_order, axis=1) - 1
    for index in range(len(heads)):
        frame, slot = np.nonzero(in_order & (recording.order == index))
        rows["head"][row_of_slot[frame, slot]] = heads[index][frame]
        rows["joints"][row_of_slot[frame, slot]] = joints[index][frame]
    return b"%d\n" % len(counts) + rows.tobytes().translate(None, b"\0")


def _body_heads(body: Body) -> np.ndarray:
    """The line of the body and the line with the number of joints, frame by frame."""
    trunk = body.joints[:, 20] - body.joints[:, 0]
    lean = trunk / np.linalg.norm(trunk, axis=-1, keepdims=True)
    lean_x, lean_y = _UNITS(lean[:, 0]), _UNITS(-lean[:, 2])
    # Not clipped, both hands open with high confidence, not restricted; tracked.
    return np.array(
        [
            b"%d 0 1 2 1 2 0 %b%b2\n%d\n" % (body.identity, x, y, len(KINECT_V2))
            for x, y in zip(lean_x, lean_y, strict=True)
        ]
    )


def _joint_lines(body: Body) -> np.ndarray:
    """The lines of the joints, `(frames, 25)`."""
    lines = np.zeros(body.states.shape, _JOINT)
    for axis, name in enumerate(("x", "y", "z")):
        lines[name] = _METRES(body.joints[..., axis])
    # Focal lengths and middles of the two images, as a Kinect v2 has them.
    right = body.joints[..., 0] / body.joints[..., 2]
    down = -body.joints[..., 1] / body.joints[..., 2]
    lines["depth_x"] = _PIXELS(256 + 366 * right)
    lines["depth_y"] = _PIXELS(208 + 366 * down)
    lines["color_x"] = _PIXELS(975 + 1064 * right)
    lines["color_y"] = _PIXELS(568 + 1064 * down)
    orientation = _orientations(body.joints)
    for axis, name in enumerate(("w", "i", "j", "k")):
        lines[name] = _UNITS(orientation[..., axis])
    lines["state"] = _STATES[body.states]
    return lines


def _orientations(joints: np.ndarray) -> np.ndarray:
    """Quaternions that turn the y axis to the bone; zero at the ends of the body, as Kinect's."""
    bones = joints - joints[:, _PARENT]
    bones[:, KINECT_V2.hip] = joints[:, 1] - joints[:, KINECT_V2.hip]
    x, y, z = np.moveaxis(bones / np.linalg.norm(bones, axis=-1, keepdims=True), -1, 0)
    w = np.sqrt(np.maximum((1 + y) / 2, 1e-6))
    orientation = np.stack([w, z / (2 * w), np.zeros_like(w), -x / (2 * w)], axis=-1)
    orientation[:, _ENDS] = 0
    return np.clip(orientation, -1, 1)
