"""One file for each run."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.long_memory.recipe import Recipe
from keras_drnn.system.atomic_writes import write_json

RESULTS = Path(__file__).parents[1] / "results" / "long_memory"


@dataclass(frozen=True)
class Run:
    """What decides a run.

    Args:
        task: The task's name, with its length where it has several.
        model: The peer's name.
        parameters: The budget.
        options: The peer's options, all of them.
        recipe: How it is trained.
        seed: Of weights and of the order of the data.
    """

    task: str
    model: str
    parameters: int
    options: dict
    recipe: Recipe
    seed: int

    @property
    def name(self) -> str:
        """Told apart from other settings by eight digits, of the options and of those fields of the
        recipe that differ from the default: a new field leaves the names of runs as they are."""
        default = asdict(Recipe())
        recipe = {
            name: value for name, value in asdict(self.recipe).items() if value != default[name]
        }
        digits = hashlib.sha256(as_text([self.options, recipe]).encode()).hexdigest()[:8]
        return f"{self.model}-{self.parameters}-{digits}-seed{self.seed}"

    def path(self, results: Path) -> Path:
        """Its file."""
        return results / self.task / f"{self.name}.json"

    def read(self, results: Path) -> dict | None:
        """What its file says, or `None` without one.

        Raises:
            ValueError: As `read_run`; if it is of other settings, its run is called otherwise.
        """
        path = self.path(results)
        return read_run(path) if path.exists() else None

    def write(self, results: Path, found: dict) -> dict:
        """Write what was found, with everything that decides it; gives what is written."""
        path = self.path(results)
        path.parent.mkdir(parents=True, exist_ok=True)
        content = {**asdict(self), **found}
        write_json(path, content)
        return content


def run_of(content: dict) -> Run:
    """The run that the content of a file describes; what its recipe does not say is the default."""
    decided = (content[name] for name in ("task", "model", "parameters", "options"))
    return Run(*decided, Recipe().changed(content["recipe"]), content["seed"])


def read_run(path: Path) -> dict:
    """What the file of a run says.

    Raises:
        ValueError: If it is no file of a run, or not called as its run is.
    """
    try:
        content = json.loads(path.read_text("utf-8"))
        expected = run_of(content).path(path.parents[1])
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"Expected the file of a run. Received: {path}: {error!r}") from error
    if expected != path:
        raise ValueError(
            f"Expected the file of this run to be called {expected}. Received: {path}. Rename it, "
            "or, where both are there, delete it."
        )
    return content


def check_data(of_file: str | None, given: str, path: Path) -> None:
    """Refuse a file that comes from other data than those that are given.

    Args:
        of_file: Digits of the data that the file says it comes from, `None` where it says nothing.
        given: Those of the task.
        path: The file.

    Raises:
        ValueError: If they differ.
    """
    if of_file != given:
        received = "a file that does not say its data" if of_file is None else "other data"
        raise ValueError(
            f"Expected {path} to come from the data that are given. Received: {received}. Give the "
            "data of that file, or keep results of these apart, with other --results and --work."
        )


def as_text(settings) -> str:
    """Settings as JSON: the same for `1` and `1.0`, for tuples and lists, in whatever order."""
    return json.dumps(_whole(settings), sort_keys=True)


def _whole(value):
    """With whole numbers as integers."""
    if isinstance(value, dict):
        return {name: _whole(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_whole(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def read(path: Path) -> dict | None:
    """What a JSON file says, or `None` without one."""
    return json.loads(path.read_text("utf-8")) if path.exists() else None
