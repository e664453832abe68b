"""How fast recordings are read in each format, and whether memory grows with their number.

    python benchmarks/recording_formats.py

Writes one clip in every format, 60 frames of one person with as many joints as the format has, and
reads it with `read_recordings`, turn by turn with `numpy.load` of the same clip as `.npy`; compares
the medians. Then reads N and 4 N files of all formats, each in a process of its own, and compares
their peak memory. Writes `benchmarks/results/recording_formats.json`.
"""

import argparse
import json
import os
import pickle
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

from keras_drnn.recordings.read import read_recordings

ROOT = Path(__file__).parents[1]
FRAMES = 60
ROUNDS = 25
FILES = 200


def write_files(folder: Path) -> dict[str, tuple[Path, Path]]:
    """Write a clip in every format: the name of each, its file, and the clip as `.npy`."""
    rng = np.random.default_rng(0)
    files = {}

    def add(name: str, joints: np.ndarray, file: str, content: str | bytes | None = None) -> None:
        plain = folder / f"{name} plain.npy".replace("/", "")
        np.save(plain, joints)
        path = folder / file
        if content is not None:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        files[name] = (path, plain)

    def joints(number: int, numbers: int = 3) -> np.ndarray:
        return rng.uniform(0.1, 1.0, (FRAMES, number, numbers)).astype("float32")

    def lines(array: np.ndarray, separator: str = ",") -> str:
        return "\n".join(separator.join(f"{x:.6f}" for x in row) for row in array.tolist())

    mediapipe = joints(33, 4)
    keys = ("x", "y", "z", "visibility")
    add(".npy", mediapipe, "clip.npy")
    np.save(folder / "clip.npy", mediapipe)
    add(".npz", mediapipe, "clip.npz")
    np.savez_compressed(folder / "clip.npz", joints=mediapipe)
    add("text of numbers", mediapipe, "clip.txt", lines(mediapipe.reshape(FRAMES, -1), " "))
    header = ",".join(f"{letter}{joint}" for joint in range(33) for letter in "xyzv")
    wide = f"{header}\n{lines(mediapipe.reshape(FRAMES, -1))}"
    add("MediaPipe CSV, a line a frame", mediapipe, "wide.csv", wide)
    rows = mediapipe.reshape(-1, 4)
    long = "".join(f"{i // 33},{i % 33},{lines(row[None])}\n" for i, row in enumerate(rows))
    long = "frame,landmark,x,y,z,visibility\n" + long
    add("MediaPipe CSV, a line a joint", mediapipe, "long.csv", long)
    frames = [[dict(zip(keys, p, strict=True)) for p in f] for f in mediapipe.tolist()]
    add("MediaPipe JSON", mediapipe, "landmarks.json", json.dumps(frames))
    add("JSON arrays", mediapipe, "arrays.json", json.dumps(mediapipe.tolist()))

    openpose = joints(25)
    clip = folder / "openpose"
    clip.mkdir()
    for t, frame in enumerate(openpose):
        content = {"people": [{"pose_keypoints_2d": frame.ravel().tolist()}]}
        (clip / f"clip_{t:012}_keypoints.json").write_text(json.dumps(content))
    add("OpenPose folder", openpose, "openpose")
    kinetics = joints(18)
    data = [
        {
            "frame_index": t,
            "skeleton": [{"pose": f[:, :2].ravel().tolist(), "score": f[:, 2].tolist()}],
        }
        for t, f in enumerate(kinetics, start=1)
    ]
    add("Kinetics-skeleton", kinetics, "kinetics.json", json.dumps({"data": data}))
    coco = joints(17)
    people = [{"image_id": t, "keypoints": f.ravel().tolist()} for t, f in enumerate(coco)]
    add("COCO results", coco, "coco.json", json.dumps(people))
    annotation = {"keypoint": coco[None, ..., :2], "keypoint_score": coco[None, ..., 2]}
    add("pyskl", coco, "clip.pkl", pickle.dumps(annotation))
    sensors = rng.normal(size=(FRAMES, 6))
    series = ":".join(lines(channel[None]) for channel in sensors.T)
    add("UEA .ts", sensors, "clip.ts", f"@classLabel true a\n@data\n{series}:a")
    return files


def compare_speed(files: dict[str, tuple[Path, Path]]) -> list[dict]:
    """Clips a second of each format, and how many times the time of `numpy.load` that is."""
    found = []
    for name, (path, plain) in files.items():
        read_recordings(path)  # imports are not what is measured
        seconds, plain_seconds = [], []
        for _ in range(ROUNDS):
            plain_seconds.append(_seconds(np.load, plain))
            seconds.append(_seconds(read_recordings, path))
        found.append(
            {
                "format": name,
                "clips_per_second": round(1 / median(seconds), 1),
                "numpy_load_per_second": round(1 / median(plain_seconds), 1),
                "times_numpy_load": round(median(seconds) / median(plain_seconds), 1),
            }
        )
    return found


def _seconds(read: Callable[[Path], object], path: Path) -> float:
    start = time.perf_counter()
    read(path)
    return time.perf_counter() - start


def compare_memory(folder: Path) -> dict:
    """Peak memory of reading N and 4 N files, each in a process of its own."""
    peaks = []
    for files in (FILES, 4 * FILES):
        command = [sys.executable, __file__, "--read", str(folder), "--files", str(files)]
        peaks.append(float(subprocess.run(command, check=True, capture_output=True).stdout))
    return {
        "files": [FILES, 4 * FILES],
        "peak_mib": peaks,
        "peak_ratio": round(peaks[1] / peaks[0], 3),
    }


def read_all(folder: Path, files: int) -> float:
    """Read files of all formats in turn, and say how much memory this process took at most."""
    import resource

    paths = [path for path in sorted(folder.iterdir()) if "plain" not in path.name]
    for number in range(files):
        read_recordings(paths[number % len(paths)])
    # Its memory would hide what the reading takes.
    assert "keras" not in sys.modules
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description="How fast recordings are read in each format.")
    parser.add_argument("--read", type=Path, metavar="FOLDER", help="only read this folder")
    parser.add_argument("--files", type=int, default=FILES, help="how many of its files")
    arguments = parser.parse_args()
    if arguments.read:
        print(read_all(arguments.read, arguments.files))
        return
    with tempfile.TemporaryDirectory() as temporary:
        files = write_files(Path(temporary))
        found = {
            "machine": {
                "processor": _processor(),
                "cores": os.cpu_count(),
                "system": platform.platform(),
            },
            "versions": {"python": platform.python_version(), "numpy": np.__version__},
            "frames": FRAMES,
            "rounds": ROUNDS,
            "speed": compare_speed(files),
            "memory": compare_memory(Path(temporary)),
        }
    results = ROOT / "benchmarks" / "results" / "recording_formats.json"
    results.parent.mkdir(exist_ok=True)
    results.write_text(json.dumps(found, indent=2) + "\n")
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
