"""A stream for microcontrollers: run on TFLite Micro, its header compiled by a C compiler."""

import shutil
import subprocess
from pathlib import Path

import keras
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from tflite_files import packed, relu_model

from keras_drnn.experiments.models import build_model
from keras_drnn.experiments.recipes import Recipe
from keras_drnn.export import ExportError, export_microcontroller
from keras_drnn.export.c_header import c_header
from keras_drnn.export.streaming import StreamingModel
from keras_drnn.export.tflite_micro import MicroStream, smallest_arena
from keras_drnn.skeletons.layouts import COCO_17

pytest.importorskip("tflite_micro", reason="TFLite Micro has wheels for Linux on x86_64 alone")

BODIES, CLASSES, UNITS, DELAYS = 2, 3, 8, (1, 2)
LABELS = ['say "hi"', "Tür??/", "sit down"]


def clips():
    rng = np.random.default_rng(0)
    found = rng.normal(size=(4, 30, 1, 17, 3)).cumsum(axis=1) * 0.1 + rng.normal(size=(17, 3))
    found = np.concatenate([found, found[::-1, :, :, ::-1]], axis=2).astype("float32")
    found[0, :9, 1] = found[1, 7] = 0  # alone at first, a lost frame
    return list(found)


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(3)
    recipe = Recipe("drnn", units=UNITS, delays=DELAYS, motion=True, align=True, memory=5)
    return build_model(recipe, layout=COCO_17, bodies=BODIES, classes=CLASSES)


@pytest.fixture(scope="module")
def states(model):
    widths = StreamingModel(model).layout.widths
    return [((1, widths["state"]), "float32"), ((1, widths["clock"]), "int32")]


@pytest.fixture(scope="module")
def exported(model, shared):
    settings = {"form": "int8", "check_inputs": clips(), "representative": clips()}
    return shared(
        "micro",
        lambda path: export_microcontroller(model, path, metadata={"labels": LABELS}, **settings),
    )


def test_it_runs_in_the_memory_that_is_told_and_not_in_less(exported, model, states):
    path, report = exported
    stream = MicroStream(path, states, arena=report.arena_bytes)
    expected = keras.ops.convert_to_numpy(model.predict_on_batch(np.stack(clips())))
    found = np.stack([stream.predict(clip) for clip in clips()])
    assert np.abs(found - expected).max() < 0.1 * np.abs(expected).max()
    assert report.arena_bytes == smallest_arena(path) < 60_000
    with pytest.raises(RuntimeError):
        MicroStream(path, states, arena=report.arena_bytes - 16)


def test_the_clock_counts_frames_with_somebody_in_whole_numbers(exported, states):
    stream = MicroStream(exported[0], states)
    for frame in clips()[1][:8]:
        before = stream.states
        stream.step(frame)
    held = stream.states
    assert held[1].tolist() == [[0, 1]]  # 7 frames, the last one is lost
    units = held[0].shape[1] - UNITS
    np.testing.assert_allclose(held[0][:, units:], before[0][:, units:], atol=1e-6)


def test_what_was_learnt_is_in_int8_and_what_comes_before_in_float32(exported):
    model = schema.ModelT.InitFromPackedBuf(exported[0].read_bytes())
    (graph,) = model.subgraphs
    assert not model.signatureDefs
    kinds = {}
    for operator in graph.operators:
        code = model.operatorCodes[operator.opcodeIndex]
        inputs = [graph.tensors[i] for i in operator.inputs if i >= 0]
        kinds.setdefault(code.builtinCode, []).append([tensor.type for tensor in inputs])
    operators, types = schema.BuiltinOperator, schema.TensorType
    for code in (operators.DIV, operators.TRANSPOSE, operators.SPLIT_V):
        assert kinds[code] and all(each[0] in (types.FLOAT32, types.INT32) for each in kinds[code])
    products = kinds[operators.FULLY_CONNECTED]
    learnt = [each for each in products if each[:2] == [types.INT8, types.INT8]]
    # Of inputs, of two groups' own states and a neighbour's, of scores; the others spread bodies.
    assert len(learnt) == 5 < len(products)
    assert kinds[operators.SELECT_V2] == [[types.BOOL, types.INT8, types.INT8]]


