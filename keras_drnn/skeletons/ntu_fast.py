"""The fast parser of NTU text: all lines at once, only the coordinates converted."""

import numpy as np

from keras_drnn.skeletons.decimal_text import read_decimals
from keras_drnn.skeletons.ntu_format import (
    BODY_COLUMNS,
    BODY_LINES,
    JOINT_COLUMNS,
    JOINTS,
    BodyRows,
)

_CHARACTERS = b"0123456789+-.eE \t\r\n"


def parse(data: bytes) -> BodyRows | None:
    """Parse the bytes of a `.skeleton` file.

    Returns:
        The bodies, or `None` if anything at all is not as it is in a good file: the careful
        parser then says what and where.
    """
    if data.translate(None, _CHARACTERS):
        return None
    # With a line end on both sides every number, and every line, has a blank before and after it.
    data = b"\n" + data.rstrip() + b"\n"
    text = np.frombuffer(data, np.uint8)
    line_ends = np.flatnonzero(text == ord("\n"))
    lines = len(line_ends) - 1
    try:
        frames, frame, identity, body_line = _find_bodies(data, line_ends.tolist())
    except (IndexError, ValueError):
        return None
    if not identity:
        return None

    blank = text <= ord(" ")
    starts = np.flatnonzero(blank[:-1] > blank[1:]) + 1
    first_of_line = np.searchsorted(starts, line_ends)
    joint_line = body_line[:, None] + np.arange(2, BODY_LINES)
    columns = np.ones(lines, int)
    columns[body_line] = BODY_COLUMNS
    columns[joint_line] = JOINT_COLUMNS
    if not np.array_equal(np.diff(first_of_line), columns):
        return None

    number = (first_of_line[joint_line][..., None] + np.arange(3)).ravel()
    start = starts[number]
    # One blank between two numbers is the rule; float() forgives a wider gap.
    stop = starts[number + 1] - 1
    try:
        values = read_decimals(text, stop, stop - start)
    except ValueError:
        return None
    with np.errstate(over="ignore"):
        joints = values.astype(np.float32)
    if not np.isfinite(joints).all():
        return None
    return BodyRows(frames, np.array(frame), identity, joints.reshape(-1, JOINTS, 3))


def _find_bodies(data: bytes, ends: list[int]) -> tuple[int, list[int], list[bytes], np.ndarray]:
    """Follow the counts through the file: the frame, the bodyID and the line of each body.

    Line `i` lies between `ends[i]` and `ends[i + 1]`; an IndexError means that it is not there.
    """

    def count(line: int) -> int:
        digits = data[ends[line] : ends[line + 1]].strip()
        if not digits.isdigit():
            raise ValueError
        return int(digits)

    frames = count(0)
    frame, identity, body_line = [], [], []
    at = 1
    for t in range(frames):
        bodies = count(at)
        at += 1
        for _ in range(bodies):
            body = data[ends[at] : ends[at + 1]].split(None, 1)[0]
            if not body.isdigit() or count(at + 1) != JOINTS:
                raise ValueError
            frame.append(t)
            identity.append(body)
            body_line.append(at)
            at += BODY_LINES
        if len(set(identity[len(identity) - bodies :])) != bodies:
            raise ValueError
    if at != len(ends) - 1:
        raise ValueError
    return frames, frame, identity, np.array(body_line, int)
