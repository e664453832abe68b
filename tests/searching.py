"""Searches whose trials take no time: what a training would give is computed from its recipe."""

import json
import os
import time
from dataclasses import dataclass, replace
from pathlib import Path

from keras_drnn.data_sets.recipe import Recipe
from keras_drnn.system.atomic_writes import write_json
from keras_drnn.tuning.limits import Cost, cost_of
from keras_drnn.tuning.one_search import Search
from keras_drnn.tuning.settings import SearchSettings
from keras_drnn.tuning.space import Space
from keras_drnn.tuning.values import recipe_of

SPACE = Space(
    groups=(1, 2, 3, 4),
    bases=(2.0, 3.0),
    units=(20, 40),
    growths=(1.0, 1.5),
    first_steps=(0,),
    activations=("relu",),
    head_units=(0, 8),
)


def score_of(recipe, fold):
    """Best at three groups; other folds are harder."""
    return round(0.9 - 0.1 * abs(len(recipe.delays) - 3) - recipe.dropout / 10 - 0.02 * fold, 6)


class QuickObjective:
    """An objective without data: its trainings leave a line in a log, and compute their scores.

    Args:
        log: The file of the log.
        settings: The search.
        pause: How long a training takes, in seconds.
        fault: Called with the recipe of a training; may raise.
        latency: Called with a recipe, gives the milliseconds of the exported model.
        wins: Called with the folder of a training of the winner, for files beside the usual ones.
    """

    name = "quick"
    longest_delay = 30
    counts_unbuilt = True

    def __init__(self, log, settings, *, pause=0.0, fault=None, latency=None, wins=None):
        self.log = log
        self.pause = pause
        self.fault = fault or (lambda recipe: None)
        self.latency = latency
        self.wins = wins or (lambda folder: None)
        self.folds = settings.folds
        self.recipe = Recipe(settings.cell, steps=settings.steps or 4)

    def candidate(self, values, steps=None):
        recipe = recipe_of(values, self.recipe)
        return QuickCandidate(self, replace(recipe, steps=steps or recipe.steps))

    def description(self):
        return {
            "name": "quick",
            "protocol": "made up",
            "synthetic": True,
            "classes": ["a", "b"],
            "clips": {"train": 9, "validation": 3, "test": 4},
        }

    def decisive(self):
        return {"longest_delay": self.longest_delay, "steps": self.recipe.steps, "backend": "jax"}


@dataclass
class QuickCandidate:
    objective: QuickObjective
    recipe: Recipe

    @property
    def params(self):
        recipe = self.recipe
        return {
            "cell": recipe.cell,
            "units": recipe.units,
            "delays": ",".join(map(str, recipe.delays)),
            "dropout": recipe.dropout,
            "steps": recipe.steps,
            "batch_size": recipe.batch_size,
        }

    @property
    def steps(self):
        return self.recipe.steps

    @property
    def cost(self) -> Cost:
        return cost_of(self.recipe, features=6, classes=2)

    def latency_milliseconds(self, scratch):
        return self.objective.latency(self.recipe)

    def train_fold(self, folder, fold, on_step):
        recipe = self.recipe
        folder.mkdir(exist_ok=True)
        with self.objective.log.open("a") as file:
            file.write(f"{folder.parent.name} {fold} {recipe.steps} {len(recipe.delays)}\n")
        time.sleep(self.objective.pause)
        self.objective.fault(recipe)
        on_step(recipe.steps)
        return [
            {
                "step": step,
                "seconds": 0.1 * step,
                "train/loss": 1.0 / step,
                "validation/loss": 1.0 / step,
                "validation/sequence_accuracy": score_of(recipe, fold) * step / recipe.steps,
                # What is best on clips is worst when it is left running.
                "validation/stream_sequence_accuracy": 1 - score_of(recipe, fold),
            }
            for step in range(1, recipe.steps + 1)
        ]

    def train_winner(self, folder, seed, listeners):
        # What is finished is left as it is.
        if (folder / "run.json").exists():
            return
        folder.mkdir(parents=True)
        self.objective.wins(folder)
        metrics = {
            "parameters": 9,
            "test/sequence_accuracy": 0.7 + 0.1 * seed,
            # The test side must not choose: the best on validation is not the best on the test.
            "validation/sequence_accuracy": 0.9 - 0.1 * seed,
            "validation/stream_sequence_accuracy": 0.8 + 0.1 * seed,
        }
        write_json(folder / "metrics.json", metrics)
        run = {"model": self.recipe.cell, "seed": seed, "status": "finished", "params": self.params}
        write_json(folder / "run.json", {**run, "error": None, "export_error": None})
        listeners.on_step(self.recipe.steps)
        listeners.on_evaluation()


def quick_search(folder: Path, log: Path, settings: SearchSettings, **how) -> Search:
    """A search without data; `how` goes to `QuickObjective`."""
    return Search(folder, settings, QuickObjective(log, settings, **how))


def quick_settings(trials: int) -> SearchSettings:
    """The settings of the search that `quick_process.py` takes part in."""
    return SearchSettings(oracle="random", trials=trials, folds=1, seeds=1, steps=2, space=SPACE)


def trained(log: Path) -> list[tuple[str, int, int, int]]:
    """Trial, fold, steps and groups of every training, in order."""
    lines = log.read_text().splitlines() if log.exists() else []
    return [(trial, *map(int, rest)) for trial, *rest in map(str.split, lines)]


def statuses(folder: Path) -> dict[str, str]:
    """What has become of every trial."""
    paths = sorted((folder / "trials").glob("*/run.json"))
    return {path.parent.name: json.loads(path.read_text())["status"] for path in paths}


def distinct(outcome) -> int:
    """How many different values the trials of a search have."""
    return len({json.dumps(trial["values"], sort_keys=True) for trial in outcome["trials"]})


def kill(process) -> None:
    """kill -9, and wait for the end."""
    process.kill()
    process.communicate()


def wait_for(what, seconds=120.0):
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def environment(**changes):
    """The environment of a process that finds the package and these helpers."""
    here = Path(__file__).parent
    path = os.pathsep.join([str(here.parent), str(here), os.environ.get("PYTHONPATH", "")])
    return {**os.environ, "PYTHONPATH": path, **changes}
