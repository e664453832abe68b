"""Which side of the body a joint is on, by its name."""

import re
from typing import Literal

Side = Literal["left", "right", "middle"]


def side_of(joint: str) -> Side:
    """The side of a joint: `left hip`, `l_hip`, `LeftHip` and `LHip` are left.

    Args:
        joint: The name of the joint.

    Example:

    >>> side_of("RightHip"), side_of("l_hip"), side_of("elbow")
    ('right', 'left', 'middle')
    """
    words = {word.lower() for word in re.findall("[A-Z]?[a-z]+|[A-Z]", joint)}
    return "left" if words & {"left", "l"} else "right" if words & {"right", "r"} else "middle"
