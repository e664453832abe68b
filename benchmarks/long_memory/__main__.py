"""The command; see the package."""

import argparse
import json
import sys
from pathlib import Path

from benchmarks.long_memory.budget import count
from benchmarks.long_memory.build import assemble, without_values
from benchmarks.long_memory.devices import use_devices
from benchmarks.long_memory.memory import keep_freed_memory
from benchmarks.long_memory.peers import PEERS, fitted
from benchmarks.long_memory.recipe import Recipe
from benchmarks.long_memory.results import RESULTS, Run
from benchmarks.long_memory.running import perform
from benchmarks.long_memory.tasks import TASKS, Task, make_task


def main(arguments: list[str] | None = None) -> None:
    """Run the benchmark."""
    given = parser().parse_args(arguments)
    try:
        use_devices(given.devices)
        task = make_task(given.task, steps=given.steps, mnist_file=given.mnist, text=given.text)
        recipe = Recipe().changed(_values(given.set))
        # All before the first is trained, which may take hours.
        options = {
            model: _options(model, task, _values(given.option)) for model in given.models.split(",")
        }
        for model in options:
            _compare(given, task, model, options[model], recipe)
    except ValueError as error:
        sys.exit(str(error))


def _options(model: str, task: Task, given: dict) -> dict:
    """All options of a model.

    Raises:
        ValueError: If there is no such model, if one of the options is none of its own, or if a
            model cannot be made with them.
    """
    if model not in PEERS:
        raise ValueError(f"Expected models of {', '.join(PEERS)}. Received: {model}")
    peer = PEERS[model]
    options = peer.options(fitted(peer.options({}), task.steps) | given)
    try:
        without_values(lambda: count(assemble(peer, task, 1, options)))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"Expected options that {model} can have. Received: {given}: {error}"
        ) from error
    return options


def _compare(
    given: argparse.Namespace, task: Task, model: str, options: dict, recipe: Recipe
) -> None:
    """Train one model with each seed, chosen before by trials where those are wanted."""

    def done(options: dict, recipe: Recipe, seed: int, test: bool) -> dict:
        run = Run(task.name, model, given.parameters, options, recipe, seed)
        found = perform(run, task, results=given.results, work=given.work, test=test)
        if given.mlflow:
            from benchmarks.long_memory.tracking import log

            log(run, found)
        return found

    if given.trials:
        from benchmarks.long_memory.search import candidates, choose

        chosen = {f"option.{name}" for name in _values(given.option)}
        chosen |= {f"recipe.{name}" for name in _values(given.set)}
        tried = candidates(PEERS[model], recipe, options, given.trials, task.steps, chosen)
        options, recipe = choose(
            tried,
            given.trial_epochs,
            task.measure,
            lambda options, recipe: [
                done(options, recipe, seed, test=False) for seed in range(given.trial_seeds)
            ],
        )
    for seed in range(given.first_seed, given.first_seed + given.seeds):
        done(options, recipe, seed, given.test)


def _values(texts: list[str]) -> dict:
    """Values by name: JSON, or as they are written where that is none."""
    values = {}
    for text in texts:
        name, _, value = text.partition("=")
        try:
            values[name] = json.loads(value)
        except json.JSONDecodeError:
            values[name] = value
    return values


def parser() -> argparse.ArgumentParser:
    """What the command understands."""
    found = argparse.ArgumentParser(
        prog="python -m benchmarks.long_memory",
        description="The D-RNN against its peers on tasks that need a long memory.",
    )
    found.add_argument("--task", choices=TASKS, required=True)
    found.add_argument("--models", default="drnn", help=", ".join(PEERS))
    found.add_argument("--parameters", type=int, default=45_000, help="at most, of each model")
    found.add_argument("--seeds", type=int, default=1)
    found.add_argument("--first-seed", type=int, default=0)
    found.add_argument("--steps", type=int, default=1_000, help="of adding and copy")
    found.add_argument("--mnist", type=Path, help="mnist.npz")
    found.add_argument("--text", type=Path, help="a text for characters")
    found.add_argument(
        "--set", action="append", default=[], metavar="FIELD=VALUE", help="of the recipe"
    )
    found.add_argument(
        "--option", action="append", default=[], metavar="NAME=VALUE", help="of the models"
    )
    found.add_argument(
        "--trials", type=int, default=0, help="settings to try first, as many for each model"
    )
    found.add_argument("--trial-epochs", type=int, default=2, help="of each trial")
    found.add_argument("--trial-seeds", type=int, default=1, help="of each trial")
    found.add_argument("--test", action="store_true", help="at the end, on the test data, once")
    found.add_argument(
        "--devices", type=int, default=1, help="over which each batch is split: cores, on JAX"
    )
    found.add_argument("--mlflow", action="store_true", help="show runs in MLflow too")
    found.add_argument("--results", type=Path, default=RESULTS)
    found.add_argument("--work", type=Path, default=Path("drnn-runs/long_memory"))
    return found


if __name__ == "__main__":
    keep_freed_memory()
    main()
