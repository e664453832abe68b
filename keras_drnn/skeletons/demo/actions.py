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


def _in_order(name: str, *parts: Part) -> Action:
    # The end of such a clip is idle for longer than a short memory lasts, and so is the middle.
    return Action(name, parts, before=(8, 28), between=(22, 46), after=(16, 24))


_ACTIONS = (
    Action("drink", (motions.DRINK,)),
    Action("phone call", (motions.PHONE,)),
    Action("sit down and stand up", (motions.SIT,)),
    Action("squat", (motions.SQUAT,)),
    Action("march on the spot", (motions.MARCH,)),
    Action("jog on the spot", (motions.JOG,)),
    _in_order("wave, then clap", motions.WAVE, motions.CLAP),
    _in_order("clap, then wave", motions.CLAP, motions.WAVE),
    _in_order("pick up left, then right", motions.PICK_UP_LEFT, motions.PICK_UP_RIGHT),
    _in_order("pick up right, then left", motions.PICK_UP_RIGHT, motions.PICK_UP_LEFT),
    _in_order("kick, then bow", motions.KICK, motions.BOW),
    _in_order("bow, then kick", motions.BOW, motions.KICK),
)

ACTION_BY_NUMBER = dict(enumerate(_ACTIONS, start=1))

ACTIONS = tuple(action.name for action in _ACTIONS)
"""Names of the classes; the first is action 1 in the file names."""

ORDER_PAIRS = ((7, 8), (9, 10), (11, 12))
"""Pairs of action numbers that differ by nothing but the order of what is done."""
