"""How long a model takes until it knows the clips of each class, as a Matplotlib figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from keras_drnn.reporting.plots import INK, PALE_INK, new_figure
from keras_drnn.reporting.when_it_knows import ClassTimes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_FIRST, _SETTLED = "#E69F00", "#0072B2"  # told apart by colour-blind people too
_MOST = 24  # classes with lines of their own


def draw_times_by_class(
    times: Sequence[ClassTimes],
    classes: Sequence[str],
    *,
    model: str,
    data: str,
    synthetic: bool,
    frame_rate: float | None = None,
) -> Figure:
    """Draw when each class is right first, and from when on it stays right.

    The points are the medians over the clips of a class, the lines their quartiles; what lies at
    the right edge is never so in half of the clips. Of many classes, the quickest and the slowest.

    Args:
        times: What `times_by_class` gives.
        classes: The names of the classes.
        model: The model's name, for the title.
        data: What it was measured on, for the line under the title.
        synthetic: Whether the data is generated; the title then says so.
        frame_rate: Frames per second, if known: the axis is in seconds then.

    Raises:
        ValueError: If there are no classes.
    """
    if not times:
        raise ValueError("Expected the times of one class or more. Received: times=[]")
    rows = sorted(times, key=lambda each: (each.settled[1], each.first_right[1], each.label))
    shown = rows
    if len(rows) > _MOST:
        shown = [*rows[: _MOST // 2], *rows[-(_MOST // 2) :]]
    figure, axes = new_figure(
        f"When {model} knows",
        f"{data}, test clips · median and quartiles of each class",
        synthetic,
        size=(8.0, 1.7 + 0.26 * len(shown)),
    )
    scale = 1.0 if not frame_rate else 1 / frame_rate
    points = np.array([[each.first_right, each.settled] for each in shown])
    finite = points[np.isfinite(points)]
    never = 1.12 * scale * (finite.max() if finite.size else 1.0)
    for place, (first, settled) in enumerate(np.where(np.isfinite(points), scale * points, never)):
        _draw_row(axes, place - 0.14, first, _FIRST)
        _draw_row(axes, place + 0.14, settled, _SETTLED)
    axes.set_yticks(range(len(shown)), labels=[classes[each.label] for each in shown])
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.tick_params(axis="y", labelsize=9)
    axes.set_xlim(0, 1.04 * never)
    axes.set_xlabel("seconds of the clip seen" if frame_rate else "frames of the clip seen")
    if not np.isfinite(points).all():
        axes.axvline(never, color=PALE_INK, linewidth=0.8, linestyle=":")
        axes.annotate(
            "never",
            (never, 1.0),
            xycoords=("data", "axes fraction"),
            ha="center",
            va="bottom",
            fontsize=9,
            color=PALE_INK,
        )
    if len(rows) > _MOST:
        axes.axhline(_MOST // 2 - 0.5, color=PALE_INK, linewidth=0.8, linestyle="--")
    for colour, words in ((_FIRST, "first right"), (_SETTLED, "right for good")):
        axes.plot([], [], "o", color=colour, label=words)
    figure.legend(loc="outside lower right", ncols=2, frameon=False, fontsize=9, labelcolor=INK)
    return figure


def _draw_row(axes: Axes, height: float, quartiles: np.ndarray, colour: str) -> None:
    low, middle, high = quartiles
    axes.plot([low, high], [height, height], color=colour, linewidth=2, alpha=0.5)
    axes.plot([middle], [height], "o", color=colour, markersize=4.5)
