"""What users hand over as sequences, checked, and padded for the model."""

from typing import Any

import numpy as np
from sklearn.utils.validation import check_array


def checked_sequences(X: Any, estimator: Any) -> list[np.ndarray]:
    """Sequences `(steps, channels)` of finite numbers, all with the same channels.

    Args:
        X: An array `(samples, steps, channels)`; an array or a table `(samples, steps)` of one
            channel; or a list, a tuple or a one-dimensional array of objects, with a sequence
            `(steps, channels)` or `(steps,)` for each sample.
        estimator: For whom, named in errors.

    Raises:
        ValueError: If they are something else; it names the first sequence that is.
    """
    if _is_list(X):
        if not len(X):
            raise ValueError("Found 0 sample(s) while a minimum of 1 is required: `X` is empty.")
        sequences = [_checked(sequence, number) for number, sequence in enumerate(X)]
    else:
        accepted: Any = [np.float64, np.float32]  # annotated as one type alone
        array: Any = check_array(
            X,
            dtype=accepted,
            allow_nd=True,
            ensure_all_finite=False,
            estimator=estimator,
            input_name="X",
        )
        if array.ndim > 3:
            raise ValueError(
                "`X` must be an array (samples, steps, channels), or a list of sequences "
                f"(steps, channels). Received: shape {array.shape}"
            )
        sequences = list(array if array.ndim == 3 else array[:, :, None])
    channels = sequences[0].shape[1]
    for number, sequence in enumerate(sequences):
        if 0 in sequence.shape:
            raise ValueError(
                f"Sequence {number} of `X` is empty. Expected one step or more, and one channel or "
                f"more. Received: shape {sequence.shape}. Leave it out, its label too."
            )
        if sequence.shape[1] != channels:
            raise ValueError(
                f"All sequences of `X` must have the same channels. Received: sequence 0 has "
                f"{channels}, sequence {number} has {sequence.shape[1]}. They are "
                "(steps, channels): are the axes of one swapped?"
            )
        _check_finite(sequence, number)
    return sequences


def padded(sequences: list[np.ndarray]) -> dict[str, np.ndarray]:
    """The inputs of `model_of_padded`."""
    lengths = np.array([len(sequence) for sequence in sequences], "int32")
    sequence = np.zeros((len(sequences), lengths.max(), sequences[0].shape[1]), "float32")
    for row, steps in zip(sequence, sequences, strict=True):
        row[: len(steps)] = steps
    return {"sequence": sequence, "length": lengths}


def _is_list(X: Any) -> bool:
    of_objects = getattr(X, "dtype", None) == np.dtype(object) and len(getattr(X, "shape", ())) == 1
    return isinstance(X, list | tuple) or of_objects


def _checked(sequence: Any, number: int) -> np.ndarray:
    try:
        array = np.asarray(sequence)
        if np.iscomplexobj(array):
            raise ValueError("Complex data not supported")
        array = np.asarray(array, array.dtype if array.dtype == np.float32 else np.float64)
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"Sequence {number} of `X` must be numbers (steps, channels). Received: {error}"
        ) from error
    if array.ndim not in (1, 2):
        raise ValueError(
            f"Sequence {number} of `X` must be (steps, channels), or (steps,) for one channel. "
            f"Received: shape {array.shape}. Reshape your data; one sample alone is [sequence]."
        )
    return array if array.ndim == 2 else array[:, None]


def _check_finite(sequence: np.ndarray, number: int) -> None:
    # The model computes in float32, in which 1e39 is infinite.
    wrong = ~(np.abs(sequence) <= np.finfo("float32").max)
    if wrong.any():
        step, channel = np.argwhere(wrong)[0]
        raise ValueError(
            f"Sequence {number} of `X` must be finite numbers within float32, no NaN, no inf. "
            f"Received: {sequence[step, channel]} at step {step}, channel {channel}. Fill it in, "
            "or leave the sequence out."
        )
