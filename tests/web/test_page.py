"""The page of examples/web in a browser: what it shows is what Python computes."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import keras
import numpy as np
import pytest

from keras_drnn.data_sets.tables.axes import upright
from keras_drnn.experiments.models import build_model
from keras_drnn.experiments.recipes import Recipe
from keras_drnn.export import export_streaming
from keras_drnn.skeletons.layouts import KINECT_V2, find_layout, layout_names
from keras_drnn_runtime import StreamingClassifier
from keras_drnn_runtime.names import step_name

FOLDER = Path(__file__).parents[2] / "examples/web"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
# A check of the whole project sets this: there, nothing may be missing.
REQUIRED = "DRNN_BROWSER_TEST" in os.environ
NEEDED = {
    "node": shutil.which("node"),
    "chromium": CHROMIUM,
    "`npm ci` in examples/web": (FOLDER / "node_modules").exists(),
}
MISSING = [name for name, found in NEEDED.items() if not found]
browser = pytest.mark.skipif(bool(MISSING) and not REQUIRED, reason=f"needs {', '.join(MISSING)}")
DELAYS = (1, 2, 4)
LABELS = ["wave", "sit down & stand up", "öffnen"]


def node(*arguments):
    done = subprocess.run(
        ["node", *arguments],
        env=os.environ | ({"CHROMIUM": CHROMIUM} if CHROMIUM else {}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def stream(tmp_path_factory):
    keras.utils.set_random_seed(5)
    recipe = Recipe("drnn", units=12, delays=DELAYS)
    model = build_model(recipe, layout=KINECT_V2, bodies=2, classes=len(LABELS))
    path = tmp_path_factory.mktemp("demo") / "stream.tflite"
    about = {"labels": LABELS, "joints": KINECT_V2.joint_names, "frame_rate": 30, "data": "demo"}
    export_streaming(model, path, metadata=about)
    return path


@pytest.fixture(scope="module")
def clip():
    """People who move; one of them comes later. Frames of both kinds are lost."""
    rng = np.random.default_rng(2)
    joints = rng.normal(size=(1, 2, 25, 3)) + rng.normal(size=(90, 2, 25, 3)).cumsum(0) / 30
    joints[:30, 1] = 0
    joints[[0, 40, 41]] = 0
    return joints.astype("float32")


@browser
def test_the_page_says_what_python_says(stream, clip, tmp_path):
    frames = [frame if frame.any() else None for frame in clip]
    classifier = StreamingClassifier(stream)
    expected = np.stack([classifier.step(frame) for frame in frames])
    # A lost frame holds the clock.
    steps = np.cumsum([0] + [frame is not None for frame in frames[:-1]])
    skipped = [step_name([[step % delay == 0 for delay in DELAYS]]) for step in steps]

    written = [frame if frame is None else frame.tolist() for frame in frames]
    segments = [{"label": "<b>", "begin": 0, "end": 45}]
    about = {"frames": written, "segments": segments, "about": "Made for a test."}
    clip_file = stream.with_name("clip.json")
    clip_file.write_text(json.dumps(about), "utf-8")
    other = tmp_path / "other.json"
    other.write_text(json.dumps([[[[1.0, 2.0]] * 25]]), "utf-8")
    node(FOLDER / "build.js", tmp_path / "page", stream.parent)
    said = node(FOLDER / "browser/check.js", tmp_path / "page", stream, clip_file, other)
    found = json.loads(said)

    np.testing.assert_allclose(found["scores"], expected, atol=1e-5)
    assert found["signatures"] == skipped
    assert found["errors"] == found["elsewhere"] == []
    assert found["begin"].startswith("3 actions. Delays of 1, 2, 4 frames.")
    assert "synthetic" in found["begin"] and found["begin"].endswith("Made for a test.")
    assert found["about"].endswith("Choose a clip.")
    assert "2 in place of 3 in frame 0" in found["refused"]
    names, shares = zip(*(row.split("\n") for row in found["shownScores"]), strict=True)
    assert list(names) == LABELS
    assert found["now"] == "\n".join([LABELS[expected[-1].argmax()], shares[expected[-1].argmax()]])
    assert found["drawn"] and found["width"] == 390


@browser
def test_the_camera_gives_what_a_model_reads():
    node(Path(__file__).with_name("pose.mjs"))


@browser
def test_the_page_turns_joints_as_python_does():
    module = (FOLDER / "src/layout.js").as_uri()
    ways = [
        {"input": "recorded", "reading": {"up": up, "units": "centimetres"}}
        for up in ("y", "-y", "z", "-z", "x", "-x")
    ]
    asked = f"console.log(JSON.stringify({json.dumps(ways)}.map(module.axesOf)))"
    found = json.loads(node("-e", f"import({module!r}).then((module) => {asked})"))
    for way, axes in zip(ways, found, strict=True):
        turn = upright(way["reading"]["up"], "centimetres", 3)
        np.testing.assert_array_equal(axes, list(zip(turn.axes, turn.factors, strict=True)))


def test_the_page_knows_the_layouts():
    known = json.loads((FOLDER / "src/layouts.json").read_text("utf-8"))
    assert [layout["name"] for layout in known] == list(layout_names())
    for said in known:
        layout = find_layout(said["name"])
        assert said["joint_names"] == list(layout.joint_names)
        assert said["bones"] == [list(bone) for bone in layout.bones]


def test_the_lock_file_names_no_other_place():
    assert '"resolved"' not in (FOLDER / "package-lock.json").read_text("utf-8")
