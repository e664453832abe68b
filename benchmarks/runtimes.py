"""What a frame of joints costs on each runtime, D-RNN beside LSTM, and a model for small chips.

    KERAS_BACKEND=jax python benchmarks/runtimes.py all_sqe
    KERAS_BACKEND=jax python benchmarks/runtimes.py all_sqe --folder files  # what is there is kept

D-RNN and LSTM of the preset `stream`, untrained, with the features of two people and a head of 60
classes, on LiteRT, ONNX Runtime and TFLite Micro. On the first two a frame is timed, on one thread
and without what the caller copies; the contestants take turns. On TFLite Micro, of which there is
no fast build for this machine, its instructions are counted by callgrind (of Valgrind). Then the
D-RNN that the preset trains on N-UCLA, on TFLite Micro: what float32 and int8 take, and how often
they are right on the test clips, each from the start. Writes `benchmarks/results/runtimes.json`.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import perf_counter

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
import onnxruntime
from ai_edge_litert import schema_py_generated as schema

from keras_drnn.data_sets import BEST, for_streams
from keras_drnn.experiments.data import Data, open_data
from keras_drnn.experiments.models import build_model
from keras_drnn.experiments.recipes import recipe_for
from keras_drnn.experiments.training import build_and_train
from keras_drnn.export import export_microcontroller, export_streaming
from keras_drnn.export.layout import TYPES
from keras_drnn.export.report import sequence_accuracy
from keras_drnn.export.streaming import StreamingModel
from keras_drnn.export.tflite_micro import MicroStream
from keras_drnn.skeletons.layouts import KINECT_V2
from keras_drnn.system.environment import machine, versions
from keras_drnn_runtime import StreamingClassifier

RESULT = Path(__file__).parent / "results" / "runtimes.json"
CLASSES, DELAYS = 60, (1, 3, 9, 27, 81)
STEPS = 10 * DELAYS[-1]  # whole periods of the schedule
COUNTED_FRAMES = 20
CELLS = {"D-RNN": "drnn", "LSTM": "lstm"}
REPRESENTATIVE_CLIPS = 100
# Under callgrind, which counts what is done within a frame alone.
INVOKE = "tflite::micro::MicroInterpreter::Invoke()"
RUN = """
import sys
import numpy as np
from tflite_micro.python.tflite_micro.runtime import Interpreter
path, inputs, frames = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
interpreter, rng = Interpreter.from_file(path), np.random.default_rng(0)
shape = interpreter.get_input_details(0)["shape"]
for frame in rng.normal(size=(frames, *shape)).astype("float32"):
    interpreter.set_input(frame, 0)
    interpreter.invoke()
    for index in range(1, inputs):
        interpreter.set_input(interpreter.get_output(index), index)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", type=Path, help="folder of N-UCLA's .json files")
    parser.add_argument("--units", type=int, nargs="+", default=[150, 600])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seeds", type=int, default=3, help="trainings of the small model")
    parser.add_argument("--folder", type=Path, help="where models and files are kept")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        files = {units: export_all(units, folder) for units in arguments.units}
        trained = [on_nucla(arguments.root, seed, folder) for seed in range(arguments.seeds)]
        found = {
            "machine": machine(),
            "versions": versions(
                ("keras", "numpy", "ai-edge-litert", "onnxruntime", "tflite-micro")
            ),
            "classes": CLASSES,
            "delays": DELAYS,
            "rounds": arguments.rounds,
            "units": {str(units): measure(each, arguments.rounds) for units, each in files.items()},
            "trained": trained,
        }
        RESULT.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        print(json.dumps(found["units"] | {"trained": trained}, indent=1))


def export_all(units: int, folder: Path) -> dict[str, dict[str, Path]]:
    """For each runtime and each contestant its file."""
    exports: dict[str, tuple[Callable, str]] = {
        "LiteRT": (export_streaming, ".tflite"),
        "ONNX Runtime": (export_streaming, ".onnx"),
        "TFLite Micro": (export_microcontroller, "-micro.tflite"),
    }
    files: dict[str, dict[str, Path]] = {}
    for name, cell in CELLS.items():
        keras.utils.set_random_seed(0)
        recipe = replace(for_streams(BEST), cell=cell, units=units, delays=DELAYS)
        model = build_model(recipe, layout=KINECT_V2, bodies=2, classes=CLASSES)
        for runtime, (export, ending) in exports.items():
            path = folder / f"{cell}{units}{ending}"
            files.setdefault(runtime, {})[name] = path
            exported(export, model, path)
    return files


def exported(export: Callable, model: keras.Model, path: Path, **options) -> dict:
    """Export a model, unless that has been done, and say what came of it."""
    said = path.with_name(f"{path.name}.report.json")
    if not said.exists():
        report = export(model, path, **options).as_dict()
        said.write_text(json.dumps(report), encoding="utf-8")
    return json.loads(said.read_text(encoding="utf-8"))


