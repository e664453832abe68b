"""Progress bars on the error stream, so that what a command found can be piped."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.logging import RichHandler
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

console = Console(stderr=True)
_REFRESH_SECONDS = 0.1


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
    try:
        with Progress(*columns, console=console, refresh_per_second=4) as bars:
            yield bars
    finally:
        logger.removeHandler(handler)


def reading(bars: Progress) -> Callable[[str, int, int], None]:
    """A progress callback for reading data: one bar for each thing that is done."""
    tasks: dict = {}

    def update(what: str, done: int, of: int) -> None:
        if what not in tasks:
            tasks[what] = bars.add_task(what, total=of)
        bars.update(tasks[what], completed=done, total=of)

    return update


def training(bars: Progress) -> Callable[[str, int, int], Callable[[int], None]]:
    """A progress callback for runs: one bar for each."""

    def begin(model: str, seed: int, steps: int) -> Callable[[int], None]:
        task = bars.add_task(f"Training {model}, seed {seed}", total=steps)
        shown = 0.0

        def update(step: int) -> None:
            nonlocal shown
            now = time.monotonic()
            # A training step can be shorter than drawing it.
            if step >= steps or now - shown > _REFRESH_SECONDS:
                bars.update(task, completed=step)
                shown = now

        return update

    return begin
