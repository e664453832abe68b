"""What number formats cost trained models in accuracy.

    drnn compare --data nucla --root all_sqe --preset stream --models drnn --seeds 3
    python benchmarks/quantised.py all_sqe drnn-runs/nucla-cross-view-stream-*/runs/drnn-seed*

Each run on N-UCLA is exported as a stream in every form; int8 measures its ranges
on training clips. Sequence accuracy on the validation clips, on all test clips, and on those that
are no copies of a training clip; and the share of test clips for which the file decides as Keras
does, which scatters less than the accuracy. Writes `benchmarks/results/quantised.json`.
"""

import argparse
import json
import os
import tempfile
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np

from keras_drnn.experiments.data import Data, open_data
from keras_drnn.export import export_streaming
from keras_drnn.export.check import of_keras
from keras_drnn.export.quantize import FORMS
from keras_drnn.system.environment import machine, versions
from keras_drnn_runtime import StreamingClassifier

RESULT = Path(__file__).parent / "results" / "quantised.json"
REPRESENTATIVE_CLIPS = 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", type=Path, help="folder of N-UCLA's .json files")
    parser.add_argument("runs", type=Path, nargs="+", help="run folders, with a model.keras each")
    arguments = parser.parse_args()
    found: dict = {
        "machine": machine(),
        "versions": versions(("keras", "ai-edge-litert")),
        "representative_clips": REPRESENTATIVE_CLIPS,
        "runs": {},
    }
    with tempfile.TemporaryDirectory() as folder:
        data = open_data("nucla", root=arguments.root, protocol="cross-view", cache=Path(folder))
        found["clips"] = {
            "validation": len(data.split.validation),
            "test": len(data.split.test),
            "clean": int(data.subsets["clean"].sum()),
        }
        for run in arguments.runs:
            model = keras.saving.load_model(run / "model.keras", compile=False)
            found["runs"][run.name] = _forms(model, data, Path(folder) / "stream.tflite")
    found["points_lost"] = _points_lost(found["runs"])
    RESULT.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(RESULT)


def _forms(model, data: Data, path: Path) -> dict:
    parts = data.split
    sides = {"validation": parts.validation, "test": parts.test}
    before = {name: _decisions(of_keras(model), data, side) for name, side in sides.items()}
    found = {"keras": _accuracies(before, before, data)}
    every = -(-len(parts.train) // REPRESENTATIVE_CLIPS)
    representative = [data.clips[int(index)].joints for index in parts.train[::every]]
    for form in FORMS:
        report = export_streaming(model, path, form=form, representative=representative)
        predict = StreamingClassifier(path).predict
        after = {name: _decisions(predict, data, side) for name, side in sides.items()}
        found[form] = {"bytes": report.bytes, **_accuracies(after, before, data)}
        print(form, found[form])
    return found


def _decisions(score, data: Data, side: np.ndarray) -> np.ndarray:
    """The class with the largest sum of log-probabilities over the frames with somebody."""
    decided = []
    for index in side:
        clip = data.clips[int(index)].joints
        logits = score(clip)[clip.any(axis=(1, 2, 3))].astype("float64")
        logits -= logits.max(axis=-1, keepdims=True)
        log_probabilities = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
        decided.append(log_probabilities.sum(axis=0).argmax())
    return np.array(decided)


def _accuracies(after: dict, before: dict, data: Data) -> dict[str, float]:
    parts = data.split
    right = after["test"] == parts.labels[parts.test]
    return {
        "validation": float((after["validation"] == parts.labels[parts.validation]).mean()),
        "test": float(right.mean()),
        "clean": float(right[data.subsets["clean"]].mean()),
        "decided_as_keras": float((after["test"] == before["test"]).mean()),
    }


def _points_lost(runs: dict) -> dict:
    """Percentage points that each form loses, the mean over the runs and the worst of them."""
    found: dict = {}
    for form in FORMS:
        for side in ("validation", "test", "clean"):
            lost = [100 * (each["keras"][side] - each[form][side]) for each in runs.values()]
            found.setdefault(form, {})[side] = {
                "mean": round(float(np.mean(lost)), 3),
                "worst": round(max(lost), 3),
            }
    return found


if __name__ == "__main__":
    main()
