"""What the examples find, over three seeds: the figures of `docs/examples.md`.

    KERAS_BACKEND=jax python benchmarks/examples.py one_to_many forecasting ...

Runs `main` of each example that is named, writes `results/examples.json`, and leaves the results
of the others there as they are. Time is that of the processor, the pictures not included.
"""

import json
import runpy
import sys
import time
from pathlib import Path

import keras
import numpy as np

from keras_drnn.system.environment import machine, versions

FOLDER = Path(__file__).parents[1] / "examples"
RESULTS = Path(__file__).parent / "results" / "examples.json"
SEEDS = (1, 2, 3)


def measure(name: str) -> dict:
    """Mean, standard deviation and values of every number that the example finds."""
    begin = time.process_time()
    main = runpy.run_path(str(FOLDER / f"{name}.py"))["main"]
    runs = [main(seed=seed) for seed in SEEDS]
    found = {}
    for key in runs[0]:
        values = [run[key] for run in runs]
        found[key] = {"mean": np.mean(values), "std": np.std(values), "values": values}
    seconds = (time.process_time() - begin) / len(SEEDS)
    return {"processor_seconds_a_run": round(seconds, 1), "found": found}


def main(names: list[str]) -> None:
    for name in names:
        result = {
            "machine": machine(),
            "versions": versions(("keras", "numpy", keras.backend.backend())),
            "backend": keras.backend.backend(),
            **measure(name),
        }
        known = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
        text = json.dumps(dict(sorted({**known, name: result}.items())), indent=1)
        RESULTS.write_text(text + "\n", "utf-8")
        print(name, json.dumps(result["found"]))


if __name__ == "__main__":
    main(sys.argv[1:])
