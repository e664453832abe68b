"""Accuracy against parameters, and against the time of training, to be read on a phone."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure as Picture
from matplotlib.ticker import EngFormatter, FuncFormatter, LogLocator, NullLocator

from benchmarks.long_memory.groups import SHARES, Group
from benchmarks.long_memory.published import Figure
from benchmarks.long_memory.titles import place, title

AXES = {"parameters": "parameters", "training": "seconds of training, of the processor"}
_TICKS = {  # "500k": "500,000" would run into the next one
    "parameters": EngFormatter(sep=""),
    "training": FuncFormatter(lambda x, _: f"{x:,.10g}"),
}
_OURS = ("drnn", "windowed_drnn", "stacked_drnn")
_WIDTH, _HEIGHT = 5.2, 3.3  # inches of a panel, at least
_LINE, _REST = 0.24, 0.9  # inches: of a name, and of what is above and below them
_APART = 0.075  # least distance of two names, of a panel's height


class Point(NamedTuple):
    """A model of one size in a picture."""

    x: float
    mean: float
    spread: float
    name: str
    parameters: int
    measured: bool  # or as published


def draw(groups: Sequence[Group], figures: Sequence[Figure], axis: str, path: Path) -> None:
    """Draw a panel for each task whose measure is a share, where two models or more differ.

    Trainings that diverged have no place in it: the tables count them.

    Args:
        groups: Of tested runs.
        figures: What others have published, of which parameters are known for some.
        axis: `parameters` or `training`.
        path: The picture.
    """
    panels: dict[str, list[Point]] = {}
    for group in groups:
        x = group.parameters if axis == "parameters" else group.processor_seconds
        tested = 100 * np.array([each for each in group.tested if np.isfinite(each)])
        if group.measure in SHARES and x and len(tested):
            deviation = tested.std(ddof=1) if len(tested) > 1 else 0.0
            size = (group.model, group.parameters)
            point = Point(x, tested.mean(), deviation, *size, measured=True)
            panels.setdefault(group.task, []).append(point)
    if axis == "parameters":
        for figure in figures:
            if figure.task in panels and figure.parameters:
                size = (f"{figure.model}*", figure.parameters)
                point = Point(figure.parameters, figure.accuracy, 0.0, *size, measured=False)
                panels[figure.task].append(point)
    tasks = [task for task in sorted(panels, key=place) if _differ(panels[task], axis)]
    names = [len({point.name for point in panels[task]}) for task in tasks]
    inches = [max(_HEIGHT, _LINE * number + _REST) for number in names] or [_HEIGHT]
    picture = Picture(figsize=(_WIDTH, sum(inches)), layout="constrained")
    grid = {"height_ratios": inches}
    every = picture.subplots(len(tasks), squeeze=False, gridspec_kw=grid)[:, 0] if tasks else []
    for axes, task in zip(every, tasks, strict=True):
        _panel(axes, panels[task])
        axes.xaxis.set_major_formatter(_TICKS[axis])
        axes.set_title(title(task), fontsize=11.5, loc="left", pad=10)
        published = any(not point.measured for point in panels[task])
        axes.set_xlabel(AXES[axis] + (" (* as published)" if published else ""), fontsize=11)
    picture.savefig(path, dpi=160)


def _differ(points: Sequence[Point], axis: str) -> bool:
    """Whether there is something to see: of one budget, all have about the same parameters."""
    xs = [point.x for point in points]
    return len(points) > 1 and max(xs) > (1.2 if axis == "training" else 2) * min(xs)


def _panel(axes, points: Sequence[Point]) -> None:
    """A line for each model, through its sizes, with its name at the right edge."""
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_ylabel("% of the test data", fontsize=11)
    axes.tick_params(labelsize=10)
    axes.grid(alpha=0.3)
    xs = np.array([point.x for point in points])
    lows = np.array([point.mean - point.spread for point in points])
    highs = np.array([point.mean + point.spread for point in points])
    margin = max(0.2, 0.06 * (highs.max() - lows.min()))
    low, high = lows.min() - margin, highs.max() + margin
    axes.set_ylim(low, high)
    axes.set_xlim(xs.min() / 1.4, xs.max() * 1.4)
    models: dict[str, list[Point]] = {}
    for point in sorted(points, key=lambda point: point.parameters):
        models.setdefault(point.name, []).append(point)
    # A name is tied to the point that is next to it.
    named = [max(sizes, key=lambda point: point.x) for sizes in models.values()]
    named.sort(key=lambda point: point.mean)
    places = (np.array([point.mean for point in named]) - low) / (high - low)
    heights = _apart(places, min(_APART, 1 / len(named)))
    for point, height in zip(named, heights, strict=True):
        sizes = models[point.name]
        ours = point.name in _OURS
        colour = "tab:red" if ours else "tab:blue" if point.measured else "tab:gray"
        axes.errorbar(
            [size.x for size in sizes],
            [size.mean for size in sizes],
            [size.spread for size in sizes],
            fmt="o-" if point.measured else "D",
            ms=8 if ours else 6,
            lw=1.6 if ours else 1.2,
            elinewidth=1,
            color=colour,
            zorder=4 if ours else 3,
        )
        axes.annotate(
            point.name,
            (point.x, point.mean),
            xytext=(1.03, height),
            textcoords="axes fraction",
            color=colour,
            fontsize=10.5,
            fontweight="bold" if ours else "normal",
            va="center",
            annotation_clip=False,
            arrowprops={
                "arrowstyle": "-",
                "color": colour,
                "linestyle": "dotted",  # unlike the lines through sizes
                "lw": 1,
                "alpha": 0.7,
                "relpos": (0, 0.5),  # ends at the name's left edge, not within its letters
            },
        )


def _apart(heights: np.ndarray, least: float) -> np.ndarray:
    """Rising heights from 0 to 1, moved as little as it takes for `least` between them."""
    found = heights.copy()
    for index in range(1, len(found)):
        found[index] = max(found[index], found[index - 1] + least)
    # Those below give way only as far as they have to: a name far below stays at its point.
    found[-1] = min(found[-1], 1.0)
    for index in range(len(found) - 2, -1, -1):
        found[index] = min(found[index], found[index + 1] - least)
    return found
