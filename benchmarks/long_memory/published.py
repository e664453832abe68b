"""What others have published, each figure with its source."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("published.toml")


@dataclass(frozen=True)
class Figure:
    """A published figure.

    Args:
        task: The task's name, without its steps.
        model: As its authors call it.
        accuracy: In percent, of test data.
        paper: Authors, year, number.
        source: Where the figure was looked up.
        parameters: Of the model, where the source says them.
    """

    task: str
    model: str
    accuracy: float
    paper: str
    source: str
    parameters: int | None = None


def read_figures(path: Path = FILE) -> list[Figure]:
    """The figures, best first within a task."""
    found = [Figure(**entry) for entry in tomllib.loads(path.read_text("utf-8"))["figure"]]
    return sorted(found, key=lambda figure: (figure.task, -figure.accuracy))
