"""One run: a model of a task, trained, judged and written down."""

import json
from pathlib import Path

from benchmarks.long_memory.budget import count
from benchmarks.long_memory.build import build
from benchmarks.long_memory.costs import multiply_adds
from benchmarks.long_memory.devices import computed_by
from benchmarks.long_memory.peers import PEERS
from benchmarks.long_memory.results import Run, check_data
from benchmarks.long_memory.tasks import Task
from benchmarks.long_memory.training import judge, train
from keras_drnn.system.environment import environment

MEASURED = ("loss", "validation", "seconds", "processor_seconds")  # of each epoch


def perform(run: Run, task: Task, *, results: Path, work: Path, test: bool, say=print) -> dict:
    """Train and judge a model, or read what was found when that was done before.

    Args:
        run: What decides the run.
        task: The task that it names.
        results: Folder of the files of runs.
        work: Folder for checkpoints, from which a run that was killed goes on.
        test: Whether to judge it by the test data too, once and at the end.
        say: Called with lines of text.

    Raises:
        ValueError: If what was found before comes from other settings or other data.
    """
    path = run.path(results)
    known = run.read(results)
    if known is not None:
        check_data(known.get("data"), task.data, path)
        if not test or "test" in known:
            say(f"{task.name} {run.name}: done before, {path}")
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
    epochs = train(model, task, run.recipe, run.seed, checkpoint, say)
    history = [{name: epoch[name] for name in MEASURED} for epoch in epochs]
    found = {
        "trained_parameters": count(model),
        "width": width,
        "multiply_adds": round(multiply_adds(model)),
        "measure": task.measure.name,
        "data": task.data,
        "validation": history[-1]["validation"],
        "history": history,
        "environment": {**environment(), **computed_by(epochs)},
    }
    if known is not None:
        if _course(known["history"]) == _course(history):
            # Tested later, perhaps on another machine, and with what else was found of it.
            found = known
        else:
            say(f"{path}: written anew, its checkpoint was lost and the training went otherwise")
    if test:
        found["test"] = judge(model, task, task.test(), run.recipe.batch)
        say(f"test: {task.measure.name} {found['test']:.4f}")
    return run.write(results, found)


def _course(history: list[dict]) -> str:
    """What decides whether two trainings went alike, as text, in which NaN is equal to NaN."""
    return json.dumps([[epoch["loss"], epoch["validation"]] for epoch in history])
