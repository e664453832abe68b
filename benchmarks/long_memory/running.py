"""One run: a model of a task, trained, judged and written down."""

from pathlib import Path

from benchmarks.long_memory.begun import begun, check_data
from benchmarks.long_memory.budget import count
from benchmarks.long_memory.build import build
from benchmarks.long_memory.costs import multiply_adds
from benchmarks.long_memory.peers import PEERS
from benchmarks.long_memory.results import Run
from benchmarks.long_memory.tasks import Task
from benchmarks.long_memory.training import judge, train


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
        check_data(known.get("data", ""), task.data, path)
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
    start = begun(checkpoint, task.data)
    history = train(model, task, run.recipe, run.seed, checkpoint, say)
    found = {
        "trained_parameters": count(model),
        "width": width,
        "multiply_adds": round(multiply_adds(model)),
        "measure": task.measure.name,
        "validation": history[-1]["validation"],
        "history": history,
        **start,
    }
    if known is not None and known["history"] == history:
        # Tested later, perhaps on another machine, and with what else was found of it.
        found = known
    if test:
        found["test"] = judge(model, task, task.test(), run.recipe.batch)
        say(f"test: {task.measure.name} {found['test']:.4f}")
    return run.write(results, found)
