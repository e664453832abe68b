"""How far back layers with different delays remember: the figures behind docs/delays.md.

    python benchmarks/delays.py              # about 20 minutes

One of eight symbols is shown for a single frame, in noise; the model is asked for it `lag` to
`lag + 26` frames later, so that no group's phase can be counted on. Every setting of delays has the
same units, optimizer and number of batches. Writes `benchmarks/results/delays.json` and the
pictures `docs/delays.png` and `docs/schedule.png`.
"""

import argparse
import json
import os
import platform
from importlib.metadata import version
from pathlib import Path

import keras
import numpy as np

from keras_drnn import DelayedRNN, geometric_delays, transformations
from keras_drnn.schedule_picture import draw_schedule

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "delays.json"
DOCS = HERE.parent / "docs"
UNITS, SYMBOLS, NOISE, SPREAD, BATCH = 60, 8, 0.3, 27, 60
LAGS = (3, 10, 30, 100, 300)
DELAYS = (
    (1,),
    (1, 2),
    geometric_delays(2, 5),
    geometric_delays(3, 3),
    geometric_delays(3, 5),
    geometric_delays(3, 6),
)


def sequences(lag: int, count: int, rng: np.random.Generator):
    """Noise with one symbol in it, `(count, frames, symbols)`, and which symbol."""
    frames = lag + SPREAD
    symbols = rng.integers(SYMBOLS, size=count)
    shown_at = rng.integers(SPREAD, size=count)
    x = rng.normal(scale=NOISE, size=(count, frames, SYMBOLS)).astype("float32")
    x[np.arange(count), shown_at, symbols] += 1
    return x, symbols


def accuracy(delays: tuple[int, ...], lag: int, seed: int, steps: int) -> float:
    """Share of fresh sequences whose symbol a newly trained model remembers."""
    keras.utils.set_random_seed(seed)
    keras.backend.clear_session()
    rng = np.random.default_rng(seed)
    model = keras.Sequential(
        [
            keras.Input((lag + SPREAD, SYMBOLS)),
            DelayedRNN(UNITS, delays),
            keras.layers.Dense(SYMBOLS),
        ]
    )
    model.compile(
        keras.optimizers.Adam(3e-3, clipnorm=1.0),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    for _ in range(steps):
        model.train_on_batch(*sequences(lag, BATCH, rng))
    x, symbols = sequences(lag, 600, rng)
    scores = model.predict(x, batch_size=BATCH, verbose=0)
    return float((scores.argmax(-1) == symbols).mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=500)
    arguments = parser.parse_args()
    rows = []
    for delays in DELAYS:
        for lag in LAGS:
            found = [accuracy(delays, lag, s, arguments.steps) for s in range(arguments.seeds)]
            products = transformations(delays, lag + SPREAD)[:SPREAD]
            rows.append(
                {
                    "delays": delays,
                    "lag": lag,
                    "accuracy": found,
                    "products": [int(products.min()), int(products.max())],
                }
            )
            print(delays, lag, " ".join(f"{a:.2f}" for a in found), flush=True)
    report = {
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "versions": {name: version(name) for name in ("keras", "numpy", "keras_drnn")},
        "backend": keras.backend.backend(),
        "units": UNITS,
        "steps": arguments.steps,
        "batch_size": BATCH,
        "rows": rows,
    }
    RESULTS.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    _picture(rows).savefig(DOCS / "delays.png", dpi=110)
    draw_schedule((1, 3, 9, 27, 81), 100).savefig(DOCS / "schedule.png", dpi=110)


def _picture(rows: list[dict]):
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4), layout="constrained")
    axis = figure.add_subplot(xscale="log")
    for delays in DELAYS:
        points = [(row["lag"], row["accuracy"]) for row in rows if row["delays"] == delays]
        lags, values = zip(*points, strict=True)
        values = 100 * np.array(values)
        (line,) = axis.plot(lags, values.mean(1), marker="o", label=", ".join(map(str, delays)))
        axis.fill_between(
            lags, values.min(1), values.max(1), color=line.get_color(), alpha=0.15, linewidth=0
        )
    axis.axhline(100 / SYMBOLS, color="grey", linestyle=":", label="guessing")
    axis.set(xticks=LAGS, xticklabels=LAGS, xlabel="frames since the symbol", ylabel="accuracy, %")
    axis.minorticks_off()
    axis.legend(title="delays", fontsize="small")
    return figure


if __name__ == "__main__":
    main()
