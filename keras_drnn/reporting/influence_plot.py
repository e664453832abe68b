"""How far back models look, as a Matplotlib figure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from keras_drnn.reporting.plots import draw_curve, finish, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_influence(
    influence: Mapping[str, ArrayLike],
    *,
    data: str,
    synthetic: bool,
    frame_rate: float | None = None,
) -> Figure:
    """Draw which share of what moves the last scores lies within the last frames.

    Args:
        influence: For each model, `(frames,)` norms, the influence of each frame on the last
            scores, such as the last line of `input_influence`.
        data: What it was measured on, for the line under the title.
        synthetic: Whether the data is generated; the title then says so.
        frame_rate: Frames per second, if known: the axis is in seconds then.

    Raises:
        ValueError: If an influence is not a sequence of finite numbers, some above 0.
    """
    figure, axes = new_figure("Influence of the past on the last scores", data, synthetic)
    scale = 1.0 if not frame_rate else 1 / frame_rate
    ends = []
    for model, norms in influence.items():
        backwards = np.asarray(norms, np.float64)[::-1]
        if backwards.ndim != 1 or not np.isfinite(backwards).all() or not backwards.sum() > 0:
            raise ValueError(
                "The influence of the frames on the last scores must be finite numbers (frames,), "
                f"some of them above 0. Received: {norms} of {model}"
            )
        share = np.cumsum(backwards) / backwards.sum()
        seen = scale * np.arange(1, len(share) + 1)
        half = seen[np.searchsorted(share, 0.5)]
        words = f"half: {half:.2f} s" if frame_rate else f"half: {half:.0f}"
        ends.append(draw_curve(axes, model, seen, share, share, share, end=words))
    axes.set_xlabel("before the end, seconds" if frame_rate else "before the end, frames")
    axes.set_ylabel("share of the influence, %")
    axes.set_xlim(0, max(x for x, *_ in ends))
    finish(axes, ends)
    return figure
