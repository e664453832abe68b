"""What a trained model says at every frame of recordings on disk."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from keras_drnn.experiments.clip_files import read_clips
from keras_drnn.experiments.scorer import open_scorer
from keras_drnn.experiments.sources import describe_model
from keras_drnn.skeletons.errors import SkeletonFileError


@dataclass(frozen=True, eq=False)
class Scored:
    """What a model says about a recording.

    Args:
        path: The file.
        scores: `(frames, classes)` logits; empty if there is an error.
        seen: `(frames,)` booleans, where somebody is.
        error: Why there are no scores, or `None`.
        remark: What of the recording was not used, or `None`.
    """

    path: Path
    scores: np.ndarray
    seen: np.ndarray
    error: str | None = None
    remark: str | None = None


def scored(model_path: Path, clips_path: Path) -> Iterator[Scored]:
    """Run a model over a recording, or every recording of a folder.

    Args:
        model_path: A `.keras` or `.tflite` file of a run. Files of recordings get their reader from
            what the `.tflite` file says of itself, or from `classes.json` beside the file.
        clips_path: A file of the data set that the model was trained on, whatever its name, or a
            folder of them, or an array like the one of all clips.

    Yields:
        What it says of each, in order of the files' names; of a faulty one, the error.

    Raises:
        ValueError: If the model or the recordings are of an unknown kind, or there are none.
    """
    score = open_scorer(model_path).score
    for path, read in read_clips(clips_path, describe_file(model_path)):
        try:
            clip = read()
            yield Scored(path, score(clip.frames), clip.seen, remark=clip.remark)
        except ValueError as error:
            yield _faulty(path, _reason(error))


def describe_file(model_path: Path) -> dict:
    """What is known of a model, `{}` if nothing is: `labels`, `data`, and more.

    Args:
        model_path: A `.keras` or `.tflite` file.
    """
    if model_path.suffix == ".tflite":
        from keras_drnn_runtime import read_metadata

        metadata = read_metadata(model_path)
        if metadata.get("labels") is not None:
            return metadata
    return describe_model(model_path)


def _faulty(path: Path, error: str) -> Scored:
    return Scored(path, np.zeros((0, 0)), np.zeros(0, bool), error)


def _reason(error: ValueError) -> str:
    """Why a recording cannot be used, without its name."""
    if not isinstance(error, SkeletonFileError):
        return str(error)
    return ("" if error.line is None else f"line {error.line}: ") + error.reason
