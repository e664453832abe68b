"""`drnn predict MODEL -`: frames from standard input, an answer for each at once."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO


def predict_lines(model: Path) -> tuple[list[dict[str, Any]], bool]:
    """Answer each line of standard input by a line of standard output.

    Args:
        model: The model.

    Returns:
        The events, every one with its end, and whether there was a frame.
    """
    from keras_drnn.experiments.frame_stream import FrameStream

    stream, found = FrameStream(model), []
    try:
        _answer(stream, sys.stdin.buffer, lambda text: print(text, flush=True), found)
    except BrokenPipeError:
        # Whoever read the answers wants no more of them; nothing may be written at the end either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return found, stream.frames > 0


def _answer(
    stream: Any, lines: BinaryIO, answer: Callable[[str], object], found: list[dict[str, Any]]
) -> None:
    """Answer each line, and add each event that has ended to those that were found."""
    from keras_drnn.experiments.frame_lines import frame_of_line
    from keras_drnn.experiments.timeline import event_as_json

    try:
        for number, line in enumerate(iter(lines.readline, b""), start=1):
            said: dict[str, Any] = {"line": number}
            try:
                frame = frame_of_line(line.decode("utf-8", "replace"), stream.shape)
                event = stream.step(frame)
            except ValueError as error:
                answer(json.dumps(said | {"error": f"line {number}: {error}"}))
                continue
            now = stream.current
            said |= {
                "frame": stream.frames - 1,
                "action": None if now is None else now.action,
                "certainty": None if now is None else round(now.certainty, 4),
                "event": None if event is None else event_as_json(event),
            }
            if event is not None and event.end is not None:
                found.append(said["event"])
            answer(json.dumps(said))
    except KeyboardInterrupt:
        pass  # the usual way to end what reads a camera
    last = stream.finish()
    if last is not None:
        found.append(event_as_json(last))
        answer(json.dumps({"event": found[-1]}))
