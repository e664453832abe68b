"""What a report is about: the runs of a comparison, or a search and the trainings of its winner."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keras_drnn.reporting.pictures import figures
from keras_drnn.reporting.pooling import Seeds, finished_folds, that_count
from keras_drnn.reporting.report import report_of
from keras_drnn.reporting.run_folder import Comparison, Run
from keras_drnn.tuning.outcome import outcome_of
from keras_drnn.tuning.search_folder import SearchFolder

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Subject:
    """What a report is about.

    Args:
        comparison: The folder of a comparison or of a search.
    """

    comparison: Comparison

    @cached_property
    def description(self) -> dict[str, Any]:
        """The content of `comparison.json` or `search.json`."""
        return self.comparison.description

    @property
    def data(self) -> dict[str, Any]:
        """What is said of the data."""
        return self.description["data"]

    @property
    def classes(self) -> list[str]:
        """The names of the classes."""
        return self.data["classes"]

    @property
    def frame_rate(self) -> float | None:
        """Frames per second, if known."""
        return self.data.get("frame_rate")

    @property
    def folds(self) -> tuple[str, ...]:
        """The names of the protocols that every model is trained by."""
        return self.comparison.folds

    @cached_property
    def outcome(self) -> dict[str, Any] | None:
        """What a search has found; `None` of a comparison."""
        if not isinstance(self.comparison, SearchFolder):
            return None
        # One that was stopped before its end has no such file yet, but trials.
        return self.comparison.outcome or outcome_of(self.comparison, ())

    @cached_property
    def seeds(self) -> Mapping[str, Seeds]:
        """The runs by their model, their seed and their protocol; of a search those that won."""
        if self.outcome is None:
            return self.comparison.seeds()
        names = (self.outcome["winner"] or {"runs": ()})["runs"]
        found: dict[int, dict[str, Run]] = {}
        for name in names:
            run = Run(self.comparison.folder / "winner" / name)
            if (run.folder / "run.json").is_file():
                of_seed = found.setdefault(run.description["seed"], {})
                of_seed[self.comparison.protocol(run)] = run
        return {self.outcome["cell"]: found} if found else {}

    @cached_property
    def counted(self) -> dict[str, Seeds]:
        """The finished runs that means are over, of the models that have any."""
        counted = {
            model: that_count(finished_folds(of_model), self.folds)
            for model, of_model in self.seeds.items()
        }
        return {model: of_seeds for model, of_seeds in counted.items() if of_seeds}

    @cached_property
    def found(self) -> dict[str, Any]:
        """What the runs reach, as `report.json` has it."""
        return report_of(self.description, self.seeds, self.folds)

    @cached_property
    def figures(self) -> dict[str, "Figure"]:
        """The pictures of its runs, by their names."""
        drawn = {}
        # Files of an older version may lack what a later one draws; the earlier ones are there.
        with suppress(KeyError):
            for name, figure in figures(self.data, self.seeds, self.folds):
                drawn[name] = figure
        return drawn

    def first_runs(self) -> dict[str, Run]:
        """Of each model that is finished, the training with the first seed and fold."""
        return {
            model: next(iter(next(iter(of_seeds.values())).values()))
            for model, of_seeds in self.counted.items()
        }


def open_subject(folder: Path) -> Subject:
    """The comparison or the search of a folder, or the one that a run's folder belongs to.

    Args:
        folder: The folder.

    Raises:
        ValueError: If it is none of these.
    """
    for place in (folder, *folder.resolve().parents[:2]):
        if (place / "comparison.json").is_file():
            return Subject(Comparison(place))
        if (place / "search.json").is_file():
            return Subject(SearchFolder(place))
    raise ValueError(
        "Expected the folder of a comparison or a search, as `drnn compare` and `drnn tune` name "
        f"it at their end, or a run in it. Received: {folder}, without a comparison.json or "
        "search.json"
    )
