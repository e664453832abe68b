"""The command; see the package."""

import argparse
import json
import sys
from pathlib import Path

from benchmarks.long_memory.peers import PEERS
from benchmarks.long_memory.recipe import Recipe
from benchmarks.long_memory.results import RESULTS, Run
from benchmarks.long_memory.running import perform
from benchmarks.long_memory.tasks import TASKS, make_task


def main(arguments: list[str] | None = None) -> None:
    """Run the benchmark."""
    given = _parser().parse_args(arguments)
    try:
        task = make_task(given.task, steps=given.steps, mnist_file=given.mnist, text=given.text)
        recipe = Recipe().changed(_values(given.set))
        for model in given.models.split(","):
            if model not in PEERS:
                raise ValueError(f"Expected models of {', '.join(PEERS)}. Received: {model}")
            options = PEERS[model].options(_values(given.option))
            for seed in range(given.first_seed, given.first_seed + given.seeds):
                run = Run(task.name, model, given.parameters, options, recipe, seed)
                perform(run, task, results=given.results, work=given.work, test=given.test)
    except ValueError as error:
        sys.exit(str(error))


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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.long_memory",
        description="The D-RNN against its peers on tasks that need a long memory.",
    )
    parser.add_argument("--task", choices=TASKS, required=True)
    parser.add_argument("--models", default="drnn", help=", ".join(PEERS))
    parser.add_argument("--parameters", type=int, default=45_000, help="at most, of each model")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=1_000, help="of adding and copy")
    parser.add_argument("--mnist", type=Path, help="mnist.npz")
    parser.add_argument("--text", type=Path, help="a text for characters")
    parser.add_argument(
        "--set", action="append", default=[], metavar="FIELD=VALUE", help="of the recipe"
    )
    parser.add_argument(
        "--option", action="append", default=[], metavar="NAME=VALUE", help="of the models"
    )
    parser.add_argument("--test", action="store_true", help="at the end, on the test data, once")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--work", type=Path, default=Path("drnn-runs/long_memory"))
    return parser


if __name__ == "__main__":
    main()
