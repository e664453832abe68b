"""The actions of the demo data, each a sequence of parts with idle time around them."""

from dataclasses import dataclass

from keras_drnn.skeletons.demo import motions
from keras_drnn.skeletons.demo.motions import Part

FRAME_RATE = 30  # frames per second
Frames = tuple[int, int]  # shortest and longest, drawn evenly


@dataclass(frozen=True)
class Action:
    """One class of the data.

    Args:
        name: What is done.
        parts: In the order in which they are done.
        before: Idle frames before the first part.
        between: Idle frames between two parts.
        after: Idle frames after the last part.
    """

    name: str
    parts: tuple[Part, ...]
    before: Frames = (6, 20)
    between: Frames = (0, 0)
    after: Frames = (6, 16)


def _raises(*sides: str) -> Action:
    """Arms raised one after the other: nothing but the order tells such actions apart."""
    arms = {"left": motions.RAISE_LEFT, "right": motions.RAISE_RIGHT}
    # The idle end is longer than a short memory, and what counts began three raises earlier.
    return Action(
        f"raise {', '.join(sides)}",
        tuple(arms[side] for side in sides),
        before=(5, 20),
        between=(5, 14),
        after=(15, 20),
    )


_ACTIONS = (
    Action("drink", (motions.DRINK,)),
    Action("phone call", (motions.PHONE,)),
    Action("sit down and stand up", (motions.SIT,)),
    Action("squat", (motions.SQUAT,)),
    Action("march on the spot", (motions.MARCH,)),
    Action("jog on the spot", (motions.JOG,)),
    # All orders of two left and two right raises.
    _raises("left", "left", "right", "right"),
    _raises("left", "right", "left", "right"),
    _raises("left", "right", "right", "left"),
    _raises("right", "left", "left", "right"),
    _raises("right", "left", "right", "left"),
    _raises("right", "right", "left", "left"),
)

ACTION_BY_NUMBER = dict(enumerate(_ACTIONS, start=1))

ACTIONS = tuple(action.name for action in _ACTIONS)
"""Names of the classes; the first is action 1 in the file names."""

ORDER_ACTIONS = (7, 8, 9, 10, 11, 12)
"""Numbers of the actions that differ from one another by nothing but the order of what is done."""
