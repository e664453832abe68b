"""What a trained model says about clips on disk."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from keras_drnn.skeletons import ntu, nucla
from keras_drnn.skeletons.errors import SkeletonFileError
from keras_drnn.skeletons.reader import Reader

READERS = {reader.suffix: reader for reader in (ntu.READER, nucla.READER)}


@dataclass(frozen=True)
class Prediction:
    """The decision for one clip.

    Args:
        path: The file.
        label: Name of the class, or its number where names are not known.
        probability: Its probability, from log-probabilities averaged over the valid frames.
        error: Why there is no decision, or `None`.
    """

    path: Path
    label: str | None = None
    probability: float | None = None
    error: str | None = None


def predict(model_path: Path, clips_path: Path) -> Iterator[Prediction]:
    """Classify a clip, or every clip of a folder.

    Args:
        model_path: A `.keras` or `.tflite` file of a run. The classes get their names from what the
            `.tflite` file says of itself, or from `classes.json` beside the file.
        clips_path: An NTU `.skeleton` or N-UCLA `.json` file, or a folder of them.

    Yields:
        A prediction per file, in order of their names; a faulty file gives one with an `error`.

    Raises:
        ValueError: If the model or the clips are of an unknown kind, or there are none.
    """
    score = _scorer(model_path)
    names = _class_names(model_path)
    for path in _files(clips_path):
        try:
            joints = READERS[path.suffix].read(path).joints
            yield Prediction(path, *_decide(score(joints), joints, names))
        except SkeletonFileError as error:
            yield Prediction(path, error=error.reason)
        except ValueError as error:
            yield Prediction(path, error=str(error))


def _scorer(path: Path):
    """A function from a clip's joints to its logits, `(frames, classes)`."""
    if not path.is_file():
        raise ValueError(f"Expected a model file, found none. Received: {path}")
    if path.suffix == ".tflite":
        from keras_drnn_runtime import open_model

        model = open_model(path)
        shape, run = model.input_shape, model.predict
    elif path.suffix == ".keras":
        import keras

        loaded = keras.saving.load_model(path, compile=False)
        shape = loaded.input_shape

        def run(joints: np.ndarray) -> np.ndarray:
            return keras.ops.convert_to_numpy(loaded.predict_on_batch(joints[None]))[0]

    else:
        raise ValueError(f"Expected a .keras or .tflite file. Received: {path}")
    if len(shape) != 5:
        raise ValueError(
            "Expected a model of joints, (clips, frames, bodies, joints, 3), as `drnn train` makes "
            f"them. Received: {path}, which reads {tuple(shape)}"
        )
    bodies, joint_count = int(shape[2]), int(shape[3])

    def score(joints: np.ndarray) -> np.ndarray:
        if joints.shape[2] != joint_count:
            raise ValueError(
                f"expected clips of {joint_count} joints, as the model was trained on, received "
                f"{joints.shape[2]}"
            )
        if joints.shape[1] > bodies:
            raise ValueError(
                f"expected clips of at most {bodies} bodies, as the model was trained on, "
                f"received {joints.shape[1]}"
            )
        missing = bodies - joints.shape[1]
        return run(np.pad(joints, [(0, 0), (0, missing), (0, 0), (0, 0)]))

    return score


def _class_names(model_path: Path) -> list[str] | None:
    if model_path.suffix == ".tflite":
        from keras_drnn_runtime import read_metadata

        labels = read_metadata(model_path).get("labels")
        if labels is not None:
            return labels
    path = model_path.with_name("classes.json")
    return json.loads(path.read_text(encoding="utf-8"))["classes"] if path.is_file() else None


def _files(path: Path) -> list[Path]:
    if path.is_file() and path.suffix in READERS:
        return [path]
    found = sorted(p for p in path.glob("*") if _looks_like_clip(p)) if path.is_dir() else []
    if not found:
        raise ValueError(
            f"Expected a {' or '.join(READERS)} file, or a folder of them. Received: {path}"
        )
    return found


def _looks_like_clip(path: Path) -> bool:
    reader: Reader | None = READERS.get(path.suffix)
    return reader is not None and path.is_file()


def _decide(logits: np.ndarray, joints: np.ndarray, names: list[str] | None) -> tuple[str, float]:
    logits = logits.astype("float64")
    logits -= logits.max(axis=-1, keepdims=True)
    log_probabilities = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    mean = log_probabilities[joints.any(axis=(1, 2, 3))].mean(axis=0)
    probabilities = np.exp(mean - mean.max())
    probabilities /= probabilities.sum()
    best = int(probabilities.argmax())
    return (names[best] if names else str(best)), float(probabilities[best])
