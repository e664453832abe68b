"""How long a first-time user takes from a folder of key points to a stream for the phone.

    python benchmarks/own_data.py

Follows docs/guides/own_data.md to the letter: clones this repository, installs it into a new
virtual environment, writes a table, and types its two commands, `drnn compare` and `drnn export`.
The recordings are CSV files as MediaPipe's world landmarks are often saved (`x1,y1,z1,v1,...`),
made of the demo's skeletons, in metres, y pointing down, the origin between the hips; making them
is not counted. Needs git, and reaches the package index. Writes `benchmarks/results/own_data.json`.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from keras_drnn.skeletons import KINECT_V2, MEDIAPIPE_33, demo
from keras_drnn.skeletons.ntu import read_skeleton

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "results" / "own_data.json"
CAMERA = 2
# The others differ in the order of left and right alone.
ACTIONS = {n: name for n, name in enumerate(demo.ACTIONS, 1) if not name.startswith("raise")}

# What the Kinect does not have, and what it has near it; all of the face is at its head.
NEAREST = {"pinky": "hand", "index": "hand tip", "heel": "ankle", "foot index": "foot"}


def mediapipe(joints: np.ndarray) -> np.ndarray:
    """World landmarks `(frames, 33, 3)` of a Kinect's joints `(frames, 25, 3)`."""
    places = [KINECT_V2.joint_names.index(_kinect_name(name)) for name in MEDIAPIPE_33.joint_names]
    landmarks = joints[:, places]
    hips = joints[:, [KINECT_V2.left_hip, KINECT_V2.right_hip]].mean(axis=1, keepdims=True)
    return (landmarks - hips) * np.array([1, -1, -1])


def _kinect_name(name: str) -> str:
    side, _, part = name.partition(" ")
    if name in KINECT_V2.joint_names:
        return name
    return f"{side} {NEAREST[part]}" if part in NEAREST else "head"


def write_recordings(folder: Path, subjects: int, repetitions: int) -> list[dict[str, str]]:
    """Write a CSV file for each recording; returns the rows of the table."""
    skeletons = folder / "skeletons"
    demo.generate(skeletons, subjects=subjects, repetitions=repetitions)
    (folder / "recordings").mkdir()
    header = ["frame", *(f"{letter}{n}" for n in range(1, 34) for letter in "xyzv")]
    rows = []
    for path in sorted(skeletons.glob(f"*C{CAMERA:03}*.skeleton")):
        clip = read_skeleton(path)
        if clip.action not in ACTIONS:
            continue
        landmarks = mediapipe(clip.joints[:, 0])
        numbers = np.concatenate([landmarks, np.full((*landmarks.shape[:2], 1), 0.9)], axis=2)
        file = f"recordings/{path.stem}.csv"
        with open(folder / file, "w", newline="", encoding="utf-8") as text:
            writer = csv.writer(text)
            writer.writerow(header)
            for frame, (values, there) in enumerate(zip(numbers, clip.mask[:, 0], strict=True)):
                cells = [f"{value:.4f}" for value in values.ravel()] if there else [""] * 132
                writer.writerow([frame, *cells])
        rows.append({"file": file, "label": ACTIONS[clip.action], "subject": f"p{clip.subject}"})
    return rows


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description="From a table of recordings to a stream.")
    parser.add_argument("--subjects", type=int, default=10, help="people in the recordings")
    parser.add_argument("--repetitions", type=int, default=3, help="times each does an action")
    parser.add_argument("--python", default=sys.executable, help="for the virtual environment")
    arguments = parser.parse_args()
    done: list[dict] = []
    # What this process was told to use is not what the new environment is.
    told = ("PYTHONPATH", "KERAS_BACKEND", "MLFLOW_TRACKING_URI", "VIRTUAL_ENV")
    clean = {name: value for name, value in os.environ.items() if name not in told}

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        rows = write_recordings(folder, arguments.subjects, arguments.repetitions)
        with open(folder / "clips.csv", "w", newline="", encoding="utf-8") as text:
            writer = csv.DictWriter(text, ["file", "label", "subject"])
            writer.writeheader()
            writer.writerows(rows)

        def run(what: str, *command: str | Path, within: Path = folder) -> None:
            print("$", *command, flush=True)
            start = time.perf_counter()
            subprocess.run(command, cwd=within, check=True, env=clean)
            done.append({"what": what, "seconds": round(time.perf_counter() - start, 1)})

        clone, venv = folder / "keras_drnn", folder / "venv"
        subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
        run("python -m venv", arguments.python, "-m", "venv", venv)
        pip = [venv / "bin" / "pip", "install", "--quiet", ".[all]", "-c", "constraints.txt"]
        run("pip install '.[all]'", *pip, within=clone)
        drnn = venv / "bin" / "drnn"
        compare = ["compare", "--data", "clips.csv", "--models", "drnn"]
        run(f"drnn {' '.join(compare)}", drnn, *compare, "--json", "found.json")
        (model,) = folder.glob("drnn-runs/clips-*/runs/drnn-seed0/model.keras")
        export = ["export", model, "stream.tflite", "--streaming"]
        run("drnn export MODEL stream.tflite --streaming", drnn, *export)
        found = json.loads((folder / "found.json").read_text(encoding="utf-8"))
        (trained,) = found["models"]["drnn"]["runs"]
        content = {
            **found["environment"],
            "people": arguments.subjects,
            "classes": len(ACTIONS),
            "clips": found["data"]["clips"],
            "steps": found["settings"]["steps"],
            "done": done,
            "minutes_of_the_two_commands": round(sum(d["seconds"] for d in done[2:]) / 60, 2),
            "stream_kib": round((folder / "stream.tflite").stat().st_size / 1024, 1),
            "test/sequence_accuracy": trained["metrics"]["test/sequence_accuracy"],
        }
    RESULTS.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(content, indent=1))


if __name__ == "__main__":
    main()
