"""How fast and how small exported models are beside their rivals, on the runtime of a phone.

    python benchmarks/on_device.py                 # everything
    python benchmarks/on_device.py --units 150 --rounds 5

D-RNN, SimpleRNN, GRU and LSTM of the same units, with the same head of 60 classes, exported the
same way; one thread, XNNPACK as shipped. Without features, and as streams of raw joints with the
features of two people in the model. The contestants take turns, so that what else the machine does
meets all of them alike. Writes `benchmarks/results/on_device.json` and a picture beside it.
"""

import argparse
import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import perf_counter

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np

from keras_drnn import DelayedRNN
from keras_drnn.experiments.models import build_model
from keras_drnn.experiments.recipes import Recipe
from keras_drnn.export import export_litert, export_streaming
from keras_drnn.skeletons.layouts import KINECT_V2
from keras_drnn.system.environment import machine, versions
from keras_drnn_runtime import LiteRTModel, StreamingClassifier

RESULTS = Path(__file__).parent / "results"
CLASSES, DELAYS = 60, (1, 3, 9, 27, 81)
FEATURES = 312  # what the features make of two people with 25 joints: places, movement, paths
STEPS = 10 * DELAYS[-1]  # whole periods of the schedule
CLIPS = (100, 300)
RIVAL = "LSTM"


CELLS = {"D-RNN": "drnn", "SimpleRNN": "rnn", "GRU": "gru", "LSTM": "lstm"}


def of_features(name: str, units: int) -> keras.Model:
    """A contestant that reads what the features would have made."""
    settings = {"units": units, "return_sequences": True}
    makers = {
        "D-RNN": lambda: DelayedRNN(delays=DELAYS, **settings),
        "SimpleRNN": lambda: keras.layers.SimpleRNN(**settings),
        "GRU": lambda: keras.layers.GRU(**settings),
        "LSTM": lambda: keras.layers.LSTM(**settings),
    }
    inputs = keras.Input((None, FEATURES))
    return keras.Model(inputs, keras.layers.Dense(CLASSES)(makers[name]()(inputs)))


def of_joints(name: str, units: int) -> keras.Model:
    """A contestant that reads raw joints of two people, and can be left running."""
    recipe = Recipe(CELLS[name], units=units, delays=DELAYS, motion=True, align=True)
    recipe = replace(recipe, memory=20, limit=10.0)
    return build_model(recipe, layout=KINECT_V2, bodies=2, classes=CLASSES)


def main() -> None:
    arguments = _arguments()
    found = {
        "machine": machine(),
        "versions": versions(("keras", "numpy", "ai-edge-litert")),
        "features": FEATURES,
        "classes": CLASSES,
        "delays": DELAYS,
        "rounds": arguments.rounds,
        "units": {},
        "raw_joints": {},
    }
    for units in arguments.units:
        found["units"][str(units)] = _measure(of_features, units, CLIPS, arguments.rounds)
        found["raw_joints"][str(units)] = _measure(of_joints, units, (), arguments.rounds)
        # After each size, so that an interruption costs one of them only.
        RESULTS.mkdir(exist_ok=True)
        path = RESULTS / "on_device.json"
        path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    _picture(found, path.with_suffix(".png"))
    print(path)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--units", type=int, nargs="+", default=[150, 600])
    parser.add_argument("--rounds", type=int, default=15)
    return parser.parse_args()


def _measure(make: Callable, units: int, clips: tuple[int, ...], rounds: int) -> dict:
    """Every contestant: size, memory, and latency as a share of the LSTM's."""
    files, runs = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        for name in CELLS:
            keras.utils.set_random_seed(0)
            model = make(name, units)
            ways = {"": False, ", skipping": True} if name == "D-RNN" else {"": False}
            for way, skipping in ways.items():
                stream = Path(folder) / f"{name}{way}-stream.tflite"
                files[f"{name}{way}"] = _facts(export_streaming(model, stream, skipping=skipping))
                runs[f"{name}{way}"] = _stream(stream)
            clip = Path(folder) / f"{name}.tflite"
            if clips:
                files[f"{name}, clips"] = _facts(export_litert(model, clip))
            for frames in clips:
                runs[f"{name}, clip of {frames}"] = _clip(clip, frames)
        times = _take_turns(runs, rounds)
    return {"files": files, "microseconds": times, "ratios": _ratios(files, times)}


def _facts(report) -> dict:
    kept = ("bytes", "arena_bytes", "multiply_adds", "multiply_adds_worst", "largest_difference")
    return {key: report.as_dict()[key] for key in kept}


def _stream(path: Path) -> Callable[[], list[float]]:
    """Times of the frames of some whole periods; what the caller copies is left out."""
    classifier = StreamingClassifier(path)
    classifier.predict(np.ones((2, *classifier.frame_shape)))
    calls = _schedule(classifier)

    def run() -> list[float]:
        times = []
        for call in calls:
            begin = perf_counter()
            call.invoke()
            times.append(perf_counter() - begin)
        return times

    return run


def _schedule(classifier: StreamingClassifier) -> list:
    """The signature that the runtime runs at each step."""
    signatures, chosen = classifier.signatures, []
    for step in range(STEPS):
        word = "".join(str(int(step % delay == 0)) for delay in DELAYS)
        chosen.append(signatures.get(f"step_{word}", signatures["step"]))
    return chosen


def _clip(path: Path, frames: int) -> Callable[[], list[float]]:
    model = LiteRTModel(path)
    clip = np.random.default_rng(0).normal(size=(frames, FEATURES)).astype("float32")
    model.predict(clip)

    def run() -> list[float]:
        times = []
        for _ in range(5):
            begin = perf_counter()
            model.predict(clip)
            times.append(perf_counter() - begin)
        return times

    return run


def _take_turns(runs: dict, rounds: int) -> dict:
    """Mean, median and 95th percentile in microseconds: each the median over the rounds."""
    for run in runs.values():
        run()
    found: dict[str, list] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            times = 1e6 * np.array(run())
            found[name].append([times.mean(), np.median(times), np.percentile(times, 95)])
    keys = ("mean", "median", "p95")
    return {
        name: dict(zip(keys, np.median(each, axis=0).round(3).tolist(), strict=True))
        for name, each in found.items()
    }


def _ratios(files: dict, times: dict) -> dict:
    """Everything as a share of what the LSTM takes."""
    found = {}
    for name, facts in files.items():
        rival = files[f"{RIVAL}, clips" if name.endswith("clips") else RIVAL]
        found[f"{name}: bytes"] = round(facts["bytes"] / rival["bytes"], 4)
    for name, each in times.items():
        rival = times[RIVAL + name[name.index(", clip") :] if ", clip" in name else RIVAL]
        found[f"{name}: mean latency"] = round(each["mean"] / rival["mean"], 4)
    return found


def _picture(found: dict, path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(1, len(found["units"]), figsize=(6 * len(found["units"]), 3.5))
    for axis, (units, measured) in zip(np.atleast_1d(axes), found["units"].items(), strict=True):
        streams = {k: v for k, v in measured["microseconds"].items() if ", clip" not in k}
        bars = axis.barh(list(streams), [each["mean"] for each in streams.values()])
        axis.bar_label(bars, fmt="%.1f", padding=3)
        axis.invert_yaxis()
        axis.set(xlabel="microseconds for a frame, one thread", title=f"{units} units, streaming")
        axis.margins(x=0.15)
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)


if __name__ == "__main__":
    main()
