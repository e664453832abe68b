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
        """Told apart from other settings by eight digits."""
        settings = json.dumps([self.options, asdict(self.recipe)], sort_keys=True)
        digits = hashlib.sha256(settings.encode()).hexdigest()[:8]
        return f"{self.model}-{self.parameters}-{digits}-seed{self.seed}"

    def path(self, results: Path) -> Path:
        """Its file."""
        return results / self.task / f"{self.name}.json"

    def write(self, results: Path, found: dict) -> dict:
        """Write what was found, with everything that decides it; gives what is written."""
        path = self.path(results)
        path.parent.mkdir(parents=True, exist_ok=True)
        content = {**asdict(self), **found}
        write_json(path, content)
        return content


def read(path: Path) -> dict | None:
    """What a file of a run says, or `None` without one."""
    return json.loads(path.read_text("utf-8")) if path.exists() else None
