"""How fast the layer is beside its rivals, on every backend that is installed.

    python benchmarks/speed                  # one dimension at a time
    python benchmarks/speed --grid quick     # 100 and 300 steps alone, some minutes
    python benchmarks/speed --grid lengths   # of sequences alone, in small and large batches
    python benchmarks/speed --grid full      # every combination
    python benchmarks/speed --backends jax --seconds 2

One process per backend; in it the contestants take turns, so that what else the machine does meets
all of them alike. Memory is measured in processes of its own: five for each layer where it is what
the system counts, one where the backend counts. Writes `benchmarks/results/speed_<device>.json` (of
another grid with its name) and a picture beside it.
"""

import argparse
import importlib.util
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from keras_drnn.system.environment import machine, versions

HERE = Path(__file__).parent
RESULTS = HERE.parent / "results"
BACKENDS = ("jax", "torch", "tensorflow")
PACKAGES = ("keras", "numpy", "jax", "torch", "tensorflow", "tensorflow-cpu")
MEMORY_RUNS = 5  # a process' peak differs from one to the next; what a backend counts does not


def main() -> None:
    arguments = _arguments()
    content = {
        "machine": machine(),
        "versions": versions(PACKAGES),
        "grid": arguments.grid,
        "backends": {},
    }
    for backend in arguments.backends.split(","):
        if importlib.util.find_spec(backend) is None:
            print(f"{backend} is not installed: left out", file=sys.stderr)
            continue
        options = ["--seconds", str(arguments.seconds), "--grid", arguments.grid]
        found = _lines(backend, "time", *options)
        of_backend = content["backends"][backend] = next(found) | {"settings": []}
        for row in found:
            of_backend["settings"].append(row)
            _write(content, of_backend["device"])
        of_backend["peak_memory_bytes"] = _memory(backend, of_backend["device"])
        path = _write(content, of_backend["device"])
        _picture(content, path.with_suffix(".png"))
        print(path)


def _write(content: dict, device: str) -> Path:
    """Write what there is, after each setting: an interruption costs the one it meets."""
    RESULTS.mkdir(exist_ok=True)
    grid = "" if content["grid"] == "star" else f"_{content['grid']}"
    path = RESULTS / f"speed_{device}{grid}.json"
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return path


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--backends", default=",".join(BACKENDS))
    parser.add_argument("--grid", choices=("quick", "star", "lengths", "full"), default="star")
    parser.add_argument(
        "--seconds", type=float, default=8.0, help="time for each setting, compilation excluded"
    )
    return parser.parse_args()


def _memory(backend: str, device: str) -> dict[str, int]:
    """Bytes of each contestant's train step, the middle one of several processes'."""
    runs = MEMORY_RUNS if device == "cpu" and backend != "jax" else 1
    contestants = _measured_for_memory(backend)

    def measured(name: str) -> int:
        return _middle([next(_lines(backend, "memory", name))["bytes"] for _ in range(runs)])

    # Nothing here is timed; where a process' own peak counts, two at once could change it.
    with ThreadPoolExecutor(1 if runs > 1 else len(contestants)) as pool:
        return dict(zip(contestants, pool.map(measured, contestants), strict=True))


def _measured_for_memory(backend: str) -> tuple[str, ...]:
    # Keras' own gated layers take minutes for it on torch.
    module = "torch.nn." if backend == "torch" else ""
    return "DelayedRNN", "SimpleRNN", f"{module}GRU", f"{module}LSTM"


def _middle(values: list[int]) -> int:
    return sorted(values)[len(values) // 2]


def _lines(backend: str, *arguments: str):
    """What a process of its own finds, as soon as it prints it."""
    with subprocess.Popen(
        [sys.executable, HERE / "measure.py", *arguments],
        env=os.environ
        | {
            "KERAS_BACKEND": backend,
            "TF_CPP_MIN_LOG_LEVEL": "3",
            # JAX would take three quarters of a GPU at once, and leave none for the next process.
            "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
        },
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        for line in process.stdout or ():
            if line.startswith("{"):  # what else a backend prints is not for us
                yield json.loads(line)
    if process.returncode:
        sys.exit(f"{' '.join(arguments)} on {backend} ended with exit status {process.returncode}")


def _picture(content: dict, path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    backends = content["backends"]
    figure, axes = plt.subplots(1, len(backends), figsize=(5 * len(backends), 5), squeeze=False)
    for axis, (backend, of_backend) in zip(axes[0], backends.items(), strict=True):
        rows = [
            row
            for row in of_backend["settings"]
            if (row["batch"], row["units"], row["groups"]) == (60, 150, 5)
        ]
        rows.sort(key=lambda row: row["steps"])
        for contestant in of_backend["contestants"]:
            timed = [row for row in rows if contestant in row["train"]]
            axis.plot(
                [row["steps"] for row in timed],
                [row["train"][contestant]["median"] for row in timed],
                marker="o",
                label=contestant,
            )
        axis.set(xscale="log", yscale="log", title=f"{backend}, {of_backend['device']}")
        axis.set(xlabel="steps of a sequence", ylabel="train step, ms (batch 60, 150 units)")
        lengths = [row["steps"] for row in rows]
        axis.set_xticks(lengths, [str(length) for length in lengths])
        axis.set_xticks([], minor=True)
        axis.legend(fontsize="small", ncols=2, loc="upper center", bbox_to_anchor=(0.5, -0.15))
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)


if __name__ == "__main__":
    main()
