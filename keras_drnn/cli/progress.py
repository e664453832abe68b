"""Progress bars on the error stream, so that what a command found can be piped."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.logging import RichHandler
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from keras_drnn.cli.consoles import make_console

if TYPE_CHECKING:
    from keras_drnn.tuning.progress import SearchProgress

console = make_console(stderr=True)
_REFRESH_SECONDS = 0.1
_BARS = 6  # of trainings at once


@contextmanager
def progress_bars() -> Iterator[Progress]:
    """Progress bars, and log messages above them."""
    handler = RichHandler(console=console, show_path=False, show_time=False)
    logger = logging.getLogger("keras_drnn")
    logger.addHandler(handler)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    bars = _Bars(*columns, console=console, refresh_per_second=4)
    try:
        yield bars
    finally:
        if bars.live.is_started:
            bars.stop()
        logger.removeHandler(handler)


class _Bars(Progress):
    """Shown from the first bar on: without one, Rich would print a blank line."""

    def add_task(self, *args, **kwargs) -> TaskID:
        self.start()
        return super().add_task(*args, **kwargs)


def reading(bars: Progress) -> Callable[[str, int, int], None]:
    """A progress callback for reading data: one bar for each thing that is done."""
    tasks: dict = {}

    def update(what: str, done: int, of: int) -> None:
        if what not in tasks:
            tasks[what] = bars.add_task(what, total=of)
        bars.update(tasks[what], completed=done, total=of)

    return update


def training(
    bars: Progress, of: int = 1
) -> tuple[Callable[[str, int], Callable[[int], None]], Callable[[float], None]]:
    """Progress callbacks for runs: one bar for each, of many for the last ones alone.

    Args:
        bars: The bars.
        of: How many runs there will be.

    Returns:
        What is called as a run begins, and what is called with the best validation accuracy that
        the run under way has reached.
    """
    tasks: list[TaskID] = []
    descriptions: list[str] = []

    def begin(name: str, steps: int) -> Callable[[int], None]:
        number = f" ({len(tasks) + 1} of {of})" if of > 1 else ""
        descriptions.append(f"Training {name}{number}")
        task = bars.add_task(descriptions[-1], total=steps)
        tasks.append(task)
        if len(tasks) > _BARS:
            bars.update(tasks[-_BARS - 1], visible=False)
        shown = 0.0

        def update(step: int) -> None:
            nonlocal shown
            now = time.monotonic()
            # A training step can be shorter than drawing it.
            if step >= steps or now - shown > _REFRESH_SECONDS:
                bars.update(task, completed=step)
                shown = now

        return update

    def on_best(accuracy: float) -> None:
        bars.update(tasks[-1], description=f"{descriptions[-1]}, best {100 * accuracy:.1f} %")

    return begin, on_best


def trying(
    bars: Progress, model: str
) -> tuple[Callable[["SearchProgress"], None], Callable[[int, int], None]]:
    """Progress callbacks for a search: a bar of its trials, and one of the trial under way."""
    trials = bars.add_task(f"Searching {model}", total=None)
    current = bars.add_task("  this trial", total=None, visible=False)
    shown = 0.0

    def on_progress(progress: "SearchProgress") -> None:
        description = f"Searching {model}"
        if progress.best is not None:
            description += f", best {100 * progress.best:.1f} %"
        if progress.failed:
            description += f", {progress.failed} failed"
        if progress.seconds_left:
            description += f", about {_duration(progress.seconds_left)} left"
        bars.update(trials, completed=progress.done, total=progress.of, description=description)
        bars.update(current, visible=False)

    def on_step(step: int, of: int) -> None:
        nonlocal shown
        now = time.monotonic()
        if now - shown > _REFRESH_SECONDS:
            bars.update(current, completed=step, total=of, visible=True)
            shown = now

    return on_progress, on_step


def _duration(seconds: float) -> str:
    """A time for people, not more exact than it can be."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"
