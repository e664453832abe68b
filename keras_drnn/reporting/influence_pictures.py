"""How far back models look before and after training, as one Matplotlib figure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from keras_drnn.reporting.names import model_style
from keras_drnn.reporting.plots import INK, PALE_INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DECADES = 6  # below the largest, what is still drawn
_MAP, _GRID = "magma", "#E4E4E4"
# From fast to slow, light to dark: groups are in an order.
_GROUPS = "viridis_r"


def draw_influences(found: Mapping[str, Any]) -> Figure:
    """Draw what `drnn influence --json` writes.

    Above, how the influence falls with distance. Below, a column for each model: the influence of
    each input frame on each output frame, before and after training, and what the groups of its
    recurrent layer carry to the last state, with what bounds it.

    Args:
        found: The content of the file.
    """
    from matplotlib.figure import Figure

    models = found["models"]
    columns = len(models)
    figure = Figure(figsize=(max(6.4, 3.1 * columns), 12.2), layout="constrained")
    title = "How far back models look" + (" (synthetic data)" if found["synthetic"] else "")
    figure.suptitle(title, x=0.01, ha="left", fontsize=13, fontweight="bold", color=INK)
    axes = figure.subplot_mosaic(
        [
            ["fall"] * columns,
            *([f"{row}{k}" for k in range(columns)] for row in ("before", "after", "carried")),
        ],
        height_ratios=[1.1, 1, 1, 1],
    )
    _draw_falls(axes["fall"], found)
    for number, model in enumerate(models):
        label = _style(model["model"], number).label
        for when in ("before", "after"):
            _draw_triangle(axes[f"{when}{number}"], np.array(model[when]["influence"]))
            axes[f"{when}{number}"].set_title(f"{label}, {when} training", **_TITLE)
        _draw_carried(axes[f"carried{number}"], model["after"]["carried"], label)
    return figure


_TITLE: dict[str, Any] = {"loc": "left", "fontsize": 9.5, "color": PALE_INK}
_PALETTE = ("#0072B2", "#D55E00", "#009E73", "#E69F00", "#CC79A7", "#56B4E9")


def _style(model: str, number: int):
    """The style of a model; those of no known name differ in colour."""
    style = model_style(model)
    if style.label != model:
        return style
    return style._replace(colour=_PALETTE[number % len(_PALETTE)], line="-")


def _draw_falls(axes: Axes, found: Mapping[str, Any]) -> None:
    rate = found["frame_rate"]
    highest, lowest = 0.0, 1.0
    for number, model in enumerate(found["models"]):
        label, colour, line = _style(model["model"], number)
        for when, width in (("before", 1.0), ("after", 2.0)):
            fall = {key: np.array(values) for key, values in model[when]["fall"].items()}
            x = np.arange(len(fall["mean"])) / (rate or 1)
            highest, lowest = max(highest, fall["high"].max()), min(lowest, fall["mean"].min())
            if when == "after":
                axes.fill_between(
                    x, fall["low"], fall["high"], color=colour, alpha=0.12, linewidth=0
                )
            words = f"{label}, {when}: {half_life_words(model[when], rate)}"
            dashes = line if when == "after" else ":"
            axes.plot(x, fall["mean"], dashes, color=colour, linewidth=width, label=words)
    axes.set_yscale("log")
    # Room below for the legend.
    axes.set_ylim(max(highest * 10.0**-_DECADES, 1e-2 * lowest), 1.5 * highest)
    axes.set_xlabel("before the output, " + ("seconds" if rate else "frames"))
    axes.set_ylabel("share of the influence, a frame")
    clips = len(found["clips"])
    what = f"{found['data']}, " if found["data"] else ""
    mean = f"mean and range of {clips} clips" if clips > 1 else "one clip"
    axes.set_title(f"{what}{mean}; half-lives in the legend", **_TITLE)
    axes.legend(frameon=False, fontsize=8, labelcolor=INK, loc="lower left")
    _plain(axes)


def half_life_words(said: Mapping[str, Any], frame_rate: float | None) -> str:
    """A half-life for people.

    Args:
        said: What is said of a model before or after training.
        frame_rate: Frames per second, if known.
    """
    frames = said["half_life"]["median"]
    if frames is None:
        return "does not fall"
    words = f"{frames:.1f} frames" if frames < 100 else f"{frames:.0f} frames"
    return words + (f" ({frames / frame_rate:.2g} s)" if frame_rate else "")


def _draw_triangle(axes: Axes, influence: np.ndarray) -> None:
    from matplotlib.colors import LogNorm

    norm = LogNorm(influence.max() * 10.0**-_DECADES, influence.max())
    steps, frames = influence.shape
    axes.imshow(
        np.where(influence > 0, influence, np.nan),
        cmap=_MAP,
        norm=norm,
        origin="upper",
        interpolation="nearest",
        extent=(-0.5, frames - 0.5, frames - 0.5, frames - steps - 0.5),
        aspect="equal" if steps > 1 else "auto",
    )
    axes.set_xlabel("input frame")
    axes.set_ylabel("output frame")
    _plain(axes, grid=False)


def _draw_carried(axes: Axes, carried: Mapping[str, Any] | None, label: str) -> None:
    if carried is None:
        axes.set_title(f"{label}: reads both ways", **_TITLE)
        axes.axis("off")
        return
    import matplotlib

    measured = np.array(carried["measured"])
    colours = matplotlib.colormaps[_GROUPS](np.linspace(0.15, 1, len(measured)))
    whole = np.linalg.norm(measured, axis=0)
    highest = whole.max()
    if carried["bound"] is not None:
        bound = np.linalg.norm(carried["bound"], axis=0)
        axes.plot(bound, "--", color=PALE_INK, linewidth=1, label="bound")
        highest = max(highest, min(bound.max(), highest * 1e3))
    for number, values in enumerate(measured, start=1):
        name = f"group {number}" if len(measured) > 1 else "measured"
        axes.plot(
            np.where(values > 0, values, np.nan),
            color=colours[number - 1],
            linewidth=1.5,
            marker="." if np.count_nonzero(values) < 10 else None,
            label=name,
        )
    axes.set_yscale("log")
    axes.set_ylim(whole.max() * 10.0**-_DECADES, 2 * highest)
    axes.set_xlabel("before the last state, frames")
    axes.set_ylabel("influence on it")
    axes.set_title(f"{label}: what its groups carry", **_TITLE)
    axes.legend(frameon=False, fontsize=7, labelcolor=INK, loc="best")
    _plain(axes)


def _plain(axes: Axes, grid: bool = True) -> None:
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(_GRID)
    axes.tick_params(which="both", colors=PALE_INK, length=0, labelsize=8)
    axes.xaxis.label.set(color=PALE_INK, fontsize=9)
    axes.yaxis.label.set(color=PALE_INK, fontsize=9)
    axes.set_axisbelow(True)
    if grid:
        axes.grid(color=_GRID, linewidth=0.8)
