"""Which of several named arrays are the values, the confidences and the frame rate."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from keras_drnn.recordings.formats.source import Source

_VALUES = (
    *("joints", "keypoints", "keypoint", "landmarks", "skeletons", "skeleton", "poses", "pose"),
    *("positions", "values", "data", "x", "arr_0"),
)
_CONFIDENCE = (
    *("confidence", "confidences", "keypoint_scores", "keypoint_score", "scores", "score"),
    "visibility",
)
_FRAME_RATE = ("fps", "frame_rate")


@dataclass(frozen=True)
class Chosen:
    """Names of arrays.

    Args:
        values: Of the values.
        confidence: Of the confidences, or `None`.
        frame_rate: Of the frame rate, or `None`.
        notes: What was left out.
    """

    values: str
    confidence: str | None
    frame_rate: str | None
    notes: tuple[str, ...]


def choose(source: Source, names: Collection[str]) -> Chosen:
    """Choose by name; a lone array is the values, whatever it is called.

    Raises:
        RecordingError: If none of the names is one of those that are understood.
    """
    confidence, frame_rate = _first(names, _CONFIDENCE), _first(names, _FRAME_RATE)
    others = [name for name in names if name not in (confidence, frame_rate)]
    values = others[0] if len(others) == 1 else _first(others, _VALUES)
    if values is None:
        raise source.error(
            f"expected an array named {', '.join(_VALUES)}, or one array alone, received "
            f"{', '.join(sorted(names)) or 'none'}",
            "structure",
        )
    unused = sorted(name for name in others if name != values)
    notes = (f"arrays not read: {', '.join(unused)}",) if unused else ()
    return Chosen(values, confidence, frame_rate, notes)


def frame_rate(source: Source, value: object) -> float | None:
    """A frame rate as a file says it.

    Raises:
        RecordingError: If it is not a positive number.
    """
    if value is None:
        return None
    try:
        rate = float(np.asarray(value).reshape(()))
    except (TypeError, ValueError):
        rate = float("nan")
    if not 0 < rate < float("inf"):
        raise source.error(f"expected a positive frame rate, received {value!r:.40}", "frame rate")
    return rate


def _first(names: Collection[str], wanted: tuple[str, ...]) -> str | None:
    by_key = {name.lower(): name for name in reversed(list(names))}
    return next((by_key[key] for key in wanted if key in by_key), None)
