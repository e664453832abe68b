"""Is a Dense head computed at each group's own rate worth a layer? Measured here, on one backend.

    KERAS_BACKEND=jax python benchmarks/group_rate_head.py

A Dense on top of `DelayedRNN` multiplies states that were held, again and again. The rival
multiplies each group's state once per update and holds the product. It is exact where the clock
starts with the sequence and nothing but the end is masked; under other masks and carried clocks a
layer on top cannot know when the groups updated. Adds to `results/group_rate_head.json`.
"""

import json
import time
from pathlib import Path

import keras
import numpy as np
from keras import ops

from keras_drnn import DelayedRNN
from keras_drnn.system.environment import machine, versions

RESULTS = Path(__file__).parent / "results" / "group_rate_head.json"
BATCH, FEATURES, UNITS, CLASSES, DELAYS = 60, 150, 150, 60, (1, 3, 9, 27, 81)
ROUNDS = 25


class GroupRateDense(keras.layers.Dense):
    """A Dense over held states, `(batch, time, units)`, with weights that are a Dense's."""

    def call(self, held):
        steps = held.shape[1]
        size = UNITS // len(DELAYS)
        total = self.bias
        for group, delay in enumerate(DELAYS):
            rows = slice(group * size, (group + 1) * size)
            updates = ops.matmul(held[:, ::delay, rows], self.kernel[rows])
            repeated = ops.repeat(updates, min(delay, steps), axis=1)
            total = total + ops.slice(repeated, (0, 0, 0), (ops.shape(held)[0], steps, CLASSES))
        return total


def measure(steps: int) -> dict:
    """Medians of a train step and an inference with either head, in turns."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(BATCH, steps, FEATURES)).astype("float32")
    y = rng.integers(0, CLASSES, (BATCH, steps))
    models = {}
    for head in (keras.layers.Dense, GroupRateDense):
        keras.utils.set_random_seed(0)
        inputs = keras.Input((steps, FEATURES))
        held = DelayedRNN(UNITS, DELAYS, return_sequences=True)(inputs)
        model = keras.Model(inputs, head(CLASSES)(held))
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.RMSprop(1e-4), loss)
        models[head.__name__] = model
    scores = [ops.convert_to_numpy(model.predict_on_batch(x)) for model in models.values()]
    np.testing.assert_allclose(*scores, atol=1e-4)
    times: dict = {(name, what): [] for name in models for what in ("train", "inference")}
    for turn in range(ROUNDS + 2):
        for name, model in models.items():
            begin = time.perf_counter()
            float(model.train_on_batch(x, y))
            middle = time.perf_counter()
            np.asarray(ops.convert_to_numpy(model.predict_on_batch(x)))
            if turn >= 2:  # the first turns compile
                times[name, "train"].append(1e3 * (middle - begin))
                times[name, "inference"].append(1e3 * (time.perf_counter() - middle))
    found: dict = {"steps": steps}
    for what in ("train", "inference"):
        dense, ours = times["Dense", what], times["GroupRateDense", what]
        found[what] = {
            "Dense": float(np.median(dense)),
            "GroupRateDense": float(np.median(ours)),
            "ratio": [float(q) for q in np.percentile(np.divide(dense, ours), [25, 50, 75])],
        }
    return found


def main() -> None:
    known = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    backend = keras.backend.backend()
    known[backend] = {
        "machine": machine(),
        "versions": versions(("keras", "numpy")),
        "settings": [measure(steps) for steps in (100, 300)],
    }
    RESULTS.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
