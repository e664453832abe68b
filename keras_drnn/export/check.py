"""Whether a file does what the Keras model does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from keras_drnn.export.report import sequence_accuracy


class ExportError(ValueError):
    """A model could not be converted, or the file does not do what the model does."""


@dataclass(frozen=True)
class Comparison:
    """How far outputs are from those that are expected.

    Args:
        difference: Largest absolute difference.
        largest: Largest absolute output that is expected.
        agreement: Share of frames at which both rank the same class first.
        worst: The difference that is largest by what float32 itself rounds, and the size, 1 or
            more, that it is to be measured by.
    """

    difference: float
    largest: float
    agreement: float
    worst: tuple[float, float]


def of_keras(model) -> Callable[[np.ndarray], np.ndarray]:
    """A function from a clip, `(frames, ...)`, to the scores of a Keras model.

    The model reads the clip itself, which JAX compiles anew for each length: what is put behind a
    clip to make it longer may change the scores of any of its frames.
    """
    from keras_drnn import ops

    def score(clip: np.ndarray) -> np.ndarray:
        return ops.convert_to_numpy(model.predict_on_batch(np.asarray(clip)[None]))[0]

    return score


def compare(
    expected: Sequence[np.ndarray], actual: Sequence[np.ndarray], *, causal: bool = False
) -> Comparison:
    """Compare outputs.

    Float32 rounds a sum of large numbers by more than one of small numbers, so a difference is
    measured by the largest output that can have had a part in it: of its own clip, and with
    `causal` of its own frame and those before.

    Args:
        expected: Scores of Keras for each clip, `(frames, classes)` or `(classes,)`.
        actual: The others; further axes may come first.
        causal: Whether a frame's scores depend on that frame and earlier ones alone.
    """
    places: list[tuple[float, float]] = []
    for ours, theirs in zip(expected, actual, strict=True):
        sizes = np.abs(ours).max(axis=-1, keepdims=True)
        sizes = np.maximum.accumulate(sizes) if causal else np.full_like(sizes, sizes.max())
        sizes, differences = np.broadcast_arrays(
            np.maximum(sizes, 1), np.abs(ours - theirs).max(axis=-1, keepdims=True)
        )
        place = np.unravel_index(np.argmax(differences / sizes), sizes.shape)
        places.append((float(differences[place]), float(sizes[place])))
    pairs = list(zip(expected, actual, strict=True))
    return Comparison(
        difference=float(np.max([np.abs(ours - theirs).max() for ours, theirs in pairs])),
        largest=float(np.max([np.abs(ours).max() for ours in expected])),
        agreement=float(np.mean([np.mean(a.argmax(-1) == b.argmax(-1)) for a, b in pairs])),
        worst=_worst(places),
    )


def worst_of(*comparisons: Comparison) -> Comparison:
    """The worst that several comparisons of the same outputs have come to."""
    return Comparison(
        difference=float(np.max([each.difference for each in comparisons])),
        largest=float(np.max([each.largest for each in comparisons])),
        agreement=float(np.min([each.agreement for each in comparisons])),
        worst=_worst([each.worst for each in comparisons]),
    )


def _worst(places: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The difference that is largest by its size; NaN counts as larger than any."""
    return places[int(np.argmax([difference / size for difference, size in places]))]


def accept(comparison: Comparison, form: str, tolerance: float) -> None:
    """Raise an error for float32 outputs that are too far from Keras', and for NaN in any form."""
    difference, size = comparison.worst
    accepted = tolerance * size if form == "float32" else np.inf
    # `not <=` so that NaN is refused too.
    if not difference <= accepted:
        raise ExportError(
            f"The exported model differs from Keras by up to {difference:.2g}, more "
            f"than {accepted:.2g}. Please report the model; a larger `tolerance` accepts the file."
        )


def accuracies(model, score: Callable, validation, accuracy_loss: float) -> dict[str, Any]:
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
