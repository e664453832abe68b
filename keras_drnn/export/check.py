"""Whether a file does what the Keras model does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from keras_drnn.export.report import sequence_accuracy


class ExportError(ValueError):
    """A model could not be converted, or the file does not do what the model does."""


@dataclass(frozen=True)
class Comparison:
    """How far outputs are from Keras'.

    Args:
        difference: Largest absolute difference.
        largest: Largest absolute output of Keras.
        agreement: Share of frames at which both rank the same class first.
    """

    difference: float
    largest: float
    agreement: float


def of_keras(model) -> Callable:
    """A function from a clip, `(frames, ...)`, to the scores of a Keras model."""
    import keras

    return lambda clip: keras.ops.convert_to_numpy(model.predict_on_batch(clip[None]))[0]


def compare(model, score: Callable, clips: Sequence[np.ndarray]) -> Comparison:
    """Compare `score`, from a clip to scores, with a Keras model."""
    differences, sizes, agreements = [], [], []
    for clip in clips:
        ours, theirs = of_keras(model)(clip), score(clip)
        differences.append(np.max(np.abs(ours - theirs)))
        sizes.append(np.max(np.abs(ours)))
        agreements.append(np.mean(ours.argmax(-1) == theirs.argmax(-1)))
    return Comparison(float(np.max(differences)), float(np.max(sizes)), float(np.mean(agreements)))


def accept(comparison: Comparison, form: str, tolerance: float) -> None:
    """Raise an error for float32 outputs that are too far from Keras', and for NaN in any form."""
    accepted = tolerance * max(1.0, comparison.largest) if form == "float32" else np.inf
    # `not <=` so that NaN is refused too.
    if not comparison.difference <= accepted:
        raise ExportError(
            f"The exported model differs from Keras by up to {comparison.difference:.2g}, more "
            f"than {accepted:.2g}. Please report the model; a larger `tolerance` accepts the file."
        )


def accuracies(model, score: Callable, validation, accuracy_loss: float) -> dict[str, float]:
    """Accuracy before and after on the validation clips, if there are any."""
    if not validation:
        return {}
    before = sequence_accuracy(of_keras(model), validation)
    after = sequence_accuracy(score, validation)
    if before - after > accuracy_loss:
        raise ExportError(
            f"The exported model is right on {100 * after:.1f} % of the validation clips, Keras on "
            f"{100 * before:.1f} %: a loss above {100 * accuracy_loss:.1f} points. Choose another "
            "`form`, or accept more with `accuracy_loss`."
        )
    return {"accuracy_before": before, "accuracy_after": after}
