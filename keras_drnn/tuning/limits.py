"""What a model costs, by arithmetic, and how much it may cost."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from keras_drnn.data_sets.recipe import Recipe
from keras_drnn.delays import split_units
from keras_drnn.tuning.names import check_names


@dataclass(frozen=True)
class Cost:
    """What a model costs.

    Args:
        parameters: Trainable parameters.
        multiply_adds: Multiplications of a weight for one frame, in the mean over frames: a group
            with delay `d` is computed at every `d`-th frame. `None` if they are not known.
    """

    parameters: int
    multiply_adds: float | None


@dataclass(frozen=True)
class Limits:
    """What a model may cost; `None` for no limit.

    Args:
        parameters: Most trainable parameters.
        multiply_adds: Most multiplications of a weight for one frame, in the mean.
        latency_milliseconds: Longest time of the exported model for a clip of median length.
    """

    parameters: int | None = None
    multiply_adds: float | None = None
    latency_milliseconds: float | None = None

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> "Limits":
        """Limits from a table of a configuration file.

        Args:
            content: Numbers by field.

        Raises:
            ValueError: If there is no such limit, or a value is no number above 0.
        """
        if not isinstance(content, Mapping):
            raise ValueError(f"The limits of a search are a table. Received: limits={content!r}")
        check_names("The limits of a search are", content, fields(cls))
        for name, limit in content.items():
            number = isinstance(limit, int | float) and not isinstance(limit, bool)
            if limit is not None and not (number and limit > 0):
                raise ValueError(f"`{name}` must be a number above 0. Received: {name}={limit!r}")
        return cls(**content)

    def exceeded(self, cost: Cost) -> str | None:
        """Say which limit a model exceeds, or `None`.

        Args:
            cost: What the model costs.
        """
        for name, limit in (
            ("parameters", self.parameters),
            ("multiply_adds", self.multiply_adds),
        ):
            needed = getattr(cost, name)
            if limit is not None and needed > limit:
                return f"{needed:,.0f} {name}, of {limit:,.0f} allowed"
        return None


def cost_of(recipe: Recipe, *, features: int, classes: int) -> Cost:
    """What a one-way model of a recipe costs, without building it.

    Args:
        recipe: What would be built.
        features: Numbers that describe a frame, as `build_model` makes them from the joints.
        classes: Number of classes.
    """
    parameters, multiply_adds, width = 0, 0.0, features

    def dense(units: int) -> None:
        nonlocal parameters, multiply_adds, width
        parameters += (width + 1) * units
        multiply_adds += width * units
        width = units

    if recipe.frame_units:
        dense(recipe.frame_units)
    if recipe.cell == "drnn":
        total = 0
        sizes = split_units(recipe.units, len(recipe.delays))
        for size, delay in zip(sizes, recipe.delays, strict=True):
            weights = (width + size) * size
            parameters += weights + size
            multiply_adds += weights / delay
            width = size
            total += size
        width = total
    else:
        gates = {"rnn": 1, "lstm": 4, "gru": 3}[recipe.cell]
        units = int(np.sum(recipe.units))
        # Keras' GRU has a second bias for its recurrent half.
        biases = 2 if recipe.cell == "gru" else 1
        parameters += gates * units * (width + units + biases)
        multiply_adds += gates * units * (width + units)
        width = units
    if recipe.head_units:
        dense(recipe.head_units)
    dense(classes)
    return Cost(parameters, multiply_adds)


def longest_delay(lengths: np.ndarray, stretch: int) -> int:
    """The longest delay that fits: half of the sequences see a second update of its group.

    Args:
        lengths: Lengths of the training sequences, in steps.
        stretch: Length of the stretches that are trained on.
    """
    return max(1, min(int(np.median(lengths)), stretch) - 1)
