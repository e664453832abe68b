"""A scene as the player reads it: JSON, with the many numbers as base64 of 16-bit integers."""

from base64 import b64encode
from typing import Any

import numpy as np

from keras_drnn.animation.answers import Answer
from keras_drnn.animation.scene import Scene

MISSING = -32768  # of joints: nothing is there
_FINEST = 32_000
MOST = 65_535  # of shares: 1


def scene_data(scene: Scene) -> dict[str, Any]:
    """What the player needs to know.

    Joints are `middle + step * number`, step being 1/64,000 of the largest size; shares are
    `number / 65,535`.

    Args:
        scene: The scene.
    """
    data: dict[str, Any] = {
        "frames": scene.frames,
        "seconds": scene.seconds_per_frame,
        "nobody": _ranges(~scene.seen),
        "updates": [moments.tolist() for moments in scene.updates],
        "tracks": [],
    }
    if scene.of_joints:
        data |= _joints(scene)
    else:
        data["tracks"] = [_shares(values) for values in channel_shares(scene)]
    if scene.answers is not None:
        said = scene.answers
        data |= {
            "names": said.names,
            "label": said.label,
            "tracks": [
                *data["tracks"],
                *(_shares(said.probabilities[:, number]) for number in said.shown),
            ],
            "shown": said.shown,
            "now": _answer(said.now),
            "soFar": _answer(said.so_far),
        }
    return data


def channel_shares(scene: Scene) -> np.ndarray:
    """The channels that are shown, `(channels, frames)`, each from 0, its least value, to 1."""
    values = scene.joints[:, 0, list(scene.channels), 0].T.astype(np.float64)
    values = np.where(np.isnan(values), 0.0, values)
    seen = values[:, scene.seen] if scene.seen.any() else values
    low, high = seen.min(axis=1, keepdims=True), seen.max(axis=1, keepdims=True)
    return ((values - low) / np.where(high > low, high - low, 1)).clip(0, 1)


def _joints(scene: Scene) -> dict[str, Any]:
    bodies = scene.bodies
    joints = scene.joints[:, bodies].astype(np.float64)
    middle = scene.box.middle
    step = float((scene.box.high - scene.box.low).max()) / (2 * _FINEST)
    steps = np.round((joints - middle) / step).clip(-32_767, 32_767)
    numbers = np.where(np.isnan(steps), MISSING, steps).astype("<i2")
    return {
        "axes": joints.shape[3],
        "bodies": len(bodies),
        "joints": joints.shape[2],
        "middle": middle.tolist(),
        "half": ((scene.box.high - scene.box.low) / 2).tolist(),
        "step": step,
        "positions": b64encode(numbers.tobytes()).decode(),
        "bones": scene.bones,
        "hip": scene.hip,
    }


def _answer(answer: Answer) -> dict[str, Any]:
    runs = [(begin, number) for begin, _, number in answer.runs()]
    return {"runs": runs, "shares": _shares(answer.probabilities)}


def _shares(values: np.ndarray) -> str:
    return b64encode(np.round(MOST * values).astype("<u2").tobytes()).decode()


def _ranges(flags: np.ndarray) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(flags.astype(np.int8), prepend=0, append=0))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
