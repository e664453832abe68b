"""How large are animations, and how long does it take to make them?

    python benchmarks/animation.py

Two people of 25 joints who move all the time, 60 classes, a D-RNN of five groups; made as an HTML
page, MP4 and GIF, with the imports that each takes. The rival of the films is
Matplotlib, which draws the same skeletons alone, without probabilities and ticks, and clears its
axes for each frame. Writes `results/animation.json`.
"""

import json
import tempfile
import time
from pathlib import Path

import numpy as np

from keras_drnn.animation import animation_html, write_film
from keras_drnn.skeletons import KINECT_V2, Clip
from keras_drnn.system.environment import machine, versions

RESULT = Path(__file__).parent / "results/animation.json"
FRAMES, CLASSES, DELAYS = (300, 3000), 60, (1, 3, 9, 27, 81)
RIVAL_FRAMES = 30


def make_clip(frames: int, rng: np.random.Generator) -> Clip:
    pose = rng.uniform(-0.8, 0.8, (1, 2, 25, 3))
    way = rng.normal(0, 0.02, (frames, 2, 25, 3)).cumsum(axis=0)
    joints = (pose + way + 3).astype("float32")
    return Clip(joints, np.ones((frames, 2), bool), 1, 1, 1, f"{frames} frames")


def make_probabilities(frames: int, rng: np.random.Generator) -> np.ndarray:
    scores = np.exp(rng.normal(0, 0.3, (frames, CLASSES)).cumsum(axis=0))
    return scores / scores.sum(axis=1, keepdims=True)


def matplotlib_seconds(clip: Clip) -> float:
    """Seconds a frame of the rival."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.6, 5.4), dpi=100)
    canvas, axes = FigureCanvasAgg(figure), figure.subplots()
    begin = time.perf_counter()
    for joints in clip.joints[:RIVAL_FRAMES]:
        axes.clear()
        for body in joints:
            for near, far in KINECT_V2.bones:
                axes.plot(body[[near, far], 0], body[[near, far], 1])
            axes.plot(body[:, 0], body[:, 1], ".")
        canvas.draw()
    return (time.perf_counter() - begin) / RIVAL_FRAMES


def main() -> None:
    rng = np.random.default_rng(0)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for frames in FRAMES:
            clip = make_clip(frames, rng)
            about = {
                "names": [f"class {number}" for number in range(CLASSES)],
                "label": "class 7",
                "probabilities": make_probabilities(frames, rng),
                "delays": DELAYS,
            }
            row: dict = {"frames": frames}
            for kind in ("html", "mp4", "gif") if frames == FRAMES[0] else ("html",):
                path = Path(folder, f"clip.{kind}")
                begin = time.perf_counter()
                if kind == "html":
                    path.write_text(animation_html(clip, KINECT_V2, **about), encoding="utf-8")
                else:
                    write_film(path, clip, KINECT_V2, **about)
                seconds = time.perf_counter() - begin
                row[kind] = {"seconds": round(seconds, 2), "bytes": path.stat().st_size}
                print(frames, kind, row[kind], flush=True)
            rows.append(row)
    rival = round(matplotlib_seconds(make_clip(RIVAL_FRAMES, rng)), 4)
    print("matplotlib, seconds a frame:", rival)
    found = {"animations": rows, "matplotlib_seconds_per_frame": rival}
    about_here = {
        "machine": machine(),
        "versions": versions(["numpy", "jinja2", "pillow", "imageio-ffmpeg", "matplotlib"]),
    }
    RESULT.write_text(json.dumps(found | about_here, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
