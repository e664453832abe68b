"""The pictures of a comparison, as Matplotlib figures that touch no global state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike

from keras_drnn.reporting.class_order import clustered_order, row_shares
from keras_drnn.reporting.names import model_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, PALE_INK, _GRID = "#222222", "#666666", "#E4E4E4"
_ACCURACY = "validation/frame_accuracy"
# From this many classes on, a confusion matrix puts classes that are confused beside each other,
# numbers them, and leaves the counts out.
_MANY_CLASSES = 25


def accuracy_while_training(
    histories: Mapping[str, Sequence[Sequence[Mapping[str, float]]]],
    against: Literal["step", "seconds"],
    *,
    data: str,
    synthetic: bool,
    folds: int = 1,
) -> Figure:
    """Draw each model's validation accuracy by frame against steps or time (thesis, Fig. 4.4).

    Args:
        histories: For each model, for each seed and fold, the lines of `history.jsonl`.
        against: `"step"`, or `"seconds"` for training time without the evaluations.
        data: What it was trained on, for the line under the title.
        synthetic: Whether the data is generated; the title then says so.
        folds: How many folds each seed has.

    Raises:
        ValueError: If `against` is neither.
    """
    if against not in ("step", "seconds"):
        raise ValueError(
            f'Accuracy is drawn against "step" or "seconds". Received: against={against!r}'
        )
    curves = {
        model: [
            (
                np.array([line[against] for line in history], np.float64),
                np.array([line[_ACCURACY] for line in history], np.float64),
            )
            for history in of_seeds
        ]
        for model, of_seeds in histories.items()
    }
    what = "training steps" if against == "step" else "training time"
    scale, label = 1.0, "training steps"
    if against == "seconds":
        longest = max(x[-1] for runs in curves.values() for x, _ in runs)
        scale, label = _time_unit(longest)
    figure, axes = new_figure(
        f"Accuracy by frame against {what}",
        _subtitle(data, curves, "validation", "seeds" if folds == 1 else "trainings"),
        synthetic,
    )
    ends = []
    for model, runs in curves.items():
        x, low, mean, high = _over_seeds(runs)
        ends.append(draw_curve(axes, model, x / scale, low, mean, high))
    axes.set_xlabel(label)
    axes.set_ylabel("correct frames, %")
    axes.set_xlim(0, max(end[0] for end in ends))
    if against == "step":
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    finish(axes, ends)
    return figure


def accuracy_by_fraction(
    fractions: ArrayLike,
    curves: Mapping[str, Sequence[ArrayLike]],
    *,
    data: str,
    synthetic: bool,
    title: str = "Accuracy against how much of the clip was seen",
    of: str = "correct clips, %",
) -> Figure:
    """Draw each model's accuracy by clip against how much of the clip it has seen.

    Args:
        fractions: `(k,)` shares of a clip.
        curves: For each model, for each seed, `(k,)` accuracies in [0, 1].
        data: What it was measured on, for the line under the title.
        synthetic: Whether the data is generated; the title then says so.
        title: The title, where it is another share of the clips.
        of: What the shares are of, likewise.
    """
    seen = 100 * np.asarray(fractions, np.float64)
    figure, axes = new_figure(title, _subtitle(data, curves, "test"), synthetic)
    ends = []
    for model, runs in curves.items():
        values = np.asarray(runs, np.float64)
        low, mean, high = values.min(axis=0), values.mean(axis=0), values.max(axis=0)
        ends.append(draw_curve(axes, model, seen, low, mean, high, marker="o"))
    axes.set_xlabel("part of the clip seen, %")
    axes.set_ylabel(of)
    axes.set_xlim(0, 100)
    finish(axes, ends)
    return figure


def draw_confusion(
    counts: ArrayLike,
    classes: Sequence[str],
    *,
    model: str,
    seeds: int,
    data: str,
    synthetic: bool,
) -> Figure:
    """Draw a confusion matrix: coloured by the share of a row, printed as counts (Fig. 4.6).

    From 25 classes on, those that are taken for each other lie side by side, whatever their
    numbers, and colours stand for the counts.

    Args:
        counts: `(classes, classes)` clips; a row is a true class, a column a decision.
        classes: The names of the classes.
        model: The model's name, for the title.
        seeds: Of how many seeds the counts are the sum.
        data: What it was measured on, for the line under the title.
        synthetic: Whether the data is generated; the title then says so.

    Raises:
        ValueError: If the counts are not a square with a row for each class.
    """
    table = np.asarray(counts)
    if table.shape != (len(classes), len(classes)):
        raise ValueError(
            f"A confusion matrix of {len(classes)} classes must be of shape "
            f"({len(classes)}, {len(classes)}). Received: counts.shape={table.shape}"
        )
    many = len(classes) >= _MANY_CLASSES
    cell = 0.16 if many else 0.56
    side = cell * len(classes)
    name_width = 0.06 * max(map(len, classes))
    order: list[int] = clustered_order(table).tolist() if many else list(range(len(classes)))
    shares = row_shares(table)[np.ix_(order, order)]
    subtitle = f"{data} · {table.trace():,} of {table.sum():,} test clips right"
    subtitle += f", {seeds} seeds added up" if seeds > 1 else ""
    width = max(side + 1.9, 0.075 * len(subtitle) + 0.9)  # the line begins above the matrix
    figure, axes = new_figure(
        f"What {model} takes for what",
        subtitle,
        synthetic,
        size=(width + name_width, side + 1.3 + (0.0 if many else 0.7 * name_width)),
    )
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="equal")
    for row, column in () if many else zip(*np.nonzero(table), strict=True):
        axes.text(
            column,
            row,
            f"{table[row, column]}",
            ha="center",
            va="center",
            fontsize=9,
            color="white" if shares[row, column] > 0.55 else INK,
        )
    label_size = 7 if many else 9
    ticks = np.arange(len(classes))
    names = [f"{classes[label]}  {label + 1}" for label in order] if many else classes
    axes.set_yticks(ticks, labels=names, fontsize=label_size)
    # Sixty names under the columns would be as tall as the matrix: there the number stands alone.
    below = [str(label + 1) for label in order] if many else classes
    axes.set_xticks(ticks, labels=below, fontsize=label_size)
    axes.tick_params(axis="x", rotation=90 if many else 40)
    if not many:
        for label in axes.get_xticklabels():
            label.set(ha="right", rotation_mode="anchor")
    axes.set_xlabel("decision")
    axes.set_ylabel("true class")
    axes.grid(visible=False)
    axes.set_xticks(ticks[1:] - 0.5, minor=True)
    axes.set_yticks(ticks[1:] - 0.5, minor=True)
    axes.grid(which="minor", color=_GRID, linewidth=0.5)
    axes.tick_params(which="both", length=0)
    bar = figure.colorbar(image, ax=axes, shrink=0.5, aspect=25, pad=0.02)
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=0, labelsize=label_size, colors=PALE_INK)
    bar.ax.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
    bar.set_label("share of the true class", color=PALE_INK, fontsize=label_size + 1)
    return figure


def new_figure(
    title: str, subtitle: str, synthetic: bool, size: tuple[float, float] = (8.0, 4.8)
) -> tuple[Figure, Axes]:
    """An empty figure in the house's style, with a title, a line under it and its axes.

    Args:
        title: The title.
        subtitle: The line under it.
        synthetic: Whether the data is generated; the title then says so.
        size: Width and height in inches.
    """
    # Figure itself, not pyplot: no window system, no global list of open figures.
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    axes = figure.add_subplot()
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(_GRID)
    axes.tick_params(colors=PALE_INK, length=0, pad=6)
    axes.xaxis.label.set_color(PALE_INK)
    axes.yaxis.label.set_color(PALE_INK)
    axes.grid(color=_GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    if synthetic:
        title += " (synthetic data)"
    # A title above and the constrained layout make room for both lines, whatever the size.
    figure.suptitle(title, x=0.01, ha="left", fontsize=13, fontweight="bold", color=INK)
    axes.set_title(subtitle, loc="left", fontsize=9.5, color=PALE_INK, pad=10)
    return figure, axes


def _subtitle(data: str, curves: Mapping[str, Sequence], part: str, what: str = "seeds") -> str:
    number = max(len(runs) for runs in curves.values())
    spread = f" · mean and range of {number} {what}" if number > 1 else ""
    return f"{data}, {part} clips{spread}"


def _over_seeds(
    runs: Sequence[tuple[np.ndarray, np.ndarray]],
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Mean, least and largest over runs that were evaluated at different places."""
    # Only where every seed has been: elsewhere the mean would jump as a seed drops out. Where they
    # have no time in common, because one has only begun, the one that went furthest stands alone.
    first, last = max(x[0] for x, _ in runs), min(x[-1] for x, _ in runs)
    grid = np.unique(np.concatenate([x for x, _ in runs]))
    grid = grid[(first <= grid) & (grid <= last)]
    if grid.size == 0:
        return _over_seeds([max(runs, key=lambda run: run[0][-1])])
    values = np.stack([np.interp(grid, x, y) for x, y in runs])
    return grid, values.min(axis=0), values.mean(axis=0), values.max(axis=0)


