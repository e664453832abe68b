"""The command; see the package."""

import argparse
import json
import sys
from pathlib import Path

from benchmarks.long_memory.budget import check_budget, count
from benchmarks.long_memory.build import assemble, without_values
from benchmarks.long_memory.devices import use_devices
from benchmarks.long_memory.memory import keep_freed_memory
from benchmarks.long_memory.peers import PEERS, Peer, fitted
from benchmarks.long_memory.recipe import Recipe
from benchmarks.long_memory.results import RESULTS, Run
from benchmarks.long_memory.running import perform
from benchmarks.long_memory.tasks import TASKS, Task, make_task

Settings = tuple[dict, Recipe]  # the options of a model, and how it is trained


def main(arguments: list[str] | None = None) -> None:
    """Run the benchmark."""
    given = parser().parse_args(arguments)
    try:
        use_devices(given.devices)
        task = make_task(given.task, steps=given.steps, mnist_file=given.mnist, text=given.text)
        recipe = Recipe().changed(_values(given.set))
        # All before the first is trained, which may take hours.
        settings = {
            model: _settings(given, task, model, recipe) for model in given.models.split(",")
        }
        for model, tried in settings.items():
            _compare(given, task, model, tried)
    except ValueError as error:
        sys.exit(str(error))


def _settings(given: argparse.Namespace, task: Task, model: str, recipe: Recipe) -> list[Settings]:
    """The options and recipes of a model that are tried; what is given first, or it alone.

    Raises:
        ValueError: If there is no such model, or if it cannot be made with what is given.
    """
    if model not in PEERS:
        raise ValueError(f"Expected models of {', '.join(PEERS)}. Received: {model}")
    peer, values = PEERS[model], _values(given.option)
    options = peer.options(fitted(peer.options({}), task.steps) | values)
    _check(peer, task, options, given.parameters)
    if not given.trials:
        return [(options, recipe)]
    from benchmarks.long_memory.search import candidates

    chosen = {f"option.{name}" for name in values}
    chosen |= {f"recipe.{name}" for name in _values(given.set)}
    found = []
    for drawn, of_trial in candidates(peer, recipe, options, given.trials, task.steps, chosen):
        try:
            _check(peer, task, drawn, given.parameters)
            found.append((drawn, of_trial))
        except ValueError as error:
            print(f"{model}: left out of the trials, {drawn}: {error}")
    return found


def _check(peer: Peer, task: Task, options: dict, parameters: int) -> None:
    """Refuse options with which a model cannot be made, or not with so few parameters.

    Raises:
        ValueError: If it cannot.
    """

    try:
        narrowest = without_values(lambda: count(assemble(peer, task, 1, options)))
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"Expected options that fit. Received: {options}: {error!r}") from error
    check_budget(int(narrowest), parameters)


def _compare(given: argparse.Namespace, task: Task, model: str, tried: list[Settings]) -> None:
    """Train one model with each seed, chosen before by trials where those are wanted."""

    def done(options: dict, recipe: Recipe, seed: int, test: bool) -> dict:
        run = Run(task.name, model, given.parameters, options, recipe, seed)
        found = perform(run, task, results=given.results, work=given.work, test=test)
        if given.mlflow:
            from benchmarks.long_memory.tracking import log

            log(run, found)
        return found

    options, recipe = tried[0]
    if given.trials:
        from benchmarks.long_memory.search import choose

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
    """Values by name: JSON or a number, or as they are written where that is none."""
    values = {}
    for text in texts:
        name, _, value = text.partition("=")
        values[name] = value
        for read in (json.loads, float):
            try:
                values[name] = read(value)
                break
            except ValueError:
                continue
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
