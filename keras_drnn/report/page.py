"""A report as one HTML page that needs nothing beside it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from keras_drnn.animation import animation_script
from keras_drnn.report.blocks import Html, Section
from keras_drnn.report.opening import opened
from keras_drnn.report.sections import sections_of
from keras_drnn.report.subject import Subject
from keras_drnn.report.svg import to_svg
from keras_drnn.system.atomic_writes import write_text
from keras_drnn.version import __version__

if TYPE_CHECKING:
    from jinja2 import Environment


def report_html(source: str | Path) -> str:
    """The story of a comparison or a search as one HTML page, pictures and moving clips in it.

    What a run lacks, because it is of an older version or not finished, is named in the page.

    Args:
        source: The folder of a comparison, of a search, or of one of their runs; or a run in
            MLflow, `runs:/ID`, its id, `models:/NAME/VERSION`, or the name of a comparison or
            search.

    Returns:
        HTML that asks nothing of any network.

    Raises:
        ValueError: If there is no such folder or run.

    Example:

    >>> from IPython.display import HTML
    >>> HTML(report_html("drnn-runs/demo-cross-view-best-0e1e6169"))
    """
    with opened(source) as subject:
        return _render(subject, sections_of(subject))


def write_report(source: str | Path, out: str | Path | None = None) -> Path:
    """Write `report_html` to a file.

    Args:
        source: As for `report_html`.
        out: The file; by default `report.html` in the folder, or in the current one for a run in
            MLflow.

    Returns:
        The file.

    Raises:
        ValueError: If there is no such folder or run.

    Example:

    >>> write_report("drnn-runs/demo-cross-view-best-0e1e6169", "demo.html")
    """
    with opened(source) as subject:
        if out is None:
            folder = subject.comparison.folder if Path(source).is_dir() else Path()
            out = folder / "report.html"
        write_text(Path(out), _render(subject, sections_of(subject)))
    return Path(out)


def _render(subject: Subject, sections: Sequence[Section]) -> str:
    blocks = [block for section in sections for block in section.blocks]
    moving = any(isinstance(block, Html) for block in blocks)
    return (
        _templates()
        .get_template("page.html")
        .render(
            title=f"{subject.data['name']}, {subject.data['protocol']}",
            kind="comparison" if subject.outcome is None else "search",
            synthetic=subject.data.get("synthetic"),
            name=subject.description["id"],
            created=str(subject.description.get("created", ""))[:10],
            sections=sections,
            script=animation_script() if moving else "",
            version=__version__,
        )
    )


@cache
def _templates() -> Environment:
    from jinja2 import Environment, PackageLoader

    environment = Environment(
        loader=PackageLoader("keras_drnn.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["svg"] = to_svg
    return environment
