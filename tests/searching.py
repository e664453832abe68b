"""Searches whose trials take no time: what a training would give is computed from its recipe."""

import json
import os
import time
from pathlib import Path

from keras_drnn.experiments.data import open_data
from keras_drnn.system.atomic_writes import write_json
from keras_drnn.tuning import search as search_module
from keras_drnn.tuning import trial as trial_module
from keras_drnn.tuning.space import Space

SPACE = Space(
    groups=(1, 2, 3, 4),
    bases=(2.0, 3.0),
    units=(20, 40),
    growths=(1.0, 1.5),
    first_steps=(0,),
    activations=("relu",),
    head_units=(0, 8),
)


def tiny_data(root: Path):
    """Demo clips of three people."""
    from keras_drnn.skeletons.demo import generate

    generate(root / "clips", subjects=3, repetitions=1)
    return reopened(root)


def reopened(root: Path):
    return open_data("demo", root=root / "clips", protocol="cross-view", cache=root / "cache")


def score_of(recipe, seed):
    """Best at three groups; other folds are harder."""
    return round(0.9 - 0.1 * abs(len(recipe.delays) - 3) - recipe.dropout / 10 - 0.02 * seed, 6)


def trains_at_once(log: Path, pause=0.0, fault=None):
    """In place of the training of a fold: leaves a line in a log, and gives a history."""

    def train(folder, recipe, seed, data, fold, on_step):
        folder.mkdir(exist_ok=True)
        with log.open("a") as file:
            file.write(f"{folder.parent.name} {seed} {recipe.steps} {len(recipe.delays)}\n")
        time.sleep(pause)
        if fault:
            fault(recipe)
        on_step(recipe.steps)
        return [
            {
                "step": step,
                "seconds": 0.1 * step,
                "train/loss": 1.0 / step,
                "train/frame_accuracy": 0.5,
                "validation/loss": 1.0 / step,
                "validation/frame_accuracy": 0.5,
                "validation/sequence_accuracy": score_of(recipe, seed) * step / recipe.steps,
            }
            for step in range(1, recipe.steps + 1)
        ]

    return train


def wins_at_once(folder, model_name, recipe, seed, data, *, on_step, on_evaluation):
    """In place of the training of the winner; as there, what is finished is left as it is."""
    from keras_drnn.experiments.runs import recipe_params

    if (folder / "run.json").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    write_json(
        folder / "metrics.json",
        {
            "parameters": 9,
            "test/sequence_accuracy": 0.7 + 0.1 * seed,
            # The test side must not choose: the best on validation is not the best on the test.
            "validation/sequence_accuracy": 0.9 - 0.1 * seed,
        },
    )
    about = {
        "model": model_name,
        "seed": seed,
        "status": "finished",
        "params": recipe_params(recipe),
        "error": None,
        "export_error": None,
    }
    write_json(folder / "run.json", about)
    on_evaluation()


def trained(log: Path) -> list[tuple[str, int, int, int]]:
    """Trial, fold, steps and groups of every training, in order."""
    lines = log.read_text().splitlines() if log.exists() else []
    return [(trial, *map(int, rest)) for trial, *rest in map(str.split, lines)]


def patch(setattr=setattr, **how):
    """Put the quick trainings in their places; `how` goes to `trains_at_once`."""
    setattr(trial_module, "_train_fold", trains_at_once(**how))
    setattr(search_module.runs, "run", wins_at_once)


class NoMirror:
    """In place of MLflow."""

    def __init__(self, *arguments):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *arguments):
        pass

    def sync(self):
        pass


def statuses(folder: Path) -> dict[str, str]:
    """What has become of every trial."""
    paths = sorted((folder / "trials").glob("*/run.json"))
    return {path.parent.name: json.loads(path.read_text())["status"] for path in paths}


def oracle_state(folder: Path) -> dict:
    return json.loads((folder / "oracle" / "oracle.json").read_text())


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
