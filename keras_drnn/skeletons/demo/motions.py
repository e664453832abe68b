"""The parts that actions are made of, as poses to go through.

Every part starts and ends standing at rest, so that nothing of it is left to see afterwards.
"""

from dataclasses import dataclass

from keras_drnn.skeletons.demo.channels import mirrored

Key = tuple[float, dict[str, float]]


@dataclass(frozen=True)
class Part:
    """A short motion.

    Args:
        name: What is done.
        keys: For each pose: seconds from the one before, and the channels that are not at rest.
        handed: Whether a left-handed person does the mirror image.
    """

    name: str
    keys: tuple[Key, ...]
    handed: bool = True


def mirror(part: Part, name: str) -> Part:
    """Give the mirror image of a part.

    Args:
        part: What to mirror.
        name: Name of the mirror image.

    Returns:
        The part with left and right exchanged.
    """
    return Part(name, tuple((seconds, mirrored(pose)) for seconds, pose in part.keys), part.handed)


def _right_hand(out: float, up: float, forward: float, **others: float) -> dict[str, float]:
    hand = {"right_hand_out": out, "right_hand_up": up, "right_hand_forward": forward}
    return hand | others


def _hands(out: float, up: float, forward: float, **others: float) -> dict[str, float]:
    right = _right_hand(out, up, forward)
    return right | mirrored(right) | others


_RAISED = _right_hand(0.25, 0.30, 0.75)
RAISE_RIGHT = Part(
    "raise the right arm", ((0.24, _RAISED), (0.06, _RAISED), (0.24, {})), handed=False
)
RAISE_LEFT = mirror(RAISE_RIGHT, "raise the left arm")

_AT_MOUTH = _right_hand(-0.30, 0.20, 0.42)
_SIP = _right_hand(-0.30, 0.28, 0.38, nod=-0.30, bend=-0.05)
DRINK = Part(
    "drink",
    ((0.45, _AT_MOUTH), *((0.20, _SIP), (0.25, _SIP), (0.20, _AT_MOUTH)), (0.45, {})),
)

_AT_EAR = _right_hand(-0.08, 0.26, 0.16, nod=0.08, look=-0.15, lean=-0.05)
PHONE = Part("phone", ((0.45, _AT_EAR), (0.65, _AT_EAR), (0.45, {})))

_SAT_DOWN = {
    **_hands(0.05, -0.55, 0.45),
    **{"pelvis_up": -0.50, "pelvis_forward": -0.46, "hinge": -0.05, "bend": 0.12},
}
_LEANT_FORWARD = {
    **_hands(0.10, -0.55, 0.60),
    **{"pelvis_up": -0.28, "pelvis_forward": -0.32, "hinge": 0.55, "bend": 0.20, "nod": -0.25},
}
SIT = Part(
    "sit",
    ((0.35, _LEANT_FORWARD), (0.25, _SAT_DOWN), (0.35, _SAT_DOWN))
    + ((0.30, _LEANT_FORWARD), (0.35, {})),
    handed=False,
)

_SQUATTED = _hands(
    *(0.00, 0.10, 0.85),
    **{"pelvis_up": -0.48, "pelvis_forward": -0.14, "hinge": 0.50, "bend": 0.25, "nod": -0.40},
)
SQUAT = Part("squat", ((0.60, _SQUATTED), (0.25, _SQUATTED), (0.60, {})), handed=False)


def _on_the_spot(step: float, lift: float, swing: float, elbow: float, hop: float) -> Part:
    """Two double steps: `step` seconds each, foot up to `lift`, arms swinging by `swing`."""
    bent = {"left_hand_up": -0.96 + elbow, "right_hand_up": -0.96 + elbow}
    bent |= {"left_hand_forward": 0.08 + elbow / 2, "right_hand_forward": 0.08 + elbow / 2}
    right = bent | {
        **{"right_foot_up": lift, "right_foot_forward": 0.10, "pelvis_left": 0.04},
        **{"left_hand_forward": bent["left_hand_forward"] + swing},
        **{"right_hand_forward": bent["right_hand_forward"] - swing},
        **{"pelvis_up": hop},
    }
    both = bent | {"pelvis_up": -2 * hop}
    half = step / 2
    steps = ((half, right), (half, both), (half, mirrored(right)), (half, both)) * 2
    return Part("on the spot", (*steps[:-1], (half, {})))


MARCH = _on_the_spot(step=0.50, lift=0.30, swing=0.25, elbow=0.10, hop=0.0)
JOG = _on_the_spot(step=0.34, lift=0.22, swing=0.20, elbow=0.30, hop=0.012)
