"""What a step costs in a stream: microseconds on LiteRT, on one thread.

    python -m benchmarks.long_memory.stepping --folder FILES
    python -m benchmarks.long_memory.stepping --folder FILES --again

Each model of the page's tables is built anew, with weights as they start, and exported by
`keras_drnn.export_streaming`, like any model that reads one frame at a time and carries its state.
What a caller copies is not timed. It is the thread's processor time, of the quickest of many rounds
in which models take turns, since other programs run meanwhile. Of a model that cannot be exported
the file says why.
"""

import argparse
import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from time import thread_time

import numpy as np

from benchmarks.long_memory.build import assemble
from benchmarks.long_memory.groups import Group, read_groups, shown
from benchmarks.long_memory.peers import PEERS
from benchmarks.long_memory.results import RESULTS, as_text
from benchmarks.long_memory.tasks import Task
from benchmarks.long_memory.tasks.shapes import shape
from keras_drnn.export import export_streaming
from keras_drnn.export.streaming import StreamingModel
from keras_drnn.system.atomic_writes import write_json
from keras_drnn.system.environment import environment
from keras_drnn_runtime import StreamingClassifier
from keras_drnn_runtime.names import STEP, step_name

STEPS = 2_000  # or a few more, so that every group is due as often as in the long run
NAME = "stepping.json"


def key(group: Group) -> str:
    """What decides the cost: the task's numbers in and out, and the model without its weights."""
    task = shape(group.task)
    decided: list = [group.task] if task is None else [task.features, task.outputs]
    decided += [group.model, group.width, group.options]
    if group.model == "lmu" and task is not None:
        decided.append(task.steps)  # over which its fixed matrices remember
    digits = hashlib.sha256(as_text(decided).encode()).hexdigest()[:8]
    return f"{group.model}-{group.parameters}-{digits}"


def cost(group: Group, known: dict) -> float | None:
    """Microseconds a step of a model, where that was measured.

    Args:
        group: Of runs.
        known: By `key`.
    """
    return known.get(key(group), {}).get("microseconds")


def costs(groups: Iterable[Group], folder: Path, known: dict, rounds: int, say=print) -> dict:
    """Microseconds a step of each model, or why there are none.

    Args:
        groups: Of runs.
        folder: Where exported files are kept; what is there is not exported again.
        known: What was found before.
        rounds: In which models take turns.
        say: Called with lines of text.
    """
    found, starts = dict(known), {}
    for group in groups:
        task, name = shape(group.task), key(group)
        if task is None or name in found or name in starts:
            continue
        try:
            starts[name] = _prepared(group, task, folder / f"{name}.tflite")
        except ValueError as error:
            found[name] = {"reason": " ".join(str(error).split())}
        say(f"{name}: {'ready' if name in starts else found[name]['reason']}")
    times = [{name: run() for name, run in starts.items()} for _ in range(rounds)]
    for name in starts:
        found[name] = {"microseconds": round(min(each[name] for each in times), 2)}
    return found


def _prepared(group: Group, task: Task, path: Path) -> Callable[[], float]:
    """Runs a stream; gives the microseconds of a step.

    Raises:
        ValueError: If the model cannot run one frame at a time, or not on LiteRT.
    """
    model = assemble(PEERS[group.model], task, group.width, group.options)
    stream = StreamingModel(model)
    if not path.exists():
        export_streaming(model, path)
    longest = max((delay for cell in stream.delayed for delay in cell.delays), default=1)
    steps = -(-STEPS // longest) * longest
    classifier = StreamingClassifier(path)
    classifier.predict(np.ones((2, *classifier.frame_shape)))
    signatures = classifier.signatures
    names = (step_name(cell.due_after(step) for cell in stream.delayed) for step in range(steps))
    calls = [signatures.get(name, signatures[STEP]) for name in names]

    def run() -> float:
        begin = thread_time()
        for call in calls:
            call.invoke()
        return 1e6 * (thread_time() - begin) / steps

    return run


def main() -> None:
    """Measure what is missing."""
    parser = argparse.ArgumentParser(description="What a step costs in a stream.")
    parser.add_argument("--folder", type=Path, required=True, help="of exported files")
    parser.add_argument("--again", action="store_true", help="measure everything anew")
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--results", type=Path, default=RESULTS)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    path = given.results / NAME
    known = {} if given.again or not path.exists() else json.loads(path.read_text("utf-8"))["steps"]
    groups = shown(read_groups(given.results))
    found = costs(groups, given.folder, known, given.rounds)
    write_json(path, {"environment": environment(), "steps": dict(sorted(found.items()))})


if __name__ == "__main__":
    main()
