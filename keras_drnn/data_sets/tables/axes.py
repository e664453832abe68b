"""Joints as the features expect them: y up, metres."""

import numpy as np

# Rotations that bring the axis that points up to y; in a picture, whose y may point down, a flip.
_ROTATIONS = {
    "y": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "-y": ((1, 0, 0), (0, -1, 0), (0, 0, -1)),
    "z": ((1, 0, 0), (0, 0, 1), (0, -1, 0)),
    "-z": ((1, 0, 0), (0, 0, -1), (0, 1, 0)),
    "x": ((0, -1, 0), (1, 0, 0), (0, 0, 1)),
    "-x": ((0, 1, 0), (-1, 0, 0), (0, 0, 1)),
}
METRES = {"metres": 1.0, "centimetres": 0.01, "millimetres": 0.001}


def turn_upright(joints: np.ndarray, up: str) -> np.ndarray:
    """Turn joints so that y points up.

    Args:
        joints: `(..., axes)`, two or three axes.
        up: The axis that points up, with its sign: `"y"`, `"-y"`, `"z"` ...

    Raises:
        ValueError: If the joints have no such axis.

    Example:

    >>> turn_upright(np.array([1.0, 2.0, 3.0]), "z").tolist()
    [1.0, 3.0, -2.0]
    """
    axes = joints.shape[-1]
    if axes == 2 and "z" in up:
        raise ValueError(f"expected `up` to be x or y of 2-D joints, received {up}")
    turn = np.array(_ROTATIONS[up], joints.dtype)[:axes, :axes]
    return joints @ turn.T
