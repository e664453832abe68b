"""What a search optimises: an objective makes a candidate of the values of each trial."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from keras_drnn.tuning.limits import Cost
from keras_drnn.tuning.values import Values

#: The score of a trial, in the evaluations of its training and among its metrics.
SCORE = "validation/sequence_accuracy"
#: The same of a search whose models are judged left running.
STREAM_SCORE = "validation/stream_sequence_accuracy"
#: What trials may be judged by: whole clips with a reset before each, or streams of them without.
SCORES = {"clips": SCORE, "stream": STREAM_SCORE}

#: The evaluations of a training in their order: `step`, `seconds`, and metrics. The score of the
#: trial is among the last ones.
History: TypeAlias = list[dict[str, float]]


@dataclass(frozen=True)
class Listeners:
    """Whom a training tells how far it is.

    Args:
        on_step: Called with the number of steps done.
        on_evaluation: Called when its folder has something new.
    """

    on_step: Callable[[int], None]
    on_evaluation: Callable[[], object]


class Candidate(Protocol):
    """A model that a trial stands for: what it is and costs, and how it is trained."""

    @property
    def params(self) -> Mapping[str, Any]:
        """All that decides the model and its training, flat, as `run.json` and MLflow show it.

        `cell`, `units` and `steps` are there, and `delays` where there are any.
        """
        ...

    @property
    def steps(self) -> int:
        """Batches to train on."""
        ...

    @property
    def cost(self) -> Cost:
        """What the model costs."""
        ...

    def latency_milliseconds(self, scratch: Path) -> float:
        """Measure the exported, untrained model: how long it takes for a typical sequence.

        Args:
            scratch: A folder for files, which are removed.
        """
        ...

    def train_fold(self, folder: Path, fold: int, on_step: Callable[[int], None]) -> History:
        """Train with one part of the training data held out, or go on with it.

        Args:
            folder: Where the training keeps its state.
            fold: Which part, from 0 up; also the seed.
            on_step: Called with the number of steps done.

        Returns:
            The evaluations on the part that is held out.
        """
        ...

    def train_winner(self, folder: Path, seed: int, listeners: Listeners) -> None:
        """Train, evaluate on the test side and export, or go on with it.

        What is left is as `keras_drnn.experiments.runs.run` leaves it; a run that is finished is
        left as it is.

        Args:
            folder: Where everything is kept.
            seed: Seed of everything random.
            listeners: Whom to tell how far it is.
        """
        ...


class Objective(Protocol):
    """Data, and how models are judged by it. Skeletons are one, arrays of your own another."""

    @property
    def name(self) -> str:
        """What the data is called, in a few words that a folder can bear."""
        ...

    @property
    def folds(self) -> int:
        """Parts of the training data that are held out in turn; a score is the mean over them."""
        ...

    @property
    def longest_delay(self) -> int:
        """The longest delay that fits the sequences."""
        ...

    @property
    def counts_unbuilt(self) -> bool:
        """Whether the cost of a candidate is known without building its model."""
        ...

    def candidate(self, values: Values, steps: int | None = None) -> Candidate:
        """The model of a trial.

        Args:
            values: The trial's hyperparameters; none gives what the search starts from.
            steps: Batches to train on, by default as many as the search has for a trial.
        """
        ...

    def description(self) -> dict[str, Any]:
        """The data, as `search.json` describes it: `name`, `protocol`, `synthetic`, `clips`."""
        ...

    def decisive(self) -> dict[str, Any]:
        """What must be the same for a search to go on."""
        ...
