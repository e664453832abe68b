"""How wide a model may be with so many parameters."""

from collections.abc import Callable

import numpy as np


def count(model) -> int:
    """Trained numbers of a model."""
    return sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)


def check_budget(narrowest: int, parameters: int) -> None:
    """Refuse a budget that is too small.

    Args:
        narrowest: Parameters of the narrowest model.
        parameters: The budget.

    Raises:
        ValueError: If the narrowest model has more.
    """
    if narrowest > parameters:
        raise ValueError(
            f"Expected a budget of at least {narrowest} parameters, those of the narrowest model. "
            f"Received: {parameters}"
        )


def widest(parameters_of: Callable[[int], int], parameters: int) -> int:
    """The largest width whose model has at most so many parameters.

    Args:
        parameters_of: Parameters of the model of a width, which grow with it.
        parameters: The budget.

    Raises:
        ValueError: If the narrowest model has more, or a wider one has as many.
    """
    check_budget(parameters_of(1), parameters)
    if parameters_of(1) == parameters_of(2):
        # The search below would never end.
        raise ValueError(
            f"Expected a model that has more parameters where it is wider. Received: one of "
            f"{parameters_of(1)} at any width"
        )
    fits, too_wide = 1, 2
    while parameters_of(too_wide) <= parameters:
        fits, too_wide = too_wide, 2 * too_wide
    while too_wide - fits > 1:
        middle = (fits + too_wide) // 2
        if parameters_of(middle) <= parameters:
            fits = middle
        else:
            too_wide = middle
    return fits
