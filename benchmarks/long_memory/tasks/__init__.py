"""The tasks, by name."""

from pathlib import Path

from benchmarks.long_memory.tasks.adding import adding
from benchmarks.long_memory.tasks.archive import NAMES, archive
from benchmarks.long_memory.tasks.characters import characters
from benchmarks.long_memory.tasks.copying import copying
from benchmarks.long_memory.tasks.mnist import mnist
from benchmarks.long_memory.tasks.noisy_mnist import noisy_mnist
from benchmarks.long_memory.tasks.shifted_mnist import shifted_mnist
from benchmarks.long_memory.tasks.task import Samples, Task

__all__ = ["TASKS", "Samples", "Task", "make_task"]

_PICTURES = ("smnist", "psmnist", "shifted_smnist", "shifted_psmnist", "noisy_smnist")
TASKS = (*_PICTURES, "adding", "copy", "characters", *NAMES)


def make_task(
    name: str, *, steps: int = 1_000, mnist_file: Path | None = None, text: Path | None = None
) -> Task:
    """A task by its name.

    Args:
        name: One of `TASKS`.
        steps: Of `adding` the length, of `copy` the wait.
        mnist_file: The pictures of the tasks with `mnist` in their name.
        text: The text of `characters`.

    Raises:
        ValueError: If there is no such task, or its data are not given.
    """
    if name in _PICTURES:
        if mnist_file is None:
            raise ValueError(f"{name} needs the pictures: --mnist mnist.npz")
        if name == "noisy_smnist":
            return noisy_mnist(mnist_file)
        kind = shifted_mnist if name.startswith("shifted") else mnist
        return kind(mnist_file, permuted=name.endswith("psmnist"))
    if name == "characters":
        if text is None:
            raise ValueError("characters needs a text: --text text.txt")
        return characters(text)
    if name in NAMES:
        return archive(name)
    if name in ("adding", "copy"):
        return adding(steps) if name == "adding" else copying(steps)
    raise ValueError(f"Expected a task of {', '.join(TASKS)}. Received: {name}")