def draw_curve(
    axes: Axes,
    model: str,
    x: np.ndarray,
    low: np.ndarray,
    mean: np.ndarray,
    high: np.ndarray,
    marker: str | None = None,
    end: str | None = None,
) -> tuple[float, float, str, str]:
    """Draw the curve of one model.

    Args:
        axes: Where.
        model: Name of the model.
        x: `(k,)` places.
        low: `(k,)` the least share at each.
        mean: `(k,)` the mean, which is the curve.
        high: `(k,)` the largest.
        marker: Of its points; by default none.
        end: What stands at its end beside its name, by default the share there.

    Returns:
        Where and how its label is to be written, for `finish`.
    """
    label, colour, line = model_style(model)
    axes.fill_between(x, 100 * low, 100 * high, color=colour, alpha=0.15, linewidth=0)
    # A single evaluation has no line to show.
    marker = marker if len(x) > 1 else "o"
    axes.plot(
        x, 100 * mean, line, color=colour, linewidth=2, marker=marker, markersize=4, label=label
    )
    words = f"{100 * mean[-1]:.1f} %" if end is None else end
    return x[-1], 100 * mean[-1], f"{label}  {words}", colour


def finish(axes: Axes, ends: Sequence[tuple[float, float, str, str]]) -> None:
    """Scale the axis of shares from zero and write each model's name where its line ends.

    Args:
        axes: Where.
        ends: What `draw_curve` gives, of each curve.
    """
    highest = max(axes.dataLim.ymax, 1.0)
    top = min(100.0, 10.0 * np.ceil(1.05 * highest / 10))
    axes.set_ylim(0, top)
    heights = _apart([height for _, height, _, _ in ends], 0.06 * top, top)
    right = max(x for x, _, _, _ in ends)
    for (x, y, text, colour), height in zip(ends, heights, strict=True):
        axes.annotate(
            text,
            xy=(x, y),
            xytext=(1.02, height / top),
            textcoords="axes fraction",
            va="center",
            fontsize=10,
            color=colour,
            annotation_clip=False,
            # A thin lead where the line ends far from its name.
            arrowprops=None
            if x > 0.98 * right and abs(height - y) < 0.02 * top
            else {"arrowstyle": "-", "color": colour, "alpha": 0.4, "linewidth": 0.8},
        )


def _apart(heights: Sequence[float], gap: float, top: float) -> list[float]:
    """Move heights as little as keeps them `gap` apart and below `top`, in their order."""
    order = np.argsort(heights, kind="stable")
    placed = np.asarray(heights, np.float64)[order]
    for upper in range(1, len(placed)):
        placed[upper] = max(placed[upper], placed[upper - 1] + gap)
    ceiling = top
    for index in reversed(range(len(placed))):
        placed[index] = min(placed[index], ceiling)
        ceiling = placed[index] - gap
    result = np.empty_like(placed)
    result[order] = placed
    return result.tolist()


def _time_unit(longest: float) -> tuple[float, str]:
    for seconds, name in ((3600.0, "hours"), (60.0, "minutes")):
        if longest >= 2 * seconds:
            return seconds, f"training time, {name}"
    return 1.0, "training time, seconds"
