"""What is to be said of how far back models look, as JSON."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from keras_drnn.experiments.influences import Influences
from keras_drnn.influence import half_life, share_beyond

BEYOND = (10, 30, 100)


def summary(trainings: Sequence[Influences], frame_rate: float | None) -> dict[str, Any]:
    """How far back a model looks, over all its trainings and all recordings.

    Args:
        trainings: What was measured of each training, on the same recordings.
        frame_rate: Frames per second, if known.

    Returns:
        The keys are described in `docs/guides/influence.md`.
    """
    falls = np.concatenate([each.falls for each in trainings])
    fits = [half_life(fall) for fall in falls]
    shares = falls / falls.sum(axis=1, keepdims=True)
    distances = [distance for distance in BEYOND if distance < falls.shape[1] - 1]
    beyond = np.stack([share_beyond(fall, distances) for fall in falls])
    frames = [fit.frames for fit in fits]
    return {
        "half_life": _spread(frames),
        "half_life_seconds": _spread(np.array(frames) / frame_rate) if frame_rate else None,
        "deviation": _spread(fit.deviation for fit in fits),
        "share_beyond": {
            str(distance): _spread(values)
            for distance, values in zip(distances, beyond.T, strict=True)
        },
        "share_ahead": _spread(each.ahead for each in trainings),
        "fall": {
            "mean": _numbers(shares.mean(axis=0)),
            "low": _numbers(shares.min(axis=0)),
            "high": _numbers(shares.max(axis=0)),
        },
        "influence": _numbers(np.concatenate([each.influence for each in trainings]).mean(axis=0)),
        "groups": _groups(trainings),
        "carried": _carried(trainings),
    }


def _groups(trainings: Sequence[Influences]) -> list[dict[str, Any]]:
    """The norms of each recurrent kernel, over the trainings."""
    return [
        {
            "layer": of_group[0].layer,
            "group": of_group[0].group,
            "delay": of_group[0].delay,
            "units": of_group[0].units,
            "spectral_norm": _spread(each.spectral_norm for each in of_group),
            "spectral_radius": _spread(each.spectral_radius for each in of_group),
            "half_life": (
                None
                if of_group[0].slope is None
                else _spread(
                    np.nan if each.half_life is None else each.half_life for each in of_group
                )
            ),
        }
        for of_group in zip(*(each.groups for each in trainings), strict=True)
    ]


def _carried(trainings: Sequence[Influences]) -> dict[str, Any] | None:
    """What the groups of the first recurrent layer carry, and what bounds that."""
    carried = [each.carried for each in trainings if each.carried is not None]
    if not carried:
        return None
    measured = np.concatenate([each.measured for each in carried])
    bounds = [each.bound for each in carried if each.bound is not None]
    said = {"layer": carried[0].layer, "measured": _numbers(measured.mean(axis=0))}
    if not bounds:
        return {**said, "bound": None, "largest_share_of_bound": None}
    bound = np.concatenate(bounds)
    share = measured / np.where(bound > 0, bound, np.inf)
    return {
        **said,
        "bound": _numbers(bound.mean(axis=0)),
        "largest_share_of_bound": float(share.max()),
    }


def _spread(values: Iterable[float]) -> dict[str, float | None]:
    """The middle, the least and the largest; `None` for what is infinite."""
    numbers = np.array(list(values), np.float64)
    # The lower of two in the middle: half of infinity is none.
    middle = float(np.quantile(numbers, 0.5, method="inverted_cdf"))
    found = {"median": middle, "low": float(numbers.min()), "high": float(numbers.max())}
    return {key: value if np.isfinite(value) else None for key, value in found.items()}


def _numbers(values: np.ndarray) -> list:
    """Four digits of each, for a file that stays small."""
    return np.vectorize(lambda value: float(f"{value:.4g}"), otypes=[float])(values).tolist()
