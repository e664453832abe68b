"""Runs that differ in their seed alone, together."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from benchmarks.long_memory.recipe import Recipe
from benchmarks.long_memory.results import as_text, read_run, run_of

ERRORS = ("squared_error", "bits")  # measures of which less is better
SHARES = ("accuracy", "recall")  # measures in percent


@dataclass(frozen=True)
class Group:
    """Settings of a model, and what its seeds found.

    Args:
        runs: What files of runs say, of one seed each.
    """

    runs: tuple[dict, ...]

    @property
    def first(self) -> dict:
        """What is the same in all."""
        return self.runs[0]

    @property
    def task(self) -> str:
        """Its name in results."""
        return self.first["task"]

    @property
    def model(self) -> str:
        """The peer's name."""
        return self.first["model"]

    @property
    def budget(self) -> int:
        """Parameters that it might have."""
        return self.first["parameters"]

    @property
    def parameters(self) -> int:
        """Those that it has."""
        return self.first["trained_parameters"]

    @property
    def width(self) -> int:
        """Of the peer's layers."""
        return self.first["width"]

    @property
    def options(self) -> dict:
        """Of the peer."""
        return self.first["options"]

    @cached_property
    def recipe(self) -> Recipe:
        """How they were trained."""
        return run_of(self.first).recipe

    @property
    def settings(self) -> str:
        """All but the seed, as text."""
        return as_text({**asdict(run_of(self.first)), "seed": None})

    @property
    def place(self) -> tuple:
        """Its row in tables, which the best of several settings has."""
        recipe = self.recipe
        adversarial = recipe.adversarial > 0
        return (self.task, self.model, self.budget, recipe.epochs, recipe.pooling, adversarial)

    @property
    def measure(self) -> str:
        """What is judged by."""
        return self.first["measure"]

    @cached_property
    def held_out(self) -> list[float]:
        """By seed."""
        return [run["validation"] for run in self.runs]

    @cached_property
    def tested(self) -> list[float]:
        """Of the seeds that have seen the test data."""
        return [run["test"] for run in self.runs if "test" in run]

    @property
    def rank(self) -> float:
        """Greater is better, on what is held out."""
        mean = np.mean(self.held_out)
        return float(np.nan_to_num(-mean if self.measure in ERRORS else mean, nan=-np.inf))

    @property
    def epoch_seconds(self) -> float | None:
        """Processor time of an epoch: of each seed the median one, since the first compiles, and
        of the seeds the quickest, since all compute as much and other programs only add to it.
        Seeds that a GPU trained are left out; `None` where it trained all of them."""
        return self._longest()[1]

    @property
    def processor_seconds(self) -> float | None:
        """Processor time of a training: as many of these epochs as there were, which are fewer
        than the recipe's where every training diverged."""
        epochs, seconds = self._longest()
        return None if seconds is None else epochs * seconds

    def _longest(self) -> tuple[int, float | None]:
        """Epochs of the CPU's trainings that came furthest, and the least median processor time."""
        found = []
        for run in self.runs:
            # A processor's time beside a GPU is no time of what the GPU computed.
            if run["environment"].get("accelerator"):
                continue
            used = [
                each["processor_seconds"] for each in run["history"] if "processor_seconds" in each
            ]
            if used:
                found.append((-len(run["history"]), float(np.median(used))))
        epochs, seconds = min(found, default=(0, None))
        return -epochs, seconds


def grouped(runs: Iterable[dict]) -> list[Group]:
    """Groups of runs: by task, then by budget, the best on what is held out first."""
    found: dict[str, list[dict]] = {}
    for run in runs:
        found.setdefault(Group((run,)).settings, []).append(run)
    groups = [Group(tuple(sorted(each, key=lambda run: run["seed"]))) for each in found.values()]
    return sorted(groups, key=_order)


def _order(group: Group) -> tuple:
    """By rank; of equals those whose seeds differ least are first, then those of fewer parameters,
    and if they are equal too their settings decide, not the names of their files."""
    rank, spread = round(group.rank, 9), np.inf
    if len(group.runs) > 1 and np.isfinite(group.held_out).all():
        spread = round(float(np.std(group.held_out)), 9)
    return (group.task, group.budget, -rank, spread, group.parameters, group.settings)


def read_groups(results: Path, task: str = "") -> list[Group]:
    """Groups of the runs of a folder.

    Args:
        results: Where each task has a folder of files.
        task: The first letters of tasks.

    Raises:
        ValueError: If a file is not called as its run is, which might then be there twice.
    """
    return grouped(read_run(file) for file in sorted(results.glob(f"{task}*/*.json")))


def shown(groups: Iterable[Group]) -> list[Group]:
    """Of each task, model, budget, number of epochs, pooling and adversarial training the settings
    that were chosen and tested.

    Of several, those of most seeds, and of these what does best on what is held out.
    """
    best: dict[tuple, Group] = {}
    for group in groups:
        known = best.get(group.place)
        if group.tested and (known is None or len(group.tested) > len(known.tested)):
            best[group.place] = group
    return list(best.values())


def best(groups: Iterable[Group]) -> list[Group]:
    """Of each task, model and budget the settings that do best on what is held out, of tested ones
    of whatever number of epochs and pooling. Those that diverged with any seed are left out, and
    adversarial trainings, which few models have had. Of equals, where few sequences are held out,
    those that answer from the last step, the default."""
    found: dict[tuple, Group] = {}
    finite = (
        group
        for group in groups
        if group.tested and np.isfinite(group.rank) and not group.recipe.adversarial
    )
    # Sorting keeps the order of what is equal in this as well: that of `grouped`.
    for group in sorted(
        finite, key=lambda group: (-round(group.rank, 9), group.recipe.pooling != "last")
    ):
        found.setdefault((group.task, group.model, group.budget), group)
    return list(found.values())
