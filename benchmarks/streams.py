"""Recognisers that are left running: with a reset at each clip, and without any.

    KERAS_BACKEND=jax python benchmarks/streams.py path/to/all_sqe
    KERAS_BACKEND=jax python benchmarks/streams.py --data demo
    KERAS_BACKEND=jax python benchmarks/streams.py path/to/all_sqe --presets best
    KERAS_BACKEND=jax python benchmarks/streams.py path/to/all_sqe --every 2 --seeds 2

N-UCLA, cross-view, or the demo, whose subset `order` are the actions that differ only in the order
of what happens; with `--every 2` N-UCLA as a camera half as quick sees it. Each model is trained
with each seed by the preset `stream` (or another one) on one core, and tested on the clips one by
one and on all clips of each person and camera on end. What is finished is in `results/streams.json`
and is not done again unless the recipe has changed. With `--folder` what was trained is kept there,
and a training that was interrupted goes on.
"""

import argparse
import json
import os
import re
import tempfile
import time
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from keras_drnn.data_sets import DataSet, Recipe
    from keras_drnn.experiments.data import Data

# One core, whatever the machine has: trainings beside each other, and times that can be compared.
os.environ.setdefault(
    "XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
)

RESULTS = Path(__file__).parent / "results" / "streams.json"
# What is changed in the recipe of a model: two sizes of the D-RNN, and its rivals at 150 units.
MODELS: dict[str, tuple[str, dict[str, Any]]] = {
    "drnn": ("drnn", {}),
    "drnn-large": ("drnn", {"units": (100, 60, 40, 20), "delays": (1, 2, 4, 8)}),
    "rnn": ("rnn", {}),
    "lstm": ("lstm", {}),
}
_KEPT = ("parameters", "train_seconds", "validation/sequence_accuracy")
_MEASURES = ("sequence_accuracy", "frame_accuracy")
_ALL_CLIPS = ("delay_frames", "delay_seconds", *(f"segment_f1_{n}" for n in (10, 25, 50)))


def measure_all(arguments: argparse.Namespace, folder: Path) -> None:
    """Train and test every model with every seed, but for what is done."""
    from keras_drnn.experiments.data import open_data
    from keras_drnn.experiments.recipes import recipe_for
    from keras_drnn.experiments.runs import recipe_params

    data_set = arguments.data if arguments.every == 1 else slower(arguments.every)
    data = open_data(data_set, root=arguments.root, cache=folder / "clips")
    for seed in range(arguments.seeds):
        for preset in arguments.presets.split(","):
            for name in arguments.models.split(","):
                model, changes = MODELS[name]
                changes = {**changes, "steps": arguments.steps}
                recipe = recipe_for(model, preset=preset, data=data.data_set, **changes)
                params = json.loads(json.dumps(recipe_params(recipe)))
                key = f"{data.name}/{preset}/{name}/{seed}"
                if _done()["runs"].get(key, {}).get("recipe") == params:
                    continue
                digest = sha256(json.dumps(params).encode()).hexdigest()[:8]
                run = folder / f"{key}-{digest}"
                run.mkdir(parents=True, exist_ok=True)
                _keep(key, {**_measured(data, model, recipe, seed, run), "recipe": params})


def slower(every: int) -> "DataSet":
    """N-UCLA as a camera sees it that takes one frame in so many."""
    from keras_drnn.data_sets.nucla import DATA_SET
    from keras_drnn.data_sets.recipe import KINECT_RATE
    from keras_drnn.skeletons.nucla import READER

    rate = KINECT_RATE / every
    name = f"nucla-{rate:g}fps"
    reader = replace(READER, file_format=name, parse=partial(_one_in, every))
    return replace(DATA_SET, name=name, reader=reader, frame_rate=rate)


def _one_in(
    every: int, data: bytes, path: Path, name: re.Match[str] | None
) -> tuple[np.ndarray, np.ndarray]:
    from keras_drnn.skeletons.nucla import READER

    joints, mask = READER.parse(data, path, name)
    return joints[::every], mask[::every]


def _measured(data: "Data", name: str, recipe: "Recipe", seed: int, folder: Path) -> dict[str, Any]:
    from keras_drnn.experiments.results import measure
    from keras_drnn.experiments.training import build_and_train

    began = time.perf_counter()
    model, history = build_and_train(recipe, data, data.split, name=name, seed=seed, folder=folder)
    model.save(folder / "model.keras")
    metrics, *_ = measure(model, recipe, data, history)
    kept = [*_KEPT, *(f"stream/{each}" for each in _ALL_CLIPS)]
    places = ["test", "stream"]  # of all test clips, and of some
    for subset in data.subsets:
        places += [subset, f"stream/{subset}"]
    kept += [f"{place}/{each}" for place in places for each in _MEASURES]
    return {
        **{key: _rounded(metrics[key]) for key in kept},
        "seconds": round(time.perf_counter() - began, 1),
    }


def _rounded(value: float | None) -> float | None:
    return value if value is None else round(value, 4)


def _keep(key: str, measured: dict[str, Any]) -> None:
    from keras_drnn.system.environment import environment

    # Read again: others may have added to it.
    done: dict[str, Any] = {**_done(), **environment()}
    done["runs"][key] = measured
    done["summary"] = _summary(done["runs"])
    RESULTS.write_text(json.dumps(done, indent=1) + "\n", encoding="utf-8")
    print(key, measured | {"recipe": ...}, flush=True)


def _done() -> dict[str, Any]:
    return json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {"runs": {}}


def _summary(runs: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Mean and sample standard deviation over the seeds."""
    summary: dict[str, dict[str, Any]] = {}
    for which in dict.fromkeys(key.rpartition("/")[0] for key in runs):
        seeds = [found for key, found in runs.items() if key.rpartition("/")[0] == which]
        summary[which] = {"seeds": len(seeds), "parameters": seeds[0]["parameters"]}
        for key in seeds[0]:
            if not key.endswith(_MEASURES):
                continue
            values = [found[key] for found in seeds]
            summary[which][key] = {"mean": round(float(np.mean(values)), 4)}
            if len(values) > 1:
                summary[which][key]["spread"] = round(float(np.std(values, ddof=1)), 4)
    return summary


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", type=Path, nargs="?", help="folder of N-UCLA's files")
    parser.add_argument("--data", default="nucla", choices=["nucla", "demo"])
    parser.add_argument("--every", type=int, default=1, help="N-UCLA: take one frame in so many")
    parser.add_argument("--models", default=",".join(MODELS))
    parser.add_argument("--presets", default="stream")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, help="batches; by default as the recipe has it")
    parser.add_argument("--folder", type=Path, help="where models and trainings are kept")
    arguments = parser.parse_args()
    if arguments.every != 1 and arguments.data != "nucla":
        parser.error("--every is of N-UCLA alone")
    if arguments.folder:
        measure_all(arguments, arguments.folder)
        return
    with tempfile.TemporaryDirectory() as folder:
        measure_all(arguments, Path(folder))


if __name__ == "__main__":
    main()
