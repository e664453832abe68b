"""The whole state of a training, so that it goes on exactly as if it had not been interrupted.

Every variable is kept under its path: a model that was changed in between is not given the state of
another.
"""

from dataclasses import dataclass, field
from pathlib import Path

import keras
import numpy as np

from keras_drnn import ops
from keras_drnn.system.atomic_writes import write_whole

_VARIABLE, _HISTORY, _FINISHED = "variable/", "history/", "finished"
_NAMED = 5  # variables that an error names, at most, of each kind


@dataclass
class Progress:
    """How far a training is.

    Args:
        history: One dictionary of floats per evaluation so far.
        finished: Whether it has come to its end, or a callback has ended it.
    """

    history: list[dict[str, float]] = field(default_factory=list)
    finished: bool = False


def save_checkpoint(path: Path, model: keras.Model, progress: Progress) -> None:
    """Keep the weights, the dropout seeds, the optimizer's state and the progress.

    Args:
        path: A file with suffix `.npz`.
        model: A compiled model.
        progress: What `load_checkpoint` is to give back.

    Raises:
        ValueError: If two variables have the same path.
        OSError: If the file cannot be written; the one of before stays.
    """
    arrays: dict[str, np.ndarray] = {_FINISHED: np.array(progress.finished)}
    for name, variable in _variables(model).items():
        value = ops.convert_to_numpy(variable.value)
        # NumPy's files do not know bfloat16; float32 holds the same numbers.
        arrays[_VARIABLE + name] = (
            value.astype("float32") if variable.dtype == "bfloat16" else value
        )
    for key in progress.history[0] if progress.history else ():
        arrays[_HISTORY + key] = np.array([entry[key] for entry in progress.history])
    write_whole(path, lambda unfinished: np.savez(unfinished, allow_pickle=False, **arrays))


def load_checkpoint(path: Path, model: keras.Model) -> Progress:
    """Put a model back into the state that was saved, and give how far its training was.

    Args:
        path: A file of `save_checkpoint`; where there is none, nothing happens.
        model: A compiled model, built the same way as the one that was saved.

    Returns:
        The progress; an empty one without a checkpoint.

    Raises:
        ValueError: If the checkpoint is of another model: it names the variables that only one of
            them has, and those of another shape. The model is left as it was.
    """
    if not path.exists():
        return Progress()
    with np.load(path, allow_pickle=False) as arrays:
        saved = {name: arrays[name] for name in arrays.files}
    values = _with_prefix(saved, _VARIABLE)
    variables = _variables(model)
    differences = _differences(values, variables)
    if differences:
        raise ValueError(
            f"The checkpoint {path} is not of this model, or of an older version of the package. "
            f"{' '.join(differences)} Build and compile the model as it was; in a process that "
            "has built others, call `keras.utils.clear_session()` first, so that Keras gives the "
            "same names. Or delete the file, to train from the start."
        )
    for name, variable in variables.items():
        variable.assign(values[name])
    columns = {key: column.tolist() for key, column in _with_prefix(saved, _HISTORY).items()}
    rows = zip(*columns.values(), strict=True)
    history = [dict(zip(columns, row, strict=True)) for row in rows]
    return Progress(history, finished=bool(saved[_FINISHED]))


def _variables(model: keras.Model) -> dict[str, keras.Variable]:
    """Everything that a training changes, by path."""
    optimizer = model.optimizer
    if not optimizer.built:
        optimizer.build(model.trainable_variables)
    by_path: dict[str, keras.Variable] = {}
    for variable in [*model.variables, *optimizer.variables]:
        if variable.path in by_path:
            raise ValueError(
                "Expected variables of different paths, to keep each under its own. Give the "
                f"layers of the model different names. Received: {variable.path} twice"
            )
        by_path[variable.path] = variable
    return by_path


def _with_prefix(arrays: dict[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    return {
        name.removeprefix(prefix): array
        for name, array in arrays.items()
        if name.startswith(prefix)
    }


def _differences(values: dict[str, np.ndarray], variables: dict[str, keras.Variable]) -> list[str]:
    """What tells the saved variables from those of the model, in sentences."""
    shapes = [
        f"{name} {values[name].shape} in place of {tuple(variable.shape)}"
        for name, variable in variables.items()
        if name in values and values[name].shape != tuple(variable.shape)
    ]
    kinds = {
        "Variables of the model that it lacks": [name for name in variables if name not in values],
        "Variables that the model lacks": [name for name in values if name not in variables],
        "Variables of another shape": shapes,
    }
    return [f"{kind}: {_listed(names)}." for kind, names in kinds.items() if names]


def _listed(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
