"""How far back the last answer looks, before and after training: `keras_drnn.influence` of runs.

    python -m benchmarks.long_memory.reach --task psmnist --mnist mnist.npz

Of each run whose checkpoint is there: on a few held-out sequences the gradient of the last answer
by each input step, and which share of it comes from further back than some distances. Before
training: with the weights that the run's seed has drawn.
"""

import argparse
from collections.abc import Container, Iterator, Sequence
from pathlib import Path
from zipfile import BadZipFile

import keras
import numpy as np

from benchmarks.long_memory.build import build
from benchmarks.long_memory.groups import Group
from benchmarks.long_memory.peers import PEERS
from benchmarks.long_memory.results import RESULTS, Run, check_data, read, run_of
from benchmarks.long_memory.tasks import TASKS, Task, make_task
from keras_drnn.experiments.checkpoint import load_checkpoint
from keras_drnn.influence import half_life, share_beyond
from keras_drnn.influence.jacobian import InputInfluence
from keras_drnn.system.atomic_writes import write_json
from keras_drnn.system.environment import environment

NAME = "reach.json"
BEYOND = (10, 100, 300)  # steps
SEQUENCES = 8


def reaches(
    contents: Sequence[dict], task: Task, work: Path, known: Container[str], say=print
) -> Iterator[tuple[str, dict]]:
    """The name and the reach of each run.

    Args:
        contents: Of files of runs of one task.
        task: That task.
        work: Folder of checkpoints; a run without one that can be read is named and left out.
        known: Names of runs that were measured before.
        say: Called with a line of text for each other run.
    """
    for content in contents:
        run = run_of(content)
        if run.name in known:
            continue
        checkpoint = work / run.task / f"{run.name}.npz"
        if not checkpoint.exists():
            say(f"{run.name}: left out, no checkpoint {checkpoint}")
            continue
        try:
            check_data(content.get("data"), task.data, checkpoint)
            found = reach(run, task.of_seed(run.seed), checkpoint)
        except (ValueError, OSError, EOFError, BadZipFile) as error:
            say(f"{run.name}: left out, {checkpoint} cannot be read: {error}")
            continue
        say(f"{run.name}: {found['before']} -> {found['after']}")
        yield run.name, found


def reach(run: Run, task: Task, checkpoint: Path) -> dict:
    """The reach of one run before and after training.

    Args:
        run: What decides it.
        task: As its seed has it.
        checkpoint: Of its training.
    """
    recipe = run.recipe
    model, _ = build(
        PEERS[run.model],
        task,
        run.parameters,
        run.options,
        recipe,
        seed=run.seed,
    )
    sequences = task.validation().x[:SEQUENCES]
    influence = InputInfluence(model, (lambda y: y[:, -1]) if task.every_step else (lambda y: y))
    before = _reach(influence, sequences)
    recipe.compile(model, task, 1)
    epochs = len(load_checkpoint(checkpoint, model).history)
    return {"before": before, "after": _reach(influence, sequences), "epochs": epochs}


def _reach(influence: InputInfluence, sequences: np.ndarray) -> dict | None:
    """Which share comes from beyond each distance, and the half-life in steps: `None` where the
    influence does not fall. Of a model whose answer nothing moves any more all of it is `None`."""
    fall = np.mean([influence(each)[-1, ::-1] for each in sequences], axis=0)
    if not fall.any():
        return None
    life = half_life(fall).frames
    shares = share_beyond(fall, [each for each in BEYOND if each < len(fall)])
    return {
        "beyond": {
            str(distance): float(f"{share:.4g}")
            for distance, share in zip(BEYOND, shares, strict=False)
        },
        "half_life": float(f"{life:.4g}") if np.isfinite(life) else None,
    }


def of_group(group: Group, known: dict) -> list[dict]:
    """What is known of the reach of a group's runs, one for each seed that was measured."""
    names = (run_of(content).name for content in group.runs)
    return [known[name] for name in names if name in known]


def main() -> None:
    """Measure what is missing."""
    parser = argparse.ArgumentParser(description="How far back the last answer looks.")
    parser.add_argument("--task", choices=TASKS, required=True)
    parser.add_argument("--steps", type=int, default=1_000, help="of adding and copy")
    parser.add_argument("--mnist", type=Path, help="mnist.npz")
    parser.add_argument("--text", type=Path, help="a text for characters")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--work", type=Path, default=Path("drnn-runs/long_memory"))
    given = parser.parse_args()
    task = make_task(given.task, steps=given.steps, mnist_file=given.mnist, text=given.text)
    path = given.results / NAME
    known = read(path) or {"runs": {}}
    contents = [read(file) for file in sorted((given.results / task.name).glob("*.json"))]
    of_task = known["runs"].setdefault(task.name, {})
    about = {"environment": environment(), "backend": keras.backend.backend()}
    for name, found in reaches(contents, task, given.work, of_task):
        of_task[name] = found
        write_json(path, {**about, "beyond_steps": list(BEYOND), "runs": known["runs"]})


if __name__ == "__main__":
    main()
