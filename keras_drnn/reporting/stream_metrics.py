"""What a model reaches that is left running, in NumPy alone: accuracies, and how late it is."""

from collections.abc import Sequence

import numpy as np

from keras_drnn.reporting.metrics import ClipScores, summarise


def delay(scores: ClipScores) -> int | None:
    """How many frames of a clip pass before its class is the likeliest for good.

    For good is to the clip's end: a model that is right at once, wrong in the middle and right
    again has settled after the middle. Frames without anybody pass as well, but say nothing.

    Args:
        scores: What was said while the clip lasted.

    Returns:
        0 if every frame is right; `None` if the last one is wrong, so that it never settles.

    Example:

    >>> likely = np.log([[0.9, 0.1], [0.9, 0.1], [0.2, 0.8], [0.3, 0.7]])
    >>> delay(ClipScores(likely, np.ones(4, bool), label=1))
    2
    """
    valid = np.flatnonzero(scores.valid)
    wrong = valid[scores.seen.argmax(axis=1) != scores.label]
    if not wrong.size:
        return 0
    return None if wrong[-1] == valid[-1] else int(wrong[-1]) + 1


def summarise_stream(
    scores: Sequence[ClipScores], prefix: str = "stream", frame_rate: float | None = None
) -> dict[str, float | None]:
    """Everything that is said of clips in streams, under the names that `metrics.json` uses.

    Args:
        scores: What was said of each clip while it lasted.
        prefix: `"stream"`, or `"stream/"` and the name of some of the clips.
        frame_rate: Frames per second, if known.

    Returns:
        The accuracies of `summarise`; `"stream/clips"` and `"stream/frames"`, of how many;
        `"stream/settled"`, how many clips have a `delay`, `"stream/delay_frames"`, the mean of
        these, and `"stream/delay_seconds"`, the same in seconds. What cannot be told is `None`.
    """
    found: dict[str, float | None] = {**summarise(scores, prefix)}
    delays = [late for late in map(delay, scores) if late is not None]
    frames = float(np.mean(delays)) if delays else None
    return found | {
        f"{prefix}/clips": len(scores),
        f"{prefix}/frames": sum(int(np.count_nonzero(clip.valid)) for clip in scores),
        f"{prefix}/settled": len(delays),
        f"{prefix}/delay_frames": frames,
        f"{prefix}/delay_seconds": None
        if frames is None or not frame_rate
        else frames / frame_rate,
    }
