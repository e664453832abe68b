"""How the command starts: without a library that it needs, and what it lets through to the user."""

import os
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path

import keras_drnn
from keras_drnn.cli.requirements import EXTRAS

ROOT = Path(keras_drnn.__file__).parents[1]
# Distributions that are imported by another name.
IMPORTED = {
    "tflite-micro": "tflite_micro",
    "pillow": "PIL",
    "imageio-ffmpeg": "imageio_ffmpeg",
    "grpcio": "grpc",
    "keras-tuner": "keras_tuner",
    "scikit-learn": "sklearn",
    "ai-edge-litert": "ai_edge_litert",
}


def run(program, folder, **environment):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "300"} | environment
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True,
        encoding="utf-8",
        cwd=folder,
        env=environment,
        check=False,
    )


MISSING = """
    import sys

    class Missing:
        names = set()

        def find_spec(self, name, path=None, target=None):
            if name in self.names:
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    sys.meta_path.insert(0, Missing())
    import keras_drnn.cli.main as command

    def start(missing, *arguments):
        Missing.names = {*missing.split(), "fcntl"}  # which no Windows has
        for name in [name for name in sys.modules if name.split(".")[0] in Missing.names]:
            del sys.modules[name]
        for name in [name for name in sys.modules if name.startswith("keras_drnn.cli.")]:
            if name != "keras_drnn.cli.main":
                del sys.modules[name]
        sys.argv = ["drnn", *arguments]
        try:
            command.main()
        except SystemExit as stopped:
            print(f"status {stopped.code}", file=sys.stderr, flush=True)

    command.filter_native_messages = lambda: None  # no process for each start
    for name in ("typer", "rich"):
        start(name, "data", "list")
    for name in ("mlflow", "matplotlib", "tensorflow", "ai_edge_litert", "jax"):
        start(name, "compare")
    start("keras_tuner", "tune")
    start("tensorflow", "export", "model.keras", "model.tflite")
    start("jax torch tensorflow", "predict", "model.keras", "clip.skeleton")
    start("ai_edge_litert", "predict", "model.tflite", "clip.skeleton")
    start("tensorflow ai_edge_litert mlflow", "train", "drnn")
    start("", "data", "demo", "clips", "--subjects", "2", "--repetitions", "1")
    start("", "data", "info", "--data", "ntu", "--root", "clips")
"""


def test_a_missing_library_is_named_with_the_extra_that_brings_it(tmp_path):
    done = run(MISSING, tmp_path, KERAS_BACKEND="jax")
    lines = [line for line in done.stderr.splitlines() if line.startswith(("Error", "status"))]
    expected = [
        ("typer", "compare"),
        ("rich", "compare"),
        ("mlflow", "compare"),
        ("matplotlib", "compare"),
        ("tensorflow", "export"),
        ("ai_edge_litert", "export"),
        ("jax", "jax"),
        ("keras_tuner", "tune"),
        ("tensorflow", "export"),
        ("jax", "jax"),
        ("ai_edge_litert", "export"),
        ("mlflow and tensorflow and ai_edge_litert", "compare,export"),
    ]
    assert lines[-2:] == ["status 0", "status 0"], done.stderr
    assert lines[1:-2:2] == ["status 2"] * len(expected), done.stderr
    for line, (library, extra) in zip(lines[:-2:2], expected, strict=True):
        assert f"needs {library}," in line
        assert f"pip install 'keras-drnn[{extra}]'" in line
    assert "Traceback" not in done.stderr


def test_the_extras_that_are_named_bring_the_libraries():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for library, extra in EXTRAS.items():
        texts = [*project["optional-dependencies"][extra]]
        brought = {text.split(">")[0].split("=")[0].split("[")[0].strip() for text in texts}
        brought |= {"tensorflow"} if "keras-drnn[tensorflow]" in texts else set()
        assert library in {IMPORTED.get(name, name) for name in brought}


# What native libraries have written at the start of the main job, and what must get through.
NATIVE = """
    import os, sys
    from keras_drnn.system.native_messages import filter_native_messages

    filter_native_messages()
    lines = [
        "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR",
        "I0000 00:00:1795602084.178931   18683 port.cc:153] oneDNN custom operations are on. You",
        "I0000 00:00:1795602084.209777   18683 cpu_feature_guard.cc:227] This TensorFlow binary is "
        "optimized to use available CPU instructions in performance-critical operations.",
        "To enable the following instructions: AVX2 FMA, in other operations, rebuild TensorFlow",
        "E0000 00:00:1795602084.1 8 cuda_dnn.cc:8579] Unable to register cuDNN factory: Attempting",
        "I0000 00:00:1.1 8 cuda_dso_loader.cc:31] Could not find cuda drivers on your machine, GPU",
        "W0000 00:00:1.1 8 gpu_device.cc:2365] Cannot dlopen some GPU libraries. Please make sure",
        "Skipping registering GPU devices...",
        "INFO: Created TensorFlow Lite XNNPACK delegate for CPU.",
        "E0000 00:00:1795602084.178931 18683 node.cc:1] a kernel failed",
        "Fatal: caf\\u00e9",
    ]
    for line in lines:
        os.write(2, f"{line}\\n".encode())
    print("from Python", file=sys.stderr)
    sys.stderr.flush()
    os.write(2, b"no line end: the last words of a crash")
"""


def test_start_up_lines_are_dropped_and_errors_are_not(tmp_path):
    for ending in ("", "    os.abort()\n"):
        done = run(NATIVE + ending, tmp_path)
        assert sorted(done.stderr.splitlines()) == [
            "E0000 00:00:1795602084.178931 18683 node.cc:1] a kernel failed",
            "Fatal: café",
            "from Python",
            "no line end: the last words of a crash",
        ]
        assert (done.returncode != 0) == bool(ending)


def test_the_command_runs_without_an_error_stream(tmp_path):
    program = "import os, keras_drnn.cli.main as command, sys; sys.argv[1:] = ['data', 'list']; "
    closed = f'"{sys.executable}" -c "{program}command.main()" 2>&-'
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(closed, shell=True, cwd=tmp_path, env=environment, stdout=subprocess.PIPE)
    assert done.returncode == 0
    assert b"nucla" in done.stdout
