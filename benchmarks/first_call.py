"""What the first call costs, which traces and compiles, and what a single loop in its place would.

    KERAS_BACKEND=jax python benchmarks/first_call.py

Adds the figures of the backend to `results/first_call.json`: seconds of the first train step, and
milliseconds of a later train step and of inference (medians), with a Dense(60) per frame, batch 60,
150 inputs, 150 units. `RNN(DelayedRNNCell)` is the one loop over all groups.
"""

import json
import time
from pathlib import Path

import keras
import numpy as np

from keras_drnn import DelayedRNN, DelayedRNNCell
from keras_drnn.system.environment import machine, versions

RESULTS = Path(__file__).parent / "results" / "first_call.json"
CONTESTANTS = {
    "DelayedRNN": lambda: DelayedRNN(150, return_sequences=True),
    "SimpleRNN": lambda: keras.layers.SimpleRNN(150, activation="relu", return_sequences=True),
    "RNN(DelayedRNNCell)": lambda: keras.layers.RNN(DelayedRNNCell(150), return_sequences=True),
}


def main() -> None:
    backend = keras.backend.backend()
    # What only a process' first model costs is not the first contestant's.
    _model(keras.layers.SimpleRNN(2, return_sequences=True), 2).train_on_batch(*_batch(2))
    figures = {
        f"{name}, {steps} steps": _measure(layer, steps)
        for steps in (100, 300)
        for name, layer in CONTESTANTS.items()
    }
    content = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    packages = ("keras", "numpy", "jax", "torch", "tensorflow-cpu")
    content[backend] = {"machine": machine(), "versions": versions(packages), **figures}
    RESULTS.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def _batch(steps: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, steps, 150)).astype("float32")
    return x, rng.integers(0, 60, (60, steps))


def _model(layer: keras.layers.Layer, steps: int) -> keras.Model:
    model = keras.Sequential([keras.Input((steps, 150)), layer, keras.layers.Dense(60)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(1e-3), loss)
    return model


def _measure(layer, steps: int) -> dict[str, float]:
    x, y = _batch(steps)
    model = _model(layer(), steps)
    begin = time.perf_counter()
    model.train_on_batch(x, y)
    first = time.perf_counter() - begin
    return {
        "first_call_seconds": round(first, 2),
        "train_milliseconds": _median_milliseconds(lambda: model.train_on_batch(x, y)),
        "inference_milliseconds": _median_milliseconds(lambda: model.predict_on_batch(x)),
    }


def _median_milliseconds(run, seconds: float = 1.5) -> float:
    run()
    times: list[float] = []
    while sum(times) < seconds or len(times) < 5:
        begin = time.perf_counter()
        run()
        times.append(time.perf_counter() - begin)
    return round(1e3 * float(np.median(times)), 2)


if __name__ == "__main__":
    main()
