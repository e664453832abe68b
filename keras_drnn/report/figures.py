"""The pictures of a report, for notebooks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from keras_drnn.report.blocks import Picture
from keras_drnn.report.opening import opened
from keras_drnn.report.sections import sections_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def report_figures(source: str | Path) -> dict[str, Figure]:
    """The pictures of `report_html`, each as a Matplotlib figure.

    Args:
        source: As for `report_html`.

    Returns:
        The figures by section and number, `"confusion-1"`, in the order of the report.

    Raises:
        ValueError: If there is no such folder or run.

    Example:

    >>> report_figures("drnn-runs/demo-cross-view-best-0e1e6169")["learning-1"]
    """
    with opened(source) as subject:
        found = {}
        for section in sections_of(subject):
            drawn = [block.figure for block in section.blocks if isinstance(block, Picture)]
            found |= {f"{section.name}-{number}": each for number, each in enumerate(drawn, 1)}
    return found
