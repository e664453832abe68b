"""Whether a file does what the Keras model does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from keras_drnn.export.report import sequence_accuracy

_LENGTH_STEP = 64


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
    """A function from a clip, `(frames, ...)`, to the scores of a Keras model.

    Clips are filled up with zeros to a few lengths, for each of which Keras compiles anew, unless
    the first clip shows that this changes the scores.
    """
    import keras

    harmless = None if model.input_shape[1] is None else False

    def run(clip: np.ndarray, frames: int) -> np.ndarray:
        filled = np.zeros((1, frames, *clip.shape[1:]), clip.dtype)
        filled[0, : len(clip)] = clip
        scores = keras.ops.convert_to_numpy(model.predict_on_batch(filled))[0]
        return scores[: len(clip)] if len(model.output_shape) > 2 else scores

    def score(clip: np.ndarray) -> np.ndarray:
        nonlocal harmless
        if harmless is False:
            return run(clip, len(clip))
        scores = run(clip, -(-len(clip) // _LENGTH_STEP) * _LENGTH_STEP)
        if harmless is None:
            exact = run(clip, len(clip))
            harmless = bool(np.allclose(scores, exact, rtol=1e-6, atol=1e-6))
            return exact
        return scores

    return score


def compare(model, score: Callable, clips: Sequence[np.ndarray]) -> Comparison:
    """Compare `score`, from a clip to scores, with a Keras model."""
    keras_score = of_keras(model)
    differences, sizes, agreements = [], [], []
    for clip in clips:
        ours, theirs = keras_score(clip), score(clip)
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
    if validation is None or not len(validation):
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
