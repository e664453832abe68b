"""Names in streaming files: of signatures, of what goes in and out, and in the metadata."""

from collections.abc import Iterable

STEP, START = "step", "initial_state"
FRAME, SCORES = "frame", "scores"
#: What a caller carries from frame to frame: floats, and whole numbers that count steps.
STATE, CLOCK = "state", "clock"
#: What the metadata call `input` of a file that takes frames as they were recorded, with NaN where
#: something is missing.
RECORDED = "recorded"


def following(name: str) -> str:
    """What a tensor that is carried is called where it comes out, in formats where that may not be
    the name by which it goes in: ONNX and OpenVINO.
    """
    return f"next_{name}"


def step_name(due: Iterable[Iterable[bool]]) -> str:
    """Name of the signature that computes the groups that are due and no others.

    Args:
        due: For each clock, whether each of its groups is due.

    Example:

    >>> step_name([(True, True, False), (True, False)])
    'step_110_10'
    """
    return "_".join([STEP, *("".join("1" if each else "0" for each in groups) for groups in due)])
