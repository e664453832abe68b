"""Runs a file on TFLite Micro, the runtime of microcontrollers, by its interpreter for Python."""

import contextlib
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from keras_drnn.export.check import ExportError

_UNIT = 16  # bytes to which an arena is aligned


class MicroStream:
    """A stream of frames through a file whose first graph is a step.

    Args:
        path: The file: it takes a frame and the state, and gives scores and the next state.
        states: Shape and type of what a caller carries, in order.
        arena: Bytes for everything but the model; by default more than enough.
    """

    def __init__(
        self,
        path: Path,
        states: Sequence[tuple[tuple[int, ...], str]],
        *,
        arena: int | None = None,
    ):
        self._kinds = states
        self._interpreter = _open(path, arena)
        self.reset()

    def reset(self) -> None:
        """Forget all frames."""
        #: What is carried to the next frame.
        self.states = [np.zeros(*kind) for kind in self._kinds]

    def step(self, frame: np.ndarray) -> np.ndarray:
        """Scores after one more frame."""
        for index, values in enumerate((frame[None], *self.states)):
            self._interpreter.set_input(values, index)
        self._interpreter.invoke()
        given = [np.array(self._interpreter.get_output(i)) for i in range(1 + len(self.states))]
        scores, *self.states = given
        return scores[0]

    def predict(self, clip: np.ndarray) -> np.ndarray:
        """Scores of each frame of a clip, from the start."""
        self.reset()
        return np.array([self.step(frame) for frame in np.asarray(clip, "float32")])


def smallest_arena(path: Path) -> int:
    """The least memory that the interpreter can do with here, in bytes.

    Here pointers have eight bytes; on a microcontroller, where they have four, it is less.

    Raises:
        ExportError: If it cannot run the file with any.
    """
    # Much less than what is used in the end crashes the interpreter.
    low = _used(path) // _UNIT
    high = 2 * low
    while high - low > 1:
        middle = (low + high) // 2
        with _messages():
            low, high = (low, middle) if _fits(path, middle * _UNIT) else (middle, high)
    return high * _UNIT


def _used(path: Path) -> int:
    """What the interpreter has used of more than enough memory."""
    with _messages() as messages:
        try:
            interpreter = _open(path, None)
            interpreter.invoke()
            interpreter.print_allocations()
        except RuntimeError as error:
            refused: RuntimeError | None = error
        else:
            refused = None
    said = messages[0]
    found = re.search(r"Arena allocation total (\d+) bytes", said)
    if refused is not None or found is None:
        raise ExportError(f"TFLite Micro cannot run the file: {said.strip() or refused}")
    return int(found[1])


def _fits(path: Path, arena: int) -> bool:
    try:
        _open(path, arena)
    except RuntimeError:
        return False
    return True


def _open(path: Path, arena: int | None):
    try:
        from tflite_micro.python.tflite_micro.runtime import Interpreter
    except ImportError as error:
        raise ExportError(
            "What is written for microcontrollers is checked on TFLite Micro, which is not "
            "installed. Install with: pip install 'keras-drnn[microcontroller]' (on Linux, x86_64)"
        ) from error
    return Interpreter.from_file(str(path), arena_size=arena)


@contextlib.contextmanager
def _messages() -> Iterator[list[str]]:
    """Catches what the interpreter writes past Python; it is in the list afterwards."""
    found: list[str] = []
    with tempfile.TemporaryFile() as file:
        kept = os.dup(2)
        os.dup2(file.fileno(), 2)
        try:
            yield found
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            file.seek(0)
            found.append(file.read().decode(errors="replace"))
