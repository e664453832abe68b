"""What a frame costs in a browser, on LiteRT.js, by the page of examples/web.

    npm ci --prefix examples/web
    python benchmarks/browser.py

D-RNN and LSTM of the same units as streams of the raw joints of two people, features and all, with
a head of 60 classes, without a window in Debian's Chromium, on one thread. The contestants take
turns. A frame begins as an array in JavaScript, and its scores end as one; a round's slowest
twentieth is left out. Writes `benchmarks/results/browser.json`.
"""

import argparse
import json
import os
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np

from keras_drnn.data_sets import BEST, for_streams
from keras_drnn.experiments.models import build_model
from keras_drnn.export import export_streaming
from keras_drnn.skeletons.layouts import KINECT_V2
from keras_drnn.system.environment import machine, versions

PATH = Path(__file__).parent / "results/browser.json"
PAGE = Path(__file__).parents[1] / "examples/web"
CLASSES, UNITS, DELAYS = 60, 150, (1, 3, 9, 27, 81)
FRAMES = 10 * DELAYS[-1]  # whole periods of the schedule
CONTESTANTS = {
    "D-RNN, skipping": ("drnn", True),
    "D-RNN": ("drnn", False),
    "SimpleRNN": ("rnn", False),
    "LSTM": ("lstm", False),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        files = {name: Path(folder, f"{name}.tflite") for name in CONTESTANTS}
        export(files)
        found = measure(files, folder, rounds)
    PATH.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(found["microseconds_a_frame"]))


def export(files: dict[str, Path]) -> None:
    """Write a file for each contestant, of the preset `stream`, untrained."""
    for name, (cell, skipping) in CONTESTANTS.items():
        keras.utils.set_random_seed(0)
        recipe = replace(for_streams(BEST), cell=cell, units=UNITS, delays=DELAYS)
        model = build_model(recipe, layout=KINECT_V2, bodies=2, classes=CLASSES)
        export_streaming(model, files[name], skipping=skipping)


def measure(files: dict[str, Path], folder: str, rounds: int) -> dict:
    """Play them in the browser: the median of the rounds' means."""
    page = Path(folder, "page")
    _node("build.js", page, Path(folder, "no-demo"))
    said = json.loads(_node("browser/measure.js", page, FRAMES, rounds, *files.values()))
    times = {
        name: round(float(np.median(said["microseconds"][str(path)])), 1)
        for name, path in files.items()
    }
    return {
        "machine": machine(),
        "versions": {
            "chromium": said["chromium"],
            **json.loads((PAGE / "package.json").read_text("utf-8"))["dependencies"],
            **versions(("keras", "ai-edge-litert")),
        },
        "units": UNITS,
        "classes": CLASSES,
        "delays": DELAYS,
        "frames": FRAMES,
        "rounds": rounds,
        "microseconds_a_frame": times,
        "ratios": {name: round(each / times["LSTM"], 3) for name, each in times.items()},
    }


def _node(script: str, *arguments) -> str:
    command = ["node", str(PAGE / script), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    main()
