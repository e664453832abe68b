"""What a trained model says about clips on disk."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from keras_drnn.experiments.scored import describe_file, scored
from keras_drnn.log_softmax import log_softmax


@dataclass(frozen=True)
class Prediction:
    """The decision for one clip.

    Args:
        path: The file.
        label: Name of the class, or its number where names are not known.
        probability: Its probability, from log-probabilities averaged over the valid frames.
        error: Why there is no decision, or `None`.
        remark: What of the recording was not used, or `None`.
    """

    path: Path
    label: str | None = None
    probability: float | None = None
    error: str | None = None
    remark: str | None = None


def predict(model_path: Path, clips_path: Path) -> Iterator[Prediction]:
    """Classify a clip, or every clip of a folder.

    Args:
        model_path: A `.keras` or `.tflite` file of a run. The classes get their names, and the
            files of clips their reader, from what the `.tflite` file says of itself, or from
            `classes.json` beside the file.
        clips_path: A file of the data set that the model was trained on, whatever its name, or a
            folder of them. An array like the one of all clips that the model was trained on
            gives a prediction for each of its clips, named by its number: `X.npy[3]`.

    Yields:
        A prediction per clip, in order of the files' names; a faulty one has an `error`.

    Raises:
        ValueError: If the model or the clips are of an unknown kind, or there are none.
    """
    names = describe_file(model_path).get("labels") if model_path.is_file() else None
    for each in scored(model_path, clips_path):
        if each.error is not None:
            yield Prediction(each.path, error=each.error)
        else:
            decision = _decide(each.scores, each.seen, names)
            yield Prediction(each.path, *decision, remark=each.remark)


def _decide(logits: np.ndarray, seen: np.ndarray, names: list[str] | None) -> tuple[str, float]:
    mean = log_softmax(logits)[seen].mean(axis=0)
    probabilities = np.exp(mean - mean.max())
    probabilities /= probabilities.sum()
    best = int(probabilities.argmax())
    return (names[best] if names else str(best)), float(probabilities[best])
