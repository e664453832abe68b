"""How far back do models look, before and after they are trained? And within which bounds?

    KERAS_BACKEND=jax python -m benchmarks.influence recall
    KERAS_BACKEND=jax python -m benchmarks.influence demo
    KERAS_BACKEND=jax python -m benchmarks.influence nucla --root all_sqe
    KERAS_BACKEND=jax python -m benchmarks.influence callback
    KERAS_BACKEND=jax python -m benchmarks.influence draw

*recall*: one of four marks stands in the first twenty of 200 steps, noise follows, the last output
has to name it. *demo*, *nucla*: the recipe `best` with fewer steps; of the demo, half of the
classes differ in nothing but the order of what is done. All models have about the same number of
parameters, and the same batches for a seed. Of each training, before and after: the gradient of the
last output by each input step on eight test sequences, its half-life and the share of it that comes
from beyond 10, 30 and 100 steps; the norms of the recurrent kernels; and, for the layer by itself,
what each group carries against what bounds it. *callback*: what `GradientByDistance` takes of the
processor's time. Writes `results/influence.json`; a training that is in the file is not run again.
*draw* makes the pictures of docs/guides/influence.md of it.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

import keras
import matplotlib
import numpy as np

from benchmarks.long_memory.budget import count, widest
from benchmarks.long_memory.build import without_values
from keras_drnn import DelayedRNN
from keras_drnn.experiments.data import Data, open_data
from keras_drnn.experiments.models import model_for
from keras_drnn.experiments.recipes import recipe_for
from keras_drnn.experiments.training import build_and_train
from keras_drnn.influence import (
    GradientByDistance,
    half_life,
    influence_bound,
    recurrent_groups,
    share_beyond,
)
from keras_drnn.influence.bounds import InfluenceByGroup
from keras_drnn.influence.jacobian import InputInfluence
from keras_drnn.reporting.names import model_style
from keras_drnn.system.environment import machine, versions

RESULTS = Path(__file__).parent / "results" / "influence.json"
PICTURES = Path(__file__).parents[1] / "docs" / "guides"
MODELS, SEEDS, SEQUENCES, BEYOND = ("drnn", "rnn", "lstm", "gru"), 3, 8, (10, 30, 100)
# recall
STEPS, MARKS, BATCH, BATCHES, PARAMETERS = 200, 4, 50, 600, 5000
DELAYS = (1, 3, 9, 27, 81)
# recorded movements: frames that a clip must have to be looked at, and training steps
FRAMES, TRAINING_STEPS, UNITS = {"demo": 110, "nucla": 60}, {"demo": 450, "nucla": 450}, 150


class Trained(NamedTuple):
    """A model before and after its training.

    Args:
        model: The model, with the weights of after.
        before: The weights of before.
        accuracy: What it reached on the test side, of 1.
        sequences: Test sequences, as it reads them.
    """

    model: keras.Model
    before: list[np.ndarray]
    accuracy: float
    sequences: list[np.ndarray]


def recall(cell: str, seed: int) -> Trained:
    """Train a model on the marks."""
    keras.utils.clear_session()
    keras.utils.set_random_seed(seed)
    makers = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU}

    def model_of(units: int) -> keras.Model:
        if cell == "drnn":
            layer = DelayedRNN(units * len(DELAYS), DELAYS)
        elif cell == "rnn":
            layer = keras.layers.SimpleRNN(units, activation="relu")
        else:
            layer = makers[cell](units)
        head = keras.layers.Dense(MARKS)
        return keras.Sequential([keras.Input((STEPS, MARKS)), layer, head])

    units = widest(lambda n: without_values(lambda: count(model_of(n))), PARAMETERS)
    keras.utils.clear_session()
    keras.utils.set_random_seed(seed)
    model = model_of(units)
    before = model.get_weights()
    rate = keras.optimizers.schedules.CosineDecay(0.003, BATCHES)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(rate, clipnorm=1.0), loss, metrics=["accuracy"])
    rng = np.random.default_rng(seed)
    x, y = marks(BATCH * BATCHES, rng)
    model.fit(x, y, batch_size=BATCH, verbose=0, shuffle=False)
    x, y = marks(1000, np.random.default_rng(1000 + seed))
    found = model.evaluate(x, y, batch_size=500, verbose=0, return_dict=True)
    return Trained(model, before, found["accuracy"], list(x[:SEQUENCES]))


def marks(count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Noise with one mark early on, and which mark it is."""
    x = rng.normal(0.0, 0.2, (count, STEPS, MARKS)).astype("float32")
    named = rng.integers(0, MARKS, count)
    x[np.arange(count), rng.integers(0, STEPS // 10, count), named] += 2.0
    return x, named


def recorded(data: Data, cell: str, seed: int) -> Trained:
    """Train a model on recorded movements."""

    def recipe_of(units: int):
        changes = {"units": units, "steps": TRAINING_STEPS[data.name]}
        return recipe_for(cell, preset="best", data=data.data_set, **changes)

    def parameters(recipe) -> int:
        return without_values(lambda: count(model_for(recipe, data, data.split, name=cell)))

    budget = parameters(recipe_for("drnn", preset="best", data=data.data_set, units=UNITS))
    recipe = recipe_of(
        UNITS if cell == "drnn" else widest(lambda n: parameters(recipe_of(n)), budget)
    )
    keras.utils.clear_session()
    with tempfile.TemporaryDirectory() as folder:
        model, history = build_and_train(
            recipe, data, data.split, name=cell, seed=seed, folder=Path(folder)
        )
    # What a training starts from: the same draws again.
    keras.utils.set_random_seed(seed)
    before = model_for(recipe, data, data.split, name=cell).get_weights()
    long = [n for n in data.split.test if len(data.clips[int(n)].joints) >= FRAMES[data.name]]
    chosen = np.random.default_rng(0).permutation(long)[:SEQUENCES]
    clips = [data.clips[int(n)].joints[: FRAMES[data.name]] for n in chosen]
    return Trained(model, before, float(history[-1]["validation/sequence_accuracy"]), clips)


def measured(trained: Trained) -> dict:
    """What is to be said of a training."""
    model = trained.model
    layer = next(each for each in model.layers if isinstance(each, keras.layers.RNN))
    reader = (
        keras.Model(model.inputs, keras.tree.flatten(layer.input)[0])
        if layer is not model.layers[0]
        else None
    )
    last = InputInfluence(model, lambda y: y[:, -1] if len(y.shape) > 2 else y)
    by_group = InfluenceByGroup(layer)
    gated = isinstance(layer, (keras.layers.LSTM, keras.layers.GRU))
    after, found = model.get_weights(), {}
    for when, weights in (("before", trained.before), ("after", after)):
        model.set_weights(weights)
        rows = np.stack([last(x)[-1, ::-1] for x in trained.sequences])
        read = [
            x if reader is None else reader.predict_on_batch(x[None])[0] for x in trained.sequences
        ]
        carried = np.stack([by_group(x)[:, ::-1] for x in read])
        said = {
            **reach(rows.mean(axis=0)),
            # By itself: what features in front of it remember is not the layer's.
            "layer": reach(np.linalg.norm(carried.mean(axis=0), axis=0)),
            "fall": rounded(rows.mean(axis=0)),
            "groups": [asdict(group) for group in recurrent_groups(model)],
            "carried": rounded(carried.mean(axis=0)),
        }
        if not gated:
            bound = influence_bound(layer, carried.shape[-1])[:, ::-1]
            # Where anything may come at all; the nearest and the furthest of its share.
            ratios = (carried / np.where(bound > 0, bound, np.inf)).max(axis=0)
            said |= {"bound": rounded(bound), "largest_share_of_bound": float(ratios.max())}
        found[when] = said
    model.set_weights(after)
    return {"accuracy": trained.accuracy, "parameters": count(model), **found}


def reach(fall: np.ndarray) -> dict:
    """How far back an influence reaches that falls so with distance."""
    fitted = half_life(fall)
    return {
        "half_life": fitted.frames if np.isfinite(fitted.frames) else None,
        "deviation": fitted.deviation,
        "beyond": dict(zip(map(str, BEYOND), share_beyond(fall, BEYOND).tolist(), strict=True)),
    }


def rounded(values: np.ndarray) -> list:
    """Four digits of each number, as JSON."""
    return np.vectorize(lambda value: float(f"{value:.4g}"))(values).tolist()


def measure(known: dict, data: str, train: Callable[[str, int], Trained]) -> None:
    """Fill in what is not known yet, and keep it after every training."""
    for seed in range(SEEDS):
        for cell in MODELS:
            of_cell = known["data"].setdefault(data, {}).setdefault(cell, {})
            if str(seed) in of_cell:
                continue
            of_cell[str(seed)] = measured(train(cell, seed))
            keep(known)
            said = of_cell[str(seed)]
            print(data, cell, seed, said["accuracy"], said["parameters"], flush=True)
            for when in ("before", "after"):
                print("  ", when, said[when]["half_life"], said[when]["beyond"], flush=True)


def keep(known: dict) -> None:
    """Write what is known."""
    RESULTS.write_text(json.dumps(known) + "\n", encoding="utf-8")


class Timed(GradientByDistance):
    """The callback, and the processor's time that it and each epoch take."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.own, self.epochs = [], []

    def on_epoch_begin(self, epoch, logs=None):
        self._begin = time.process_time()

    def on_epoch_end(self, epoch, logs=None):
        begin = time.process_time()
        super().on_epoch_end(epoch, logs)
        end = time.process_time()
        self.own.append(end - begin)
        self.epochs.append(begin - self._begin)


def callback_cost() -> dict:
    """What the callback takes of the processor's time, of four sequences and five groups."""
    sequences, batch, steps, features = 5000, 50, 100, 20
    rng = np.random.default_rng(0)
    x = rng.normal(size=(sequences, steps, features)).astype("float32")
    y = rng.integers(0, MARKS, sequences)
    keras.utils.set_random_seed(0)
    layers = [keras.Input((steps, features)), DelayedRNN(150, DELAYS), keras.layers.Dense(MARKS)]
    model = keras.Sequential(layers)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(), loss)
    timed = Timed(x[:4], y[:4])
    model.fit(x, y, batch_size=batch, epochs=4, verbose=0, callbacks=[timed])
    return {
        "backend": keras.backend.backend(),
        "batches_an_epoch": sequences // batch,
        "batch": batch,
        "sequences": 4,
        "first_epoch_seconds": timed.epochs[0],
        "first_call_seconds": timed.own[0],
        "epoch_seconds": timed.epochs[1:],
        "call_seconds": timed.own[1:],
        "share": float(np.sum(timed.own[1:]) / np.sum(timed.epochs[1:])),
    }


def draw(data: dict) -> None:
    """The falls of all models, and what the groups of the D-RNN carry."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 6.6), layout="constrained")
    panels = figure.subplots(2, 1, sharex=True, sharey=True)
    for axes, when in zip(panels, ("before", "after"), strict=True):
        for cell in MODELS:
            label, colour, _ = model_style(cell)
            falls = np.array([each[when]["fall"] for each in data[cell].values()])
            shares = falls / falls.sum(axis=1, keepdims=True)
            axes.fill_between(
                range(STEPS), shares.min(axis=0), shares.max(axis=0), color=colour, alpha=0.2, lw=0
            )
            axes.plot(shares.mean(axis=0), color=colour, label=label)
        axes.axvspan(STEPS * 0.9, STEPS - 1, color="0.9", lw=0, zorder=0)
        axes.set(yscale="log", ylim=(1e-12, 2), ylabel="share of the influence, a step")
        axes.set_title(f"{when} training", loc="left")
    panels[0].text(STEPS * 0.89, 0.3, "the mark", ha="right", color="0.4")
    panels[0].legend(frameon=False, loc="lower left")
    panels[1].set_xlabel("steps before the output")
    figure.savefig(PICTURES / "influence_fall.png", dpi=100)

    figure = Figure(figsize=(6.4, 7), layout="constrained")
    panels = figure.subplots(2, 1, sharex=True, sharey=True)
    colours = matplotlib.colormaps["viridis_r"](np.linspace(0.15, 1, len(DELAYS)))
    for axes, when in zip(panels, ("before", "after"), strict=True):
        said = data["drnn"]["0"][when]
        axes.plot(np.linalg.norm(said["bound"], axis=0), "k--", lw=1, label="bound, all groups")
        for delay, colour, values in zip(DELAYS, colours, said["carried"], strict=True):
            values = np.array(values)
            axes.plot(
                np.where(values > 0, values, np.nan),
                color=colour,
                label=f"updates each {delay} steps" if delay > 1 else "updates each step",
            )
        axes.set(yscale="log", ylim=(1e-8, 1e6), ylabel="influence on the last state")
        axes.set_title(f"D-RNN, {when} training", loc="left")
    panels[1].set_xlabel("steps before the last state")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, frameon=False, ncols=3, loc="outside lower center")
    figure.savefig(PICTURES / "influence_groups.png", dpi=100)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", choices=("recall", "demo", "nucla", "callback", "draw"))
    parser.add_argument("--root", type=Path, help="of nucla, the folder of its files")
    arguments = parser.parse_args()
    known = {
        "machine": machine(),
        "versions": versions(("keras", "numpy", "jax")),
        "backend": keras.backend.backend(),
        "data": {},
    }
    if RESULTS.exists():
        known = json.loads(RESULTS.read_text(encoding="utf-8"))
    if arguments.data == "draw":
        draw(known["data"]["recall"])
        return
    if arguments.data == "callback":
        known["callback"] = callback_cost()
        keep(known)
        return
    if arguments.data == "recall":
        measure(known, "recall", recall)
        return
    with tempfile.TemporaryDirectory() as cache:
        data = open_data(arguments.data, root=arguments.root, cache=Path(cache))
        measure(known, arguments.data, lambda cell, seed: recorded(data, cell, seed))


if __name__ == "__main__":
    main()
