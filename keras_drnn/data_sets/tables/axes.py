"""Joints as the features expect them: y up, metres."""

from typing import NamedTuple

import numpy as np

# Rotations that bring the axis that points up to y, each axis of the result as one of those given
# and its sign; in a picture, whose y may point down, a flip.
_TURNS = {
    "y": ((0, 1), (1, 1), (2, 1)),
    "-y": ((0, 1), (1, -1), (2, -1)),
    "z": ((0, 1), (2, 1), (1, -1)),
    "-z": ((0, 1), (2, -1), (1, 1)),
    "x": ((1, -1), (0, 1), (2, 1)),
    "-x": ((1, 1), (0, -1), (2, 1)),
}
METRES = {"metres": 1.0, "centimetres": 0.01, "millimetres": 0.001}


class Turn(NamedTuple):
    """What brings the joints of a recording to the axes and units of the features.

    Args:
        axes: For each axis, the index of the recording's axis that becomes it.
        factors: For each axis, what that one is multiplied by.
    """

    axes: tuple[int, ...]
    factors: tuple[float, ...]

    def __call__(self, joints: np.ndarray) -> np.ndarray:
        """Joints `(..., axes)` of the recording as the features expect them."""
        turned = joints[..., self.axes] * np.array(self.factors, joints.dtype)
        return turned + 0  # makes 0 of -0

    @property
    def back(self) -> "Turn":
        """What brings joints back to the axes and units of the recording."""
        places = [self.axes.index(axis) for axis in range(len(self.axes))]
        return Turn(tuple(places), tuple(1 / self.factors[place] for place in places))


def upright(up: str | None, units: str | None, axes: int) -> Turn:
    """The turn that makes y point up, in metres where the units are a length.

    Args:
        up: The axis that points up, with its sign: `"y"`, `"-y"`, `"z"` ...; `None` is `"y"`.
        units: What the coordinates are in; others than lengths stay as they are.
        axes: The number of axes, two or three.

    Raises:
        ValueError: If the joints have no such axis.

    Example:

    >>> upright("z", "centimetres", 3)(np.array([100.0, 200.0, 300.0])).tolist()
    [1.0, 3.0, -2.0]
    """
    if axes == 2 and "z" in (up or "y"):
        raise ValueError(f"expected `up` to be x or y of 2-D joints, received {up}")
    size = METRES.get(units or "", 1.0)
    chosen = _TURNS[up or "y"][:axes]
    return Turn(tuple(axis for axis, _ in chosen), tuple(sign * size for _, sign in chosen))
