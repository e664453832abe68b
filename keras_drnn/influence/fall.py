"""How the influence of the past falls with its distance, in NumPy alone."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

# What is a billionth of the largest influence moves nothing, and float32 hardly tells it.
FLOOR = 1e-9


@dataclass(frozen=True)
class HalfLife:
    """How fast an influence falls.

    Args:
        frames: In so many frames it falls to a half; infinite if it does not fall.
        deviation: The factor by which what was measured lies above or below the fit, typically: 1
            where it falls evenly.
        fitted: How many distances were fitted.
    """

    frames: float
    deviation: float
    fitted: int


def influence_by_distance(influence: ArrayLike) -> np.ndarray:
    """Average an influence over all outputs, by the distance of the input before the output.

    What lies after an output, as a model that reads both ways has it, is not in it.

    Args:
        influence: `(..., output steps, input steps)`, as `input_influence` gives it, with as many
            steps of both, or with one output step, which is the last.

    Returns:
        `(..., input steps)`: the mean of `influence[t, t - distance]` over all outputs `t` that
        have such an input. At the largest distance that is one, the last.

    Raises:
        ValueError: If it has other steps, or a number that is not finite or below 0.

    Example:

    >>> influence_by_distance([[4.0, 0.0, 0.0], [2.0, 4.0, 0.0], [1.0, 3.0, 4.0]]).tolist()
    [4.0, 2.5, 1.0]
    """
    values = np.asarray(influence, np.float64)
    if values.ndim < 2 or not values.size or values.shape[-2] not in (1, values.shape[-1]):
        raise ValueError(
            "An influence has as many output steps as input steps, or one: (..., output steps, "
            f"input steps). Received: influence of shape {values.shape}"
        )
    _check_numbers("influence", values)
    if values.shape[-2] == 1:
        return values[..., 0, ::-1].copy()
    steps = values.shape[-1]
    diagonals = (np.diagonal(values, -d, axis1=-2, axis2=-1) for d in range(steps))
    return np.stack([diagonal.mean(axis=-1) for diagonal in diagonals], axis=-1)


def half_life(fall: ArrayLike) -> HalfLife:
    """Fit in how many frames an influence falls to a half.

    A straight line through the logarithms, by least squares; every distance counts the same. What
    is below a billionth of the largest influence counts as a billionth, and of what follows the
    last one that is not below, the first alone is fitted: else an influence that has come to
    nothing would look like one that does not fall any more.

    Args:
        fall: `(distances,)` influences, from distance 0 up, as `influence_by_distance` gives them.

    Raises:
        ValueError: If there are fewer than two distances, a number is not finite or below 0, or all
            are 0.

    Example:

    >>> half_life([1.0, 0.5, 0.25, 0.125])
    HalfLife(frames=1.0, deviation=1.0, fitted=4)
    >>> half_life([1.0, 1.0, 1.0]).frames
    inf
    """
    values = _one_fall(fall)
    if len(values) < 2:
        raise ValueError(
            "To fit a half-life takes two distances or more. Received: fall of shape "
            f"{values.shape}"
        )
    floor = FLOOR * values.max()
    last = int(np.flatnonzero(values > floor)[-1])
    octaves = np.log2(np.maximum(values, floor)[: last + 2])
    distances = np.arange(len(octaves)) - (len(octaves) - 1) / 2
    slope = float(distances @ octaves / (distances @ distances))
    residuals = octaves - octaves.mean() - slope * distances
    # A slope of rounding alone is none.
    falls = slope < -1e-12 * max(1.0, float(np.abs(octaves).max()))
    return HalfLife(
        frames=-1 / slope if falls else float("inf"),
        deviation=float(2 ** np.sqrt(np.square(residuals).mean())),
        fitted=len(octaves),
    )


def share_beyond(fall: ArrayLike, distances: Sequence[int]) -> np.ndarray:
    """Which share of an influence comes from further away than some distances.

    Args:
        fall: `(distances,)` influences, from distance 0 up.
        distances: In frames, from 0 up.

    Returns:
        For each, the sum of what is further away, of the sum of all.

    Raises:
        ValueError: If a distance or a number of the fall is out of its range, or all are 0.

    Example:

    >>> share_beyond([4.0, 2.0, 1.0, 1.0], [0, 1, 3]).tolist()
    [0.5, 0.25, 0.0]
    """
    values = _one_fall(fall)
    if min(distances, default=0) < 0:
        raise ValueError(f"Distances count from 0 up. Received: distances={tuple(distances)}")
    return np.array([values[distance + 1 :].sum() for distance in distances]) / values.sum()


def _one_fall(fall: ArrayLike) -> np.ndarray:
    values = np.asarray(fall, np.float64)
    _check_numbers("fall", values)
    if values.ndim != 1 or not values.sum() > 0:
        raise ValueError(
            "Expected influences by distance, of shape (distances,), some of them above 0. "
            f"Received: fall of shape {values.shape}, {np.count_nonzero(values)} of them above 0"
        )
    return values


def _check_numbers(name: str, values: np.ndarray) -> None:
    if not np.isfinite(values).all() or (values < 0).any():
        raise ValueError(
            f"Influences are finite numbers from 0 up. Received: {name} with "
            f"{np.count_nonzero(~np.isfinite(values))} that are not finite and "
            f"{np.count_nonzero(values < 0)} below 0"
        )
