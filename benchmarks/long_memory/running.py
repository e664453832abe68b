"""One run: a model of a task, trained, judged and written down."""

from pathlib import Path

import keras

from benchmarks.long_memory.budget import count
from benchmarks.long_memory.build import build
from benchmarks.long_memory.costs import multiply_adds
from benchmarks.long_memory.devices import devices_in_use
from benchmarks.long_memory.peers import PEERS
from benchmarks.long_memory.results import Run, read
from benchmarks.long_memory.tasks import Task
from benchmarks.long_memory.training import judge, train
from keras_drnn.experiments.accelerator import accelerator
from keras_drnn.system.environment import environment


def perform(run: Run, task: Task, *, results: Path, work: Path, test: bool, say=print) -> dict:
    """Train and judge a model, or read what was found when that was done before.

    Args:
        run: What decides the run.
        task: The task that it names.
        results: Folder of the files of runs.
        work: Folder for checkpoints, from which a run that was killed goes on.
        test: Whether to judge it by the test data too, once and at the end.
        say: Called with lines of text.
    """
    known = read(run.path(results))
    if known is not None and (not test or "test" in known):
        return known
    task = task.of_seed(run.seed)
    model, width = build(
        PEERS[run.model],
        task,
        run.parameters,
        run.options,
        run.recipe,
        seed=run.seed,
    )
    say(f"{task.name} {run.name}: {count(model)} parameters, width {width}")
    checkpoint = work / run.task / f"{run.name}.npz"
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    history = train(model, task, run.recipe, run.seed, checkpoint, say)
    found = {
        "trained_parameters": count(model),
        "width": width,
        "multiply_adds": round(multiply_adds(model)),
        "measure": task.measure.name,
        "validation": history[-1]["validation"],
        "history": history,
        "environment": {
            **environment(),
            "backend": keras.backend.backend(),
            "devices": devices_in_use(),
            "accelerator": accelerator(),
        },
    }
    if test:
        found["test"] = judge(model, task, task.test(), run.recipe.batch)
        say(f"test: {task.measure.name} {found['test']:.4f}")
    return run.write(results, found)
