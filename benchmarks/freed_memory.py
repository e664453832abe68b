"""What a train step on a CPU loses by giving its memory back to the system after each step.

    python benchmarks/freed_memory.py
    python benchmarks/freed_memory.py --backends jax

glibc gives large blocks back as soon as they are freed. The next step asks for them again, and the
system fills them with zeros, page by page. Each setting is measured in a process as it comes and in
one with `GLIBC_TUNABLES` of `KEPT`, by turns, each on one core and in milliseconds of processor
time, which programs beside it change less than the time that passes. Writes
`results/freed_memory.json`.
"""

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from keras_drnn.system.environment import machine, versions

RESULTS = Path(__file__).parent / "results" / "freed_memory.json"
KEPT = ":".join(
    f"glibc.malloc.{name}={value}"
    for name, value in {
        "arena_max": 1,
        "mmap_threshold": 1 << 32,
        "trim_threshold": 1 << 32,
        "hugetlb": 1,
    }.items()
)
UNITS = 150
CONTESTANTS = ("DelayedRNN", "SimpleRNN", "LSTM")
# Steps and sequences in a batch.
SHAPES = ((300, 60), (784, 100))
TURNS = 2
STEPS = 5  # train steps of which a process reports the quickest


def main() -> None:
    arguments = _arguments()
    if arguments.child:
        name, steps, batch = arguments.child.split(",")
        print(_milliseconds(name, int(steps), int(batch)))
        return
    content = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    for backend in arguments.backends.split(","):
        if importlib.util.find_spec(backend) is None:
            print(f"{backend} is not installed: left out", file=sys.stderr)
            continue
        packages = ("keras", "numpy", "jax", "torch", "tensorflow-cpu")
        content[backend] = {"machine": machine(), "versions": versions(packages)}
        for steps, batch in SHAPES:
            for name in CONTESTANTS:
                found = _by_turns(backend, f"{name},{steps},{batch}")
                content[backend][f"{name}, {steps} steps, batch {batch}"] = found
                print(backend, name, steps, batch, found, flush=True)
        RESULTS.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--backends", default="jax,torch,tensorflow")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    return parser.parse_args()


def _by_turns(backend: str, setting: str) -> dict[str, float]:
    """The least of all turns, as it comes and with freed memory kept, and their ratio."""
    times: dict[str, list[float]] = {"as_it_comes": [], "kept": []}
    for _ in range(TURNS):
        for name, tunables in (("as_it_comes", ""), ("kept", KEPT)):
            made = subprocess.run(
                [sys.executable, __file__, "--child", setting],
                env={**os.environ, "KERAS_BACKEND": backend, "GLIBC_TUNABLES": tunables},
                check=True,
                capture_output=True,
                text=True,
            )
            times[name].append(float(made.stdout))
    least = {f"{name}_milliseconds": round(min(each), 1) for name, each in times.items()}
    return {**least, "ratio": round(min(times["kept"]) / min(times["as_it_comes"]), 2)}


def _milliseconds(name: str, steps: int, batch: int) -> float:
    """Processor time of a train step, on one core."""
    os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
    import keras

    from keras_drnn import DelayedRNN

    layer = {
        "DelayedRNN": lambda: DelayedRNN(UNITS),
        "SimpleRNN": lambda: keras.layers.SimpleRNN(UNITS, activation="relu"),
        "LSTM": lambda: keras.layers.LSTM(UNITS),
    }[name]()
    model = keras.Sequential([keras.Input((steps, 8)), layer, keras.layers.Dense(10)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(1e-3), loss)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(batch, steps, 8)).astype("float32")
    y = rng.integers(0, 10, batch)
    model.train_on_batch(x, y)
    times = []
    for _ in range(STEPS):
        begin = time.process_time()
        model.train_on_batch(x, y)
        times.append(time.process_time() - begin)
    return 1e3 * min(times)


if __name__ == "__main__":
    main()
