"""The channels that steer a body: what a motion says, independent of the size of who performs it.

Angles are in radians. Hands are placed from their shoulder, in the frame of the chest, in arm
lengths; feet and pelvis from where they stand, in the frame of the heading, in leg lengths. `out`
points away from the middle of the body, so that mirroring a motion is swapping the two sides.
"""

import numpy as np

_SIDED = ("hand_out", "hand_up", "hand_forward", "foot_out", "foot_up", "foot_forward")
_MIDDLE = ("pelvis_up", "pelvis_forward", "hinge", "bend", "nod")
_LATERAL = ("pelvis_left", "lean", "twist", "look")  # positive to the left

CHANNELS = (
    *_MIDDLE,
    *_LATERAL,
    *(f"left_{name}" for name in _SIDED),
    *(f"right_{name}" for name in _SIDED),
)
INDEX = {name: index for index, name in enumerate(CHANNELS)}

# Standing, arms hanging.
_AT_REST = {"hand_out": 0.12, "hand_up": -0.96, "hand_forward": 0.08, "foot_out": 0.03}
NEUTRAL = np.array(
    [_AT_REST.get(name.removeprefix("left_").removeprefix("right_"), 0.0) for name in CHANNELS]
)


def _mirrored_name(name: str) -> str:
    if name.startswith("left_"):
        return "right_" + name.removeprefix("left_")
    return "left_" + name.removeprefix("right_") if name.startswith("right_") else name


def mirrored(pose: dict[str, float]) -> dict[str, float]:
    """Give the mirror image of a pose.

    Args:
        pose: Channel values, by name.

    Returns:
        The same with left and right exchanged.

    Example:

    >>> mirrored({"right_hand_up": 0.5, "twist": 0.2})
    {'left_hand_up': 0.5, 'twist': -0.2}
    """
    return {
        _mirrored_name(name): -value if name in _LATERAL else value for name, value in pose.items()
    }