def measure(files: dict[str, dict[str, Path]], rounds: int) -> dict:
    """Of each on each runtime: what a frame costs, the file, and shares of the LSTM's."""
    found: dict = {}
    for runtime, each in files.items():
        reports = {
            name: json.loads(path.with_name(f"{path.name}.report.json").read_text(encoding="utf-8"))
            for name, path in each.items()
        }
        if runtime == "TFLite Micro":
            costs = {name: count_instructions(path) for name, path in each.items()}
        else:
            start = on_litert if runtime == "LiteRT" else on_onnx_runtime
            costs = take_turns({name: start(path) for name, path in each.items()}, rounds)
        unit = "instructions" if runtime == "TFLite Micro" else "microseconds"
        measured = {
            name: {
                f"{unit}_a_frame": costs[name],
                **{
                    key: reports[name][key]
                    for key in ("bytes", "arena_bytes")
                    if reports[name][key]
                },
            }
            for name in each
        }
        rival = measured["LSTM"]
        ratios = {key: round(value / rival[key], 4) for key, value in measured["D-RNN"].items()}
        found[runtime] = {**measured, "ratios": ratios}
    return found


def on_litert(path: Path) -> Callable[[], float]:
    """Runs whole periods of the schedule, as the runtime chooses the signatures."""
    classifier = StreamingClassifier(path)
    classifier.predict(np.ones((2, *classifier.frame_shape)))
    signatures = classifier.signatures
    words = ["".join("01"[step % delay == 0] for delay in DELAYS) for step in range(STEPS)]
    calls = [signatures.get(f"step_{word}", signatures["step"]) for word in words]

    def run() -> float:
        begin = perf_counter()
        for call in calls:
            call.invoke()
        return perf_counter() - begin

    return run


def on_onnx_runtime(path: Path) -> Callable[[], float]:
    """Runs as many frames, whose tensors lie where ONNX Runtime finds them."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, ["CPUExecutionProvider"])
    binding = session.io_binding()
    for each in session.get_inputs():
        kind = "int32" if each.type == "tensor(int32)" else "float32"
        binding.bind_cpu_input(each.name, np.ones(each.shape, kind))
    for each in session.get_outputs():
        binding.bind_output(each.name)

    def run() -> float:
        begin = perf_counter()
        for _ in range(STEPS):
            session.run_with_iobinding(binding)
        return perf_counter() - begin

    return run


def take_turns(runs: dict[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """Microseconds of a frame, the mean of a round; the median over the rounds."""
    times = [{name: run() for name, run in runs.items()} for _ in range(rounds + 1)][1:]
    return {
        name: round(1e6 * float(np.median([each[name] for each in times])) / STEPS, 3)
        for name in runs
    }


def count_instructions(path: Path) -> int:
    """Instructions of a frame on TFLite Micro, as it is built for this machine."""
    inputs = 2 + ("drnn" in path.name)  # the frame, the state, and the clock
    counting = ["--tool=callgrind", "--collect-atstart=no", f"--toggle-collect={INVOKE}"]
    command = ["valgrind", *counting, "--callgrind-out-file=/dev/null", sys.executable, "-c", RUN]
    command += [str(path), str(inputs), str(COUNTED_FRAMES)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    counted = re.search(r"Collected : (\d+)", said)
    assert counted is not None, said
    return round(int(counted[1]) / COUNTED_FRAMES)


def on_nucla(root: Path, seed: int, folder: Path) -> dict:
    """The small model, trained: what its files take, and how often they are right."""
    data = open_data("nucla", root=root, protocol="cross-view", cache=folder / "clips")
    model = trained(data, seed, folder / f"nucla-{seed}")
    sides = {side: getattr(data.split, side) for side in ("train", "test")}
    clips = {side: [data.clips[int(i)].joints for i in every] for side, every in sides.items()}
    labelled = list(zip(clips["test"], data.split.labels[sides["test"]], strict=True))
    representative = clips["train"][:: -(-len(clips["train"]) // REPRESENTATIVE_CLIPS)]
    widths = StreamingModel(model).layout.widths
    states = [((1, width), TYPES[name]) for name, width in widths.items()]
    found: dict = {"seed": seed, "parameters": model.count_params()}
    for form in ("float32", "int8"):
        path = folder / f"nucla-{seed}-{form}-micro.tflite"
        settings = {"form": form, "representative": representative}
        report = exported(export_microcontroller, model, path, **settings)
        stream = MicroStream(path, states)
        found[form] = {
            "accuracy": round(sequence_accuracy(stream.predict, labelled), 4),
            "bytes": report["bytes"],
            "weight_bytes": weight_bytes(path),
            "arena_bytes": report["arena_bytes"],
            "instructions_a_frame": count_instructions(path),
        }
    return found


def trained(data: Data, seed: int, folder: Path) -> keras.Model:
    """The D-RNN of 30 units a group that the preset `stream` trains, unless that has been done."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "model.keras"
    if not path.exists():
        recipe = recipe_for("drnn", preset="stream", data="nucla")
        model, _ = build_and_train(recipe, data, data.split, name="drnn", seed=seed, folder=folder)
        model.save(path)
    return keras.saving.load_model(path, compile=False)


def weight_bytes(path: Path) -> int:
    """The numbers that products and sums of a file are with, in bytes."""
    model = schema.ModelT.InitFromPackedBuf(path.read_bytes())
    (graph,) = model.subgraphs
    buffers = set()
    for operator in graph.operators:
        code = model.operatorCodes[operator.opcodeIndex].builtinCode
        if code == schema.BuiltinOperator.FULLY_CONNECTED:
            buffers |= {graph.tensors[index].buffer for index in operator.inputs[1:] if index >= 0}
    return sum(
        len(model.buffers[each].data) for each in buffers if model.buffers[each].data is not None
    )


if __name__ == "__main__":
    main()