@pytest.mark.parametrize("language", [["cc", "-std=c11"], ["c++", "-std=c++17", "-x", "c++"]])
def test_a_program_in_c_or_c_plus_plus_finds_the_model_in_the_header(
    language, exported, states, tmp_path
):
    path, report = exported
    program = f"""
        #include <stdio.h>
        #include "model.h"
        int main(void) {{
            if ((uintptr_t)model_model % 16 != 0) return 1;
            if (MODEL_FRAME != {BODIES * 17 * 3} || MODEL_SCORES != {CLASSES}) return 2;
            if (MODEL_STATE != {states[0][0][1]} || MODEL_CLOCK != 2) return 3;
            if (MODEL_ARENA_BYTES != {report.arena_bytes}) return 4;
            for (int i = 0; i < MODEL_SCORES; i++) puts(model_labels[i]);
            fwrite(model_model, 1, MODEL_MODEL_BYTES, stdout);
            return 0;
        }}
    """
    (tmp_path / "main.c").write_text(program)
    said = run_program([*language, "-trigraphs", f"-I{path.parent}", "main.c"], tmp_path)
    *labels, model = said.split(b"\n", CLASSES)
    assert [label.decode() for label in labels] == LABELS
    assert model == path.read_bytes()
    operators = [f"(resolver).Add{name}();" for name in ("FullyConnected", "SplitV", "SelectV2")]
    text = path.with_suffix(".h").read_text()
    assert all(each in text for each in operators)
    assert f"#define MODEL_OPERATORS {len(report.operators)}" in text


FRAMES = """
#include "stream.h"
bool ReadFrame(float frame[STREAM_FRAME]) {
  static int read = 0;
  frame[0] = 1;
  return read++ < 3;
}
"""


def test_the_example_is_a_program_that_carries_state_and_clock(exported, states, tmp_path):
    """Compiled beside headers that stand in for TFLite Micro's, and run."""
    path, report = exported
    interface = {"frame": (1, BODIES, 17, 3), "state": states[0][0], "clock": states[1][0]}
    settings = {"report": report, "scores": CLASSES, "labels": ["none", "up", "down"]}
    header = c_header("stream", path.read_bytes(), interface, **settings)
    (tmp_path / "stream.h").write_text(header, encoding="utf-8")
    (tmp_path / "frames.cc").write_text(FRAMES, encoding="utf-8")
    stubs = Path(__file__).parent / "tflite_micro_stubs"
    example = Path(__file__).parents[2] / "examples" / "microcontroller" / "main.cc"
    command = ["c++", "-std=c++17", "-I.", f"-I{stubs}", str(example), "frames.cc"]
    said = run_program(command, tmp_path)
    # Scores are 0, the state and half the clock: 0 0 0, 0 1 0.5, 0 2 1.
    assert said.decode().splitlines() == ["none 0.33", "up 0.51", "up 0.67"]


def run_program(command, folder):
    """What a program says that is compiled without a warning."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"no compiler here: {command[0]}")
    strict = ["-pedantic", "-Wall", "-Wextra", "-Werror", "-o", "main"]
    subprocess.run([*command, *strict], cwd=folder, check=True)
    return subprocess.run([folder / "main"], check=True, capture_output=True).stdout


def test_names_in_the_header_are_names_of_c(exported):
    text = c_header("2 à b", b"12345678", {"frame": (1, 3)}, report=exported[1], scores=2)
    assert "#define MODEL_2___B_FRAME 3" in text and "model_2___b_labels" in text
    assert '"0",\n    "1",' in text


def test_a_file_that_it_cannot_run_is_refused(tmp_path):
    """For an operator that TFLite Micro does not have; its own words are told."""
    model = schema.ModelT.InitFromPackedBuf(relu_model((1, 3)))
    model.operatorCodes[0].builtinCode = schema.BuiltinOperator.SEGMENT_SUM
    model.operatorCodes[0].deprecatedBuiltinCode = schema.BuiltinOperator.SEGMENT_SUM
    (tmp_path / "model.tflite").write_bytes(packed(model))
    with pytest.raises(ExportError, match="TFLite Micro cannot run the file: .*SEGMENT_SUM"):
        smallest_arena(tmp_path / "model.tflite")


def test_frames_of_zeros_are_frames_where_nothing_masks_them(tmp_path):
    """And without anything delayed there is no clock."""
    keras.utils.set_random_seed(0)
    gru = keras.layers.GRU(2, return_sequences=True, bias_initializer="random_normal")
    model = keras.Sequential([keras.Input((None, 3)), gru, keras.layers.Dense(2)])
    clip = np.random.default_rng(0).normal(size=(20, 3)).astype("float32")
    clip[5:9] = 0
    report = export_microcontroller(model, tmp_path / "m.tflite", check_inputs=[clip])
    assert report.largest_difference < 1e-4 and report.top1_agreement == 1
    assert "M_CLOCK" not in (tmp_path / "m.h").read_text("utf-8")


@pytest.mark.usefixtures("no_conversion")
@pytest.mark.parametrize(
    "name, labels, message",
    [("m.h", None, "ends in .tflite"), ("m.tflite", ["one"], "a label for each of the 3 scores")],
)
def test_a_file_that_its_header_would_not_fit_is_refused(model, tmp_path, name, labels, message):
    with pytest.raises(ExportError, match=message):
        export_microcontroller(model, tmp_path / name, metadata={"labels": labels})
    assert not list(tmp_path.iterdir())
