"""How long a report takes that is made of 4 models and 3 seeds, and how large it is.

    python benchmarks/report.py

Trains a D-RNN in one direction and in two, a SimpleRNN and an LSTM on a few synthetic clips for a
few batches, takes each training for those of three seeds, for neither time nor size depend on what
was learnt, and gives `drnn report` as its user does, in a process of its own, three times. Writes
the median and the size to `benchmarks/results/report.json`.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from keras_drnn.system.environment import environment

ROOT = Path(__file__).parents[1]
MODELS = "drnn,bidrnn,rnn,lstm"
SEEDS = 3
ROUNDS = 3


def drnn(folder: Path, *arguments: str) -> None:
    """Run the command in a folder."""
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "keras_drnn", *arguments]
    subprocess.run(command, cwd=folder, env=os.environ | {"PYTHONPATH": path}, check=True)


def compared(folder: Path) -> Path:
    """The folder of a comparison of 4 models and 3 seeds."""
    drnn(folder, "data", "demo", "clips", "--subjects", "4", "--repetitions", "2")
    drnn(folder, "compare", "--root", "clips", "--models", MODELS, "--steps", "40")
    (made,) = folder.glob("drnn-runs/demo-*")
    for run in list((made / "runs").iterdir()):
        for seed in range(1, SEEDS):
            copy = run.with_name(run.name.replace("-seed0", f"-seed{seed}"))
            shutil.copytree(run, copy, dirs_exist_ok=True)
            about = json.loads((copy / "run.json").read_text("utf-8"))
            (copy / "run.json").write_text(json.dumps(about | {"seed": seed}), "utf-8")
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks/results/report.json")
    parser.add_argument("--folder", type=Path, help="where it is trained, or was before")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = (arguments.folder or Path(scratch)).resolve()
        made = next(folder.glob("drnn-runs/demo-*"), None) or compared(folder)
        seconds = []
        for _ in range(ROUNDS):
            begin = time.perf_counter()
            drnn(folder, "report", str(made), "--out", "report.html")
            seconds.append(time.perf_counter() - begin)
        size = (folder / "report.html").stat().st_size
    found = {
        "models": MODELS.split(","),
        "seeds": SEEDS,
        "seconds": round(median(seconds), 1),
        "mebibytes": round(size / 2**20, 2),
        "backend": os.environ.get("KERAS_BACKEND", "jax"),
        "environment": environment(),
    }
    arguments.out.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
