"""The pictures of a search: accuracy against size, and over base and number of groups."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from keras_drnn.reporting.names import model_style
from keras_drnn.reporting.pictures import save
from keras_drnn.reporting.plots import INK, PALE_INK, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def save_search_pictures(folder: Path, outcome: Mapping[str, Any]) -> list[Path]:
    """Draw the outcome of a search, as PNG files beside `outcome.json`.

    - `front.png`: accuracy against parameters, of every trial and of those no other beats;
    - `delays.png`: the best accuracy for every base and number of groups.

    Args:
        folder: The folder of the search.
        outcome: What `outcome_of` gives.

    Returns:
        The files written; without a finished trial there are none.
    """
    scored = [trial for trial in outcome["trials"] if trial["score"] is not None]
    if not scored:
        return []
    drawn = [save(draw_front(outcome), folder / "front.png")]
    if any("groups" in trial["values"] for trial in scored):
        drawn.append(save(draw_delays(outcome), folder / "delays.png"))
    return drawn


def draw_front(outcome: Mapping[str, Any]) -> "Figure":
    """Draw the accuracy of every trial against its parameters, and the front.

    Args:
        outcome: What `outcome_of` gives.
    """
    from matplotlib.ticker import LogLocator, NullLocator

    style = model_style(outcome["cell"])
    scored = [trial for trial in outcome["trials"] if trial["score"] is not None]
    figure, axes = new_figure(
        f"Accuracy against parameters, {style.label}",
        f"{_data(outcome)}, held-out parts of the training side · {len(scored)} trials",
        outcome["data"]["synthetic"],
    )
    axes.scatter(
        [trial["parameters"] for trial in scored],
        [100 * trial["score"] for trial in scored],
        s=26,
        color=style.colour,
        alpha=0.35,
        linewidth=0,
    )
    x = [trial["parameters"] for trial in outcome["front"]]
    y = [100 * trial["score"] for trial in outcome["front"]]
    # Up to the next trial of the front, its forerunner is the best for the size.
    axes.step(x, y, where="post", color=style.colour, linewidth=2)
    axes.scatter(x, y, s=34, color=style.colour, zorder=3)
    for trial, left, top in zip(outcome["front"], x, y, strict=True):
        axes.annotate(
            trial["delays"] or f"{trial['units']} units",
            (left, top),
            xytext=(0, 7),
            textcoords="offset points",
            ha="center",
            fontsize=8,
            color=PALE_INK,
        )
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 3, 5)))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel("parameters")
    axes.set_ylabel("correct validation clips, %")
    axes.margins(x=0.1, y=0.12)
    return figure


def draw_delays(outcome: Mapping[str, Any]) -> "Figure":
    """Draw the best accuracy of the trials with each base and number of groups.

    Args:
        outcome: What `outcome_of` gives.
    """
    scored = [trial for trial in outcome["trials"] if trial["score"] is not None]
    groups = sorted({trial["values"]["groups"] for trial in scored})
    bases = sorted({trial["values"].get("base") for trial in scored} - {None}) or [None]
    best = np.full((len(bases), len(groups)), np.nan)
    count = np.zeros(best.shape, int)
    for trial in scored:
        column = groups.index(trial["values"]["groups"])
        base = trial["values"].get("base")
        # One group has no ratio of delays: it is the same for every base.
        for row in range(len(bases)) if base is None else [bases.index(base)]:
            best[row, column] = np.nanmax([best[row, column], trial["score"]])
            count[row, column] += 1
    figure, axes = new_figure(
        "Best accuracy by base and groups",
        f"{_data(outcome)}, held-out parts (trials in brackets)",
        outcome["data"]["synthetic"],
        size=(2.4 + 0.85 * max(len(groups), 5), 1.8 + 0.62 * len(bases)),
    )
    image = axes.imshow(100 * best, cmap="Blues", aspect="auto")
    middle = 50 * (np.nanmin(best) + np.nanmax(best))
    for row, column in zip(*np.nonzero(count), strict=True):
        value = 100 * best[row, column]
        axes.text(
            column,
            row,
            f"{value:.1f}\n({count[row, column]})",
            ha="center",
            va="center",
            fontsize=8.5,
            color="white" if value > middle else INK,
        )
    axes.set_xticks(range(len(groups)), labels=[str(number) for number in groups])
    axes.set_yticks(
        range(len(bases)), labels=["-" if base is None else f"{base:g}" for base in bases]
    )
    axes.set_xlabel("groups")
    axes.set_ylabel("base")
    axes.grid(visible=False)
    axes.spines["bottom"].set_visible(False)
    bar = figure.colorbar(image, ax=axes, shrink=0.9, aspect=20, pad=0.02)
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=0, labelsize=8, colors=PALE_INK)
    bar.set_label("correct clips, %", color=PALE_INK, fontsize=9)
    return figure


def _data(outcome: Mapping[str, Any]) -> str:
    return f"{outcome['data']['name']}, {outcome['data']['protocol']}"
