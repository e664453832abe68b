"""What a search is: everything that decides its trials, as data."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from keras_drnn.data_sets import DataSet
from keras_drnn.delays import is_integer
from keras_drnn.experiments.named_callbacks import check_callbacks
from keras_drnn.experiments.recipes import PRESETS, Recipe, recipe_for
from keras_drnn.tuning.limits import Limits
from keras_drnn.tuning.names import check_names
from keras_drnn.tuning.objective import SCORES
from keras_drnn.tuning.space import SEARCHED_CELLS, Space

ORACLES = ("bayesian", "random", "hyperband", "grid")
# What may change when a search goes on: how far it goes, not what its trials are.
_OPEN = ("trials", "seeds", "winner_steps", "max_failures")


@dataclass(frozen=True)
class SearchSettings:
    """A search. Fields that are `None` are as the preset has them.

    Args:
        cell: What is searched, one of `SEARCHED_CELLS`.
        oracle: How the next trial is chosen, one of `ORACLES`.
        trials: How many trials at most; Hyperband makes as many as its brackets have.
        folds: Parts of the training subjects that are held out in turn; a trial's score is the mean
            over them. With 1 the data's own validation subjects are held out.
        seeds: How often the winner is trained.
        seed: Seed of the oracle.
        preset: What is not searched.
        objective: What trials are judged by, one of `SCORES`: `"clips"`, with a reset before each,
            or `"stream"`, the same left running over them on end; by default what the preset is
            for.
        steps: Batches to train a trial's models on.
        winner_steps: Batches to train the winner on, by default as many as a trial's.
        batch_size: Clips in a batch.
        max_failures: After so many failed trials in a row the search stops.
        callbacks: Names of Keras callbacks for every training, as `make_callbacks` of
            `keras_drnn.experiments.named_callbacks` takes them.
        space: The values among which it chooses.
        limits: What a model may cost.

    Raises:
        ValueError: If a field is out of its range.
    """

    cell: str = "drnn"
    oracle: str = "bayesian"
    trials: int = 30
    folds: int = 2
    seeds: int = 3
    seed: int = 0
    preset: str = "best"
    objective: str | None = None
    steps: int | None = None
    winner_steps: int | None = None
    batch_size: int | None = None
    max_failures: int = 3
    callbacks: tuple[str, ...] = ()
    space: Space = field(default_factory=Space)
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        if self.objective is None:
            object.__setattr__(self, "objective", _usual(self.preset))
        for name, choices in (
            ("cell", SEARCHED_CELLS),
            ("oracle", ORACLES),
            ("preset", PRESETS),
            ("objective", SCORES),
        ):
            if getattr(self, name) not in choices:
                raise ValueError(
                    f"`{name}` of a search must be one of {', '.join(choices)}. "
                    f"Received: {name}={getattr(self, name)!r}"
                )
        counts = ("trials", "folds", "seeds", "max_failures", "steps", "winner_steps", "batch_size")
        for name in counts:
            count = getattr(self, name)
            if count is not None and (not is_integer(count) or count < 1):
                raise ValueError(
                    f"`{name}` must be a whole number from 1 up. Received: {name}={count!r}"
                )
        if not is_integer(self.seed) or self.seed < 0:
            raise ValueError(f"`seed` must be a whole number from 0 up. Received: {self.seed!r}")
        check_callbacks(self.callbacks)

    @property
    def score(self) -> str:
        """The name of the metric that trials are judged by."""
        return SCORES[str(self.objective)]

    def recipe(self, data: DataSet | str) -> Recipe:
        """The recipe that the hyperparameters of a trial are put into.

        Args:
            data: The data set, or the name of one.
        """
        return recipe_for(
            self.cell, preset=self.preset, data=data, steps=self.steps, batch_size=self.batch_size
        )

    def decisive(self) -> dict[str, Any]:
        """What must be the same for a search to go on."""
        decisive = {name: value for name, value in asdict(self).items() if name not in _OPEN}
        if not self.callbacks:
            del decisive["callbacks"]
        if self.objective == _usual(self.preset):
            del decisive["objective"]
        if self.cell != "drnn":
            # The space of delays is nothing to a cell without them.
            own = ("units", "head_units", "dropout", "learning_rate")
            decisive["space"] = {name: decisive["space"][name] for name in own}
        return decisive

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> "SearchSettings":
        """Settings from a configuration file, or from what a search has kept of them.

        Args:
            content: Values by field; `space` and `limits` are tables of their own.

        Raises:
            ValueError: If there is no such field, or a value is out of its range.
        """
        check_names("A search has the settings", content, fields(cls))
        values = dict(content)
        for name, table in (("space", Space), ("limits", Limits)):
            if name in values:
                values[name] = table.of(values[name])
        if isinstance(values.get("callbacks"), list):
            values["callbacks"] = tuple(values["callbacks"])
        return cls(**values)


def _usual(preset: str) -> str:
    """What the models of a preset are for."""
    return "stream" if preset == "stream" else "clips"
