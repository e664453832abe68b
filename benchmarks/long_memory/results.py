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
        """Told apart from other settings by eight digits, of the options and of what the recipe has
        otherwise than by default: a new field of recipes leaves the names of runs as they are."""
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
            ValueError: If the file is one of other settings.
        """
        path = self.path(results)
        content = read(path)
        if content is not None and as_text(asdict(run_of(content))) != as_text(asdict(self)):
            raise ValueError(
                f"Expected the settings of {self.name} in {path}. Received: others, with "
                f"{content['options']} and {content['recipe']}. Move the file away, or give "
                "another folder of results."
            )
        return content

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
