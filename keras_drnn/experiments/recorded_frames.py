"""Models that take frames as they were recorded: gaps, axes and units are the model's business.

A model that was trained on a table reads what `Reading.prepared` makes of a recording. What that
does is put in front of it here, frame by frame, for a stream that nobody prepares.
"""

from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_drnn.data_sets.tables.row_clip import Reading
from keras_drnn.keras_file import read_keras_file
from keras_drnn.skeletons.holding import HoldMissing
from keras_drnn.skeletons.turning import TurnAxes
from keras_drnn_runtime.names import RECORDED

_CHECKED_FRAMES = 100


def takes_recorded(path: Path, reading: Reading) -> keras.Model:
    """A trained model with the preparation of its frames in front.

    Args:
        path: The `.keras` file of the model.
        reading: How the recordings were read that it was trained on.
    """
    model = read_keras_file(path)
    frames = keras.Input(model.input_shape[1:], name="recorded")
    prepared = HoldMissing(name="held")(frames)
    if reading.layout is not None:
        prepared = TurnAxes(*reading.turn, name="upright")(prepared)
    return keras.Model(frames, model(prepared), name=model.name)


def recorded_metadata(reading: Reading) -> dict[str, Any]:
    """What a file says of the frames that it takes as they were recorded."""
    if reading.layout is None:
        units = "channels as they were recorded, NaN where one is missing; a lost frame is zero"
        return {"input": RECORDED, "units": units}
    unsure = f" or its confidence is below {reading.confidence:g}" if reading.confidence else ""
    units = (
        f"{reading.units or 'any unit'} as they were recorded, {reading.up or 'y'} up; a joint is "
        f"NaN where it is missing{unsure}; an absent body and a lost frame are NaN or zero"
    )
    return {"input": RECORDED, "units": units}


def as_recorded(clip: np.ndarray, reading: Reading) -> np.ndarray:
    """A clip that was prepared, in the axes and units of its recording; its gaps stay filled."""
    return clip if reading.layout is None else reading.turn.back(clip)


def with_gaps(clip: np.ndarray, seed: int) -> np.ndarray:
    """A clip in which joints are missing for a while, and bodies, at the beginning too.

    Args:
        clip: `(frames, bodies, joints, axes)`.
        seed: Which ones.
    """
    rng = np.random.default_rng(seed)
    frames, bodies, joints, _ = clip.shape
    clip = clip.copy()
    for share, parts in ((0.3, (bodies, joints)), (0.1, (bodies, 1))):
        # Runs of frames that are alike: what comes and goes every frame is held for one alone.
        runs = np.repeat(rng.random((frames // 4 + 1, *parts)) < share, 4, axis=0)[:frames]
        clip[np.broadcast_to(runs, clip.shape[:3])] = np.nan
    return clip


def random_clips(model: keras.Model, reading: Reading) -> list[np.ndarray]:
    """Frames of no sense, with gaps, to compare a file with Keras on."""
    shape = (model.input_shape[1] or _CHECKED_FRAMES, *model.input_shape[2:])
    clip = np.random.default_rng(0).normal(size=shape).astype("float32")
    return [with_gaps(as_recorded(clip, reading), 0)]
