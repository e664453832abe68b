"""A user's own `build(values)` in place of our model."""

import hashlib
import inspect
import math
from collections.abc import Callable
from typing import Any, TypeAlias

import keras
import numpy as np

from keras_drnn.data_sets.recipe import Recipe

#: From the values of a trial to a compiled model.
Build: TypeAlias = Callable[[dict[str, Any]], keras.Model]

#: What is known of such a function in another process: its name, and a digest of its source.
BuildIdentity: TypeAlias = dict[str, str | None]

# What a trial chooses, by the names that `build` finds it under.
TRIAL_KEYS = (
    "units",
    "delays",
    "first_step",
    "activation",
    "head_units",
    "dropout",
    "learning_rate",
)


def built(build: Build, recipe: Recipe, sequence: np.ndarray) -> keras.Model:
    """The compiled model that a user's function builds.

    Args:
        build: The function.
        recipe: What a trial chooses.
        sequence: A sequence, from which a model without an input takes its shapes.

    Raises:
        ValueError: If it is no compiled model.
    """
    model = build({key: getattr(recipe, key) for key in TRIAL_KEYS})
    if not isinstance(model, keras.Model) or not model.compiled:
        received = "one that is not compiled" if isinstance(model, keras.Model) else repr(model)
        raise ValueError(
            f"`build` must return a keras.Model that is compiled. Received: {received:.80}"
        )
    if not model.built:
        model(sequence[None])
    return model


def check_scores(model: keras.Model, sequence: np.ndarray, classes: int) -> None:
    """Make sure that a model gives one score per class for a sequence.

    Args:
        model: The model.
        sequence: A sequence.
        classes: Number of classes.

    Raises:
        ValueError: If it gives anything else.
    """
    scores = model(sequence[None])
    shape = getattr(scores, "shape", None)
    if shape is None or len(shape) != 2 or shape[1] < classes:
        raise ValueError(
            "The model of `build` must give one score per class for each sequence: the shape "
            f"(1, {classes}) for one of the shape {sequence.shape}. "
            f"Received: {type(scores).__name__ if shape is None else tuple(shape)}"
        )


def parameters_of(model: keras.Model) -> int:
    """How many trainable parameters a model has.

    Args:
        model: The model.
    """
    return sum(math.prod(variable.shape) for variable in model.trainable_variables)


def identity_of(build: Build) -> BuildIdentity:
    """What is known of a function in another process.

    Args:
        build: The function.
    """
    try:
        source = inspect.getsource(build)
    # Of what was typed into an interpreter, is built in, or is an object.
    except (OSError, TypeError):
        digest = None
    else:
        digest = hashlib.sha256(source.encode()).hexdigest()[:16]
    kind = build if hasattr(build, "__qualname__") else type(build)
    return {"name": f"{kind.__module__}.{kind.__qualname__}", "source": digest}
