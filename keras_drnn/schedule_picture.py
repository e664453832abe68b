"""The schedule of a delayed RNN as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from keras_drnn.schedule import transformations, update_steps

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_schedule(delays: Sequence[int], steps: int, first_step: int = 0) -> Figure:
    """Draw when each group updates, and how many products away each input step is at the end.

    Needs matplotlib.

    Args:
        delays: Strictly increasing positive integers, in steps (frames).
        steps: Length of the sequence, 1 or more.
        first_step: The number that the first step bears, as in `DelayedRNN`.

    Returns:
        A Matplotlib figure; `figure.savefig("schedule.png")` writes it.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    >>> draw_schedule((1, 3, 9, 27, 81), 100).savefig("schedule.png")
    """
    updates = update_steps(delays, steps, first_step)
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.2), layout="constrained")
    above, below = figure.subplots(2, sharex=True, height_ratios=(3, 2))
    # Group 1, the fastest, at the bottom: the input comes from below.
    above.eventplot(updates, linelengths=0.7, linewidths=1.2, colors="C0")
    above.set_yticks(range(len(updates)), [f"every {delay}" for delay in delays])
    above.set(ylabel="group updates", title="Updates of each group")
    counts = transformations(delays, steps, first_step).astype(float)
    counts[counts < 0] = np.nan  # a step that does not reach the end
    below.plot(counts, drawstyle="steps-mid", label="delayed RNN")
    below.plot(np.arange(steps, 0, -1), color="C7", linestyle=":", label="plain RNN")
    below.set(xlabel="step of the sequence", ylabel="products", yscale="log")
    below.set_title("Matrix products between each input step and the last output, at the least")
    below.legend(fontsize="small")
    return figure
