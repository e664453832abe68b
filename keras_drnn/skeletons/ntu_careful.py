"""The careful parser of NTU text: line by line, slow, and able to say what is wrong where."""

import re
from pathlib import Path

import numpy as np

from keras_drnn.skeletons.errors import SkeletonFileError
from keras_drnn.skeletons.ntu_format import BODY_COLUMNS, JOINT_COLUMNS, JOINTS, BodyRows

_BINARY = re.compile(rb"[^\t\r\n\x20-\x7e]")
# What is not a coordinate is not converted: it only has to be made of what numbers are made of.
# The sensor writes nan and infinities where a joint has no place in an image; 1.#IND and the like
# are Windows' names of them.
_NUMBER_LIKE = re.compile(
    rb"[0-9+\-.eE]+|[+-]?(nan|inf(inity)?|1\.#(inf|ind|qnan|snan)0*)", re.IGNORECASE
)
_LARGEST_COUNT_DIGITS = 9


def parse(data: bytes, path: Path) -> BodyRows:
    """Parse the bytes of a `.skeleton` file.

    Raises:
        SkeletonFileError: With the line of the first fault.
    """
    lines = _Lines(data, path)
    frames = lines.count("the number of frames")
    if frames == 0:
        raise lines.fault("expected at least 1 frame, received 0", "no frames")
    frame, identity, joints = [], [], []
    for t in range(frames):
        where = f"frame {t + 1} of {frames}"
        bodies = lines.count(f"the number of bodies of {where}")
        seen = set()
        for _ in range(bodies):
            body = lines.numbers(BODY_COLUMNS, f"the body line of {where}")[0]
            if not body.isdigit():
                raise lines.fault(
                    f"expected a bodyID, a whole number, received {_show(body)}", "not a number"
                )
            if body in seen:
                raise lines.fault(f"bodyID {_show(body)} twice in {where}", "repeated body")
            seen.add(body)
            count = lines.count(f"the number of joints, {JOINTS}, of a body of {where}")
            if count != JOINTS:
                raise lines.fault(f"expected {JOINTS} joints, received {count}", "joint count")
            joints.append([_joint(lines, j, where) for j in range(JOINTS)])
            frame.append(t)
            identity.append(body)
    lines.expect_end(frames)
    if not identity:
        raise SkeletonFileError(
            path,
            None,
            f"expected a body in at least 1 of the {frames} frames, found none",
            "no body",
        )
    return BodyRows(frames, np.array(frame), identity, np.array(joints, np.float32))


def _joint(lines: "_Lines", joint: int, where: str) -> list[float]:
    what = f"joint {joint + 1} of {JOINTS} of a body of {where}"
    xyz = []
    for axis, token in zip("xyz", lines.numbers(JOINT_COLUMNS, what)[:3], strict=True):
        try:
            value = float(token)
        except ValueError:
            raise lines.fault(
                f"expected {axis} of {what} to be a number, received {_show(token)}", "not a number"
            ) from None
        with np.errstate(over="ignore"):
            finite = np.isfinite(np.float32(value))
        if not finite:
            raise lines.fault(
                f"expected {axis} of {what} to be finite, received {_show(token)}", "not finite"
            )
        xyz.append(value)
    return xyz


class _Lines:
    """The lines of a file, read one after the other, and the faults found on the way."""

    def __init__(self, data: bytes, path: Path) -> None:
        self._path = path
        self._number = 1  # of the line read last, for the faults
        binary = _BINARY.search(data)
        if binary:
            self._number += data.count(b"\n", 0, binary.start())
            raise self.fault(
                f"expected plain text, received the byte {binary[0][0]:#04x}", "not text"
            )
        if not data.strip():
            raise self.fault(
                "the file is empty; expected the number of frames in the first line", "empty file"
            )
        self._lines = data.rstrip().split(b"\n")
        self._number = 0

    def _next(self) -> None:
        """Go on to the next line that is not blank, or behind the last one."""
        self._number += 1
        while self._number <= len(self._lines) and not self._lines[self._number - 1].strip():
            self._number += 1

    def fault(self, reason: str, kind: str) -> SkeletonFileError:
        return SkeletonFileError(self._path, self._number, reason, kind)

    def numbers(self, columns: int, what: str) -> list[bytes]:
        """The tokens of the next line, which should be `columns` numbers: `what`."""
        self._next()
        if self._number > len(self._lines):
            raise self.fault(f"the file ends here; expected {what}", "truncated")
        tokens = self._lines[self._number - 1].split()
        for token in tokens:
            if not _NUMBER_LIKE.fullmatch(token):
                raise self.fault(
                    f"expected {what} to be numbers, received {_show(token)}", "not a number"
                )
        if len(tokens) != columns:
            last = self._number == len(self._lines)
            cut = "; the file ends here" if last and len(tokens) < columns else ""
            raise self.fault(
                f"expected {what}: {columns} number{'s' * (columns > 1)} in the line, "
                f"received {len(tokens)}{cut}",
                "truncated" if cut else "column count",
            )
        return tokens

    def count(self, what: str) -> int:
        """The whole number that should stand alone in the next line."""
        (token,) = self.numbers(1, what)
        if token.startswith(b"-") and token[1:].isdigit():
            raise self.fault(
                f"expected {what}, 0 or more, received {_show(token)}", "negative count"
            )
        if not token.isdigit():
            raise self.fault(
                f"expected {what}, a whole number, received {_show(token)}", "not a number"
            )
        if len(token) > _LARGEST_COUNT_DIGITS:
            raise self.fault(f"expected {what}, received {_show(token)}", "implausible count")
        return int(token)

    def expect_end(self, frames: int) -> None:
        if self._number < len(self._lines):
            self._next()
            raise self.fault(
                f"expected the file to end after its {frames} frames, "
                f"received {_show(self._lines[self._number - 1].strip())}",
                "trailing data",
            )


def _show(token: bytes) -> str:
    """A token as it may stand in a message: text, and not too much of it."""
    text = token.decode("ascii")
    return repr(text if len(text) <= 40 else text[:40] + "...")
