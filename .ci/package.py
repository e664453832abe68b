"""Builds what a release uploads, and installs it where nothing else is.

    python .ci/package.py FOLDER [--release]

FOLDER gets the source distributions and wheels of keras-drnn and keras-drnn-runtime. With --release
it says, too, what is left to do before they may be uploaded. It needs uv and twine, and what is
built has to be committed.
"""

import argparse
import json
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STREAM = ROOT / "tests/runtime/parts.tflite"

BASE = """
import importlib.util
from importlib.resources import files

for library in ("jax", "torch", "tensorflow", "typer", "mlflow", "ai_edge_litert"):
    assert importlib.util.find_spec(library) is None, library

import keras_drnn

for package in ("keras_drnn", "keras_drnn_runtime"):
    assert (files(package) / "py.typed").is_file(), package
assert [each.tolist() for each in keras_drnn.update_steps((1, 3), 4)] == [[0, 1, 2, 3], [0, 3]]
assert keras_drnn.data_sets.find_data_set("ntu120").name == "ntu120"
"""
TRAINING = """
import keras
import numpy as np
from keras_drnn import DelayedRNN

keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(64, 12, 3)).astype("float32")
model = keras.Sequential([keras.Input((None, 3)), DelayedRNN(8, (1, 3)), keras.layers.Dense(1)])
model.compile("adam", "mse")
first, *_, last = model.fit(x, x[:, -1, :1], epochs=8, verbose=0).history["loss"]
assert last < 0.9 * first, (first, last)
model.save("model.keras")
assert np.allclose(keras.saving.load_model("model.keras")(x), model(x), atol=1e-6)
"""
STREAMING = """
import json, sys
import numpy as np
from keras_drnn_runtime import StreamingClassifier

classifier = StreamingClassifier(sys.argv[1])
frames = np.random.default_rng(0).normal(size=(20, *classifier.frame_shape))
scores = [classifier.step(frame).tolist() for frame in frames]
print(json.dumps([scores, sorted({name.split(".")[0] for name in sys.modules})]))
"""


def run(*command: str | Path, status: int = 0, **options) -> str:
    """What a command prints, errors included, if it ends with the status that is expected."""
    done = subprocess.run(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
        **options,
    )
    if done.returncode != status:
        line = " ".join(str(part) for part in command[:4])
        sys.exit(f"{line} ended with {done.returncode}, expected {status}:\n{done.stdout}")
    return done.stdout


def build(project: Path, folder: Path) -> Path:
    """The wheel of a project, made from its source distribution, which lies beside it."""
    run("uv", "build", "--quiet", "--out-dir", folder, project)
    named = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]["name"]
    (wheel,) = folder.glob(f"{named.replace('-', '_')}-*.whl")
    return wheel


def check_files(wheel: Path, *packages: str) -> None:
    """That a wheel has the files that are under version control, and no others."""
    tracked = run("git", "ls-files", "-z", "--", *packages, cwd=ROOT).split("\0")[:-1]
    expected = {name: (ROOT / name).read_bytes() for name in tracked}
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if ".dist-info/" not in name]
        found = {name: archive.read(name) for name in names}
    wrong = [
        name
        for name in sorted(expected.keys() | found.keys())
        if expected.get(name) != found.get(name)
    ]
    if wrong:
        sys.exit(f"{wheel.name} does not have these as they are in the repository: {wrong}")


class Environment:
    """A new virtual environment with one wheel in it, and what that requires."""

    def __init__(self, folder: Path, wheel: Path):
        self.folder, self.wheel = folder, wheel
        run("uv", "venv", "--quiet", "--python", sys.executable, folder)
        self.install()

    def install(self, extra: str = "") -> None:
        """Install the wheel, with an extra or without, in the versions that tests pass with."""
        pins = ["--constraint", ROOT / "constraints.txt"]
        python = ["--python", self.folder / "bin/python"]
        run("uv", "pip", "install", "--quiet", *python, *pins, f"{self.wheel}{extra}")

    def python(self, program: str, *arguments: str | Path, backend: str = "jax") -> str:
        """What a program prints there, where nothing of the checkout is found."""
        return run(
            *(self.folder / "bin/python", "-I", "-c", program, *arguments),
            cwd=self.folder,
            env={**os.environ, "KERAS_BACKEND": backend},
        )


def check_library(environment: Environment) -> None:
    """keras-drnn on what it requires alone, and then with a backend that trains."""
    environment.python(BASE)
    said = run(environment.folder / "bin/drnn", "compare", status=2, cwd=environment.folder)
    if "pip install 'keras-drnn[compare]'" not in said or "Traceback" in said:
        sys.exit(f"`drnn` without its extras does not say which to install:\n{said}")
    environment.install("[jax]")
    environment.python(TRAINING)


def check_runtime(environment: Environment) -> None:
    """The runtime on NumPy and LiteRT alone: the numbers are those that it gives here."""
    # Before what the program prints LiteRT may say what it runs on.
    scores, modules = json.loads(environment.python(STREAMING, STREAM).splitlines()[-1])
    installed = {"keras", "keras_drnn", "tensorflow", "jax", "torch"} & {*modules}
    if installed:
        sys.exit(f"keras-drnn-runtime alone imports {installed}")
    here = {**os.environ, "PYTHONPATH": str(ROOT)}
    said = run(sys.executable, "-c", STREAMING, STREAM, env=here)
    expected, _ = json.loads(said.splitlines()[-1])
    if scores != expected:
        sys.exit(f"keras-drnn-runtime alone gives {scores}, here {expected}")


def undone() -> list[str]:
    """What is left to do before a release."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    heading = next(line for line in changelog.splitlines() if line.startswith("## "))
    left = {
        "pyproject.toml: the address of the repository": "Repository" in project.get("urls", {}),
        f"CHANGELOG.md: a date in '{heading}'": "unreleased" not in heading,
        "changes that are not committed": not run("git", "status", "--porcelain", cwd=ROOT),
    }
    return [what for what, done in left.items() if not done]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="new or empty")
    parser.add_argument("--release", action="store_true", help="say what is left to do")
    arguments = parser.parse_args()
    folder = arguments.folder.resolve()
    if folder.is_dir() and any(folder.iterdir()):
        sys.exit(f"Expected a new or an empty folder. Received: {folder}")

    library, runtime = build(ROOT, folder), build(ROOT / "runtime", folder)
    packages = [path for path in sorted(folder.iterdir()) if path.suffix in (".whl", ".gz")]
    run(sys.executable, "-m", "twine", "check", "--strict", *packages)
    check_files(library, "keras_drnn", "keras_drnn_runtime")
    check_files(runtime, "keras_drnn_runtime")
    check_library(Environment(folder / "environments/library", library))
    check_runtime(Environment(folder / "environments/runtime", runtime))
    print("Built, installed and tried:", *(path.name for path in packages), sep="\n  ")
    left = undone() if arguments.release else []
    if left:
        print("Not ready for upload:", *left, sep="\n  ")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
