"""How fast NTU `.skeleton` files are read, and whether memory grows with their number.

    python benchmarks/reading.py

Writes random files of the size of real ones, reads them with `read_skeleton` and with a plain
line-by-line parser that converts all 12 columns of every joint, turn by turn in one process and on
one core, and compares the medians. Then scans folders of N and of 4 N files, each in a process of
its own, and compares their peak memory. Writes `benchmarks/results/reading.json`.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median

import numpy as np

from keras_drnn.skeletons.ntu import READER, read_skeleton
from keras_drnn.skeletons.scan import FolderScan

ROOT = Path(__file__).parents[1]
FILES = 20
ROUNDS = 15
SCANNED = 250


def write_files(folder: Path) -> list[Path]:
    """Write files of 40 to 120 frames, one in four with two people, with numbers as in NTU's."""
    rng = np.random.default_rng(0)
    paths = []
    for number in range(FILES):
        frames, bodies = int(rng.integers(40, 120)), 2 if number % 4 == 0 else 1
        lines = [str(frames)]
        for _ in range(frames):
            lines.append(str(bodies))
            for body in range(bodies):
                lines += [f"7205759403793110{body} 0 1 1 1 1 0 0.02764709 0.05745083 2", "25"]
                lines += [_joint(rng, joint) for joint in range(25)]
        path = folder / f"S001C001P001R001A{number + 1:03}.skeleton"
        path.write_text("\r\n".join([*lines, ""]), newline="")
        paths.append(path)
    return paths


def _joint(rng: np.random.Generator, joint: int) -> str:
    xyz = rng.normal([0, joint / 15 - 0.8, 3.5], 0.2)
    pixels = rng.uniform(0, 1900, 4)
    orientation = rng.normal(size=4)
    return " ".join(f"{value:.7g}" for value in (*xyz, *pixels, *orientation)) + " 2"


def read_plainly(path: Path) -> list[list[list[list[float]]]]:
    """Read a file line by line: joints by frame and body, all 12 columns converted."""
    with path.open() as file:
        frames = []
        for _ in range(int(file.readline())):
            bodies = []
            for _ in range(int(file.readline())):
                file.readline()
                joints = int(file.readline())
                bodies.append([[float(v) for v in file.readline().split()] for _ in range(joints)])
            frames.append(bodies)
    return frames


def _seconds(read: Callable[[Path], object], paths: Iterable[Path]) -> float:
    # Of the processor, not of the clock: what else the machine does at the time is left out.
    start = time.process_time()
    for path in paths:
        read(path)
    return time.process_time() - start


def compare_speed(paths: list[Path]) -> dict:
    """Read all files by both ways in turn, several rounds, and compare the medians."""
    for path in paths:  # both read the same, and the files are in the cache of the system
        plain = np.array([frame[0] for frame in read_plainly(path)], np.float32)[..., :3]
        clip = read_skeleton(path)
        assert any(np.array_equal(plain, clip.joints[:, b]) for b in range(clip.joints.shape[1]))
    plain_seconds, seconds = [], []
    for _ in range(ROUNDS):
        plain_seconds.append(_seconds(read_plainly, paths))
        seconds.append(_seconds(read_skeleton, paths))
    return {
        "files": len(paths),
        "mean_file_bytes": round(sum(path.stat().st_size for path in paths) / len(paths)),
        "rounds": ROUNDS,
        "plain_files_per_second": round(len(paths) / median(plain_seconds), 1),
        "files_per_second": round(len(paths) / median(seconds), 1),
        "times_as_fast": round(median(plain_seconds) / median(seconds), 2),
    }


def compare_memory(paths: list[Path], folder: Path) -> dict:
    """Peak memory of scanning N and 4 N files, each in a process of its own."""
    peaks = {}
    for files in (SCANNED, 4 * SCANNED):
        scanned = folder / f"scan{files}"
        scanned.mkdir()
        for number in range(files):
            name = f"S{number // 999 + 1:03}C001P001R001A{number % 999 + 1:03}.skeleton"
            (scanned / name).hardlink_to(paths[number % len(paths)])
        command = [sys.executable, __file__, "--scan", str(scanned)]
        answer = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        assert answer["clips"] == files
        peaks[files] = answer["peak_mib"]
    return {
        "files": list(peaks),
        "peak_mib": list(peaks.values()),
        "peak_ratio": round(peaks[4 * SCANNED] / peaks[SCANNED], 3),
    }


def scan(folder: Path) -> dict:
    """Scan a folder and say how much memory this process took at most."""
    import resource

    clips = sum(1 for _ in FolderScan(folder, READER))
    # Its memory would hide what the scan takes.
    assert "keras" not in sys.modules
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"clips": clips, "peak_mib": round(peak / 1024, 1)}


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        description="How fast NTU files are read, and how much memory a scan takes."
    )
    parser.add_argument("--scan", type=Path, metavar="FOLDER", help="only scan this folder")
    folder = parser.parse_args().scan
    if folder:
        print(json.dumps(scan(folder)))
        return
    with tempfile.TemporaryDirectory() as temporary:
        paths = write_files(Path(temporary))
        found = {
            "machine": {
                "processor": _processor(),
                "cores": os.cpu_count(),
                "system": platform.platform(),
            },
            "versions": {"python": platform.python_version(), "numpy": np.__version__},
            "speed": compare_speed(paths),
            "memory": compare_memory(paths, Path(temporary)),
        }
    results = ROOT / "benchmarks" / "results" / "reading.json"
    results.parent.mkdir(exist_ok=True)
    results.write_text(json.dumps(found, indent=2) + "\n")
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
