"""Which delays remember what? Two synthetic tasks, the same units split over other delays.

    KERAS_BACKEND=jax python benchmarks/delays.py

*recall*: one of four marks stands in the first tenth of a sequence, noise follows, the last output
has to name it. Measured at several lengths. *order*: two pulses stand one to three steps apart
among the last ten steps, the last output has to say which came first. Every model has 60 units,
sees the same batches and has the same head; mean and standard deviation over seeds. Writes
`results/delays.json` and the picture of `docs/guides/delays.md`; settings that are in the file are
not run again.
"""

import json
from pathlib import Path

import keras
import numpy as np

from keras_drnn import DelayedRNN, transformations
from keras_drnn.system.environment import machine, versions

RESULTS = Path(__file__).parent / "results"
PICTURE = Path(__file__).parents[1] / "docs" / "guides" / "delays.png"
UNITS, MARKS, BATCH, BATCHES, SEEDS = 60, 4, 50, 300, 3
TASKS = {"recall 30": 30, "recall 100": 100, "recall 300": 300, "order": 100}
DELAYS = (
    (1,),
    (1, 3),
    (1, 3, 9),
    (1, 3, 9, 27),
    (1, 3, 9, 27, 81),
    (1, 2, 4, 8, 16),
    (1, 4, 16, 64),
    (1, 27),
    (1, 2, 4, 8, 16, 32),
    (1, 3, 9, 27, 81, 243),
)


def recall(count: int, steps: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Noise with one mark early on, and which mark it is."""
    x = rng.normal(0.0, 0.2, (count, steps, MARKS)).astype("float32")
    marks = rng.integers(0, MARKS, count)
    x[np.arange(count), rng.integers(0, steps // 10, count), marks] += 2.0
    return x, marks


def order(count: int, steps: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Noise with pulses in two channels near the end, and which came first."""
    x = rng.normal(0.0, 0.2, (count, steps, MARKS)).astype("float32")
    first = rng.integers(0, 2, count)
    begin = steps - rng.integers(4, 11, count)
    gap = rng.integers(1, 4, count)
    x[np.arange(count), begin, first] += 2.0
    x[np.arange(count), begin + gap, 1 - first] += 2.0
    return x, first


def accuracy(task: str, layer: keras.layers.Layer, seed: int) -> tuple[float, int]:
    """Accuracy of the last output on new sequences, and the model's parameters."""
    steps, make = TASKS[task], order if task == "order" else recall
    rng = np.random.default_rng(seed)
    model = keras.Sequential([keras.Input((steps, MARKS)), layer, keras.layers.Dense(MARKS)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    rate = keras.optimizers.schedules.CosineDecay(0.005, BATCHES)
    model.compile(keras.optimizers.Adam(rate, clipnorm=1.0), loss, metrics=["accuracy"])
    for _ in range(BATCHES):
        model.train_on_batch(*make(BATCH, steps, rng))
    x, y = make(1000, steps, np.random.default_rng(1000 + seed))
    found = model.evaluate(x, y, batch_size=500, verbose=0, return_dict=True)
    return found["accuracy"], model.count_params()


def measure(known: dict) -> None:
    """Fill in what is not known yet, and keep it after every setting."""
    makers = {",".join(map(str, d)): lambda d=d: DelayedRNN(UNITS, d) for d in DELAYS}
    makers["LSTM"] = lambda: keras.layers.LSTM(UNITS)
    for task in TASKS:
        for name, make in makers.items():
            if name in known["tasks"].setdefault(task, {}):
                continue
            found = []
            for seed in range(SEEDS):
                keras.utils.clear_session()
                keras.utils.set_random_seed(seed)
                found.append(accuracy(task, make(), seed))
            rates = [rate for rate, _ in found]
            known["tasks"][task][name] = {
                "accuracy": rates,
                "mean": float(np.mean(rates)),
                "std": float(np.std(rates)),
                "parameters": found[0][1],
            }
            (RESULTS / "delays.json").write_text(
                json.dumps(known, indent=1) + "\n", encoding="utf-8"
            )


def products(name: str, task: str) -> int:
    """Matrix products between a mark and the output that has to name it, at the most."""
    steps = TASKS[task]
    if name == "LSTM":
        return steps
    return int(transformations(tuple(map(int, name.split(","))), steps)[: steps // 10].max())


def draw(tasks: dict) -> None:
    """Recall against the number of products in between."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4.0), layout="constrained")
    axes = figure.add_subplot()
    for task, marker, colour in (
        ("recall 30", "o", "#0072b2"),
        ("recall 100", "s", "#d55e00"),
        ("recall 300", "^", "#009e73"),
    ):
        found = {name: values for name, values in tasks[task].items() if name != "LSTM"}
        axes.errorbar(
            [products(name, task) for name in found],
            [100 * values["mean"] for values in found.values()],
            [100 * values["std"] for values in found.values()],
            fmt=marker,
            color=colour,
            capsize=2,
            label=f"{TASKS[task]} steps",
        )
    axes.axhline(100 / MARKS, color="0.6", linewidth=1, linestyle="--")
    axes.text(300, 100 / MARKS - 5, "by chance", ha="right", color="0.4")
    axes.set_xscale("log")
    axes.set_xticks([10, 15, 20, 30, 50, 100, 300], ["10", "15", "20", "30", "50", "100", "300"])
    axes.minorticks_off()
    axes.set_ylim(0, 105)
    axes.set_xlabel("matrix products between the mark and the output")
    axes.set_ylabel("marks named, %")
    axes.set_title(f"{UNITS} units split over other delays, {SEEDS} seeds each")
    axes.legend(frameon=False)
    figure.savefig(PICTURE, dpi=100)


def main() -> None:
    path = RESULTS / "delays.json"
    known = {
        "machine": machine(),
        "versions": versions(("keras", "numpy")),
        "backend": keras.backend.backend(),
        "batches": BATCHES,
        "tasks": {},
    }
    if path.exists():
        known = json.loads(path.read_text(encoding="utf-8"))
    measure(known)
    draw(known["tasks"])


if __name__ == "__main__":
    main()
