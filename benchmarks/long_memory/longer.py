"""Asks what was learnt at one wait of copy memory at others, without more training.

    python -m benchmarks.long_memory.longer RUN.json --steps 200,1000

What is found on held-out sequences is added to the run's file, as `longer`.
"""

import argparse
import json
from pathlib import Path

from benchmarks.long_memory.build import build
from benchmarks.long_memory.peers import PEERS
from benchmarks.long_memory.results import run_of
from benchmarks.long_memory.tasks import Task, make_task
from benchmarks.long_memory.training import judge
from keras_drnn.experiments.checkpoint import load_checkpoint
from keras_drnn.system.atomic_writes import write_json


def asked(run: dict, checkpoint: Path, learnt: Task, others: dict[int, Task]) -> dict[str, float]:
    """The measure of each task.

    Args:
        run: What the file of the run says.
        checkpoint: Of its training.
        learnt: The task that it was trained on.
        others: Tasks of other lengths, by what they are called.
    """
    recipe = run_of(run).recipe

    def model(task: Task):
        return build(PEERS[run["model"]], task, run["parameters"], run["options"], recipe)[0]

    trained = model(learnt)
    recipe.compile(trained, learnt, recipe.epochs * (learnt.size // recipe.batch))
    if not load_checkpoint(checkpoint, trained).history:
        raise ValueError(f"Expected the checkpoint of a training. Received: {checkpoint}")
    weights = trained.get_weights()
    found = {}
    for name, task in others.items():
        longer = model(task)
        longer.set_weights(weights)
        found[str(name)] = judge(longer, task, task.validation(), recipe.batch)
    return found


def main(arguments: list[str] | None = None) -> None:
    """Ask, print and write."""
    parser = argparse.ArgumentParser(description="What was learnt at one wait, asked at others.")
    parser.add_argument("run", type=Path, help="the file of a run of copy memory")
    parser.add_argument("--steps", default="200,1000", help="waits")
    parser.add_argument("--work", type=Path, default=Path("drnn-runs/long_memory"))
    given = parser.parse_args(arguments)
    run = json.loads(given.run.read_text("utf-8"))
    tasks = {wait: make_task("copy", steps=wait) for wait in map(int, given.steps.split(","))}
    learnt = make_task("copy", steps=int(run["task"].removeprefix("copy")))
    found = asked(run, given.work / run["task"] / f"{given.run.stem}.npz", learnt, tasks)
    print(found)
    write_json(given.run, {**run, "longer": {**run.get("longer", {}), **found}})


if __name__ == "__main__":
    main()
