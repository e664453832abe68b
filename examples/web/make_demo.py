"""Makes a model and a clip for the page, from synthetic data, in some minutes.

    python examples/web/make_demo.py

The data say nothing about people. The clip strings test clips of one performer together, as a
camera that is left running would see them.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from keras_drnn.skeletons.ntu import read_skeleton
from keras_drnn_runtime import read_metadata

FOLDER = Path(__file__).parent / "demo"
FRAME_RATE = 30
STEPS = 300
PERFORMER = 2  # who has been trained on, seen by a camera that has not
CAMERA = 1
ACTIONS = (1, 4, 6, 2, 5, 3)
ABOUT = "The clip is synthetic: made by a program, for trying the page."


def write_clip(clips: Path, labels: Sequence[str], path: Path) -> None:
    """String clips of a folder together, as JSON for the page."""
    frames, segments = [], []
    for action in ACTIONS:
        name = f"*C{CAMERA:03}P{PERFORMER:03}R001A{action:03}.skeleton"
        clip = read_skeleton(next(clips.glob(name)))
        begin = len(frames)
        frames += np.round(clip.joints.astype("float64"), 3).tolist()
        segments.append({"label": labels[action - 1], "begin": begin, "end": len(frames)})
    said = {"about": ABOUT, "frame_rate": FRAME_RATE, "segments": segments, "frames": frames}
    path.write_text(json.dumps(said, separators=(",", ":")), encoding="utf-8")


def main(folder: Path = FOLDER, steps: int = STEPS) -> None:
    with tempfile.TemporaryDirectory() as work:

        def drnn(*arguments: str) -> None:
            subprocess.run([sys.executable, "-m", "keras_drnn", *arguments], cwd=work, check=True)

        drnn("data", "demo", "clips", "--subjects", "6", "--repetitions", "2")
        drnn("train", "drnn", "--preset", "stream", "--root", "clips", "--steps", str(steps))
        model = next(Path(work).glob("drnn-runs/*/runs/drnn-seed0/model.keras"))
        folder.mkdir(exist_ok=True)
        stream = folder.resolve() / "stream.tflite"
        drnn("export", str(model), str(stream), "--streaming")
        write_clip(Path(work, "clips"), read_metadata(stream)["labels"], folder / "clip.json")
    print(f"{folder} is there; `npm run build` takes it into the page")


if __name__ == "__main__":
    main()
