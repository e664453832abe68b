"""The page of examples/web in a browser: what it shows is what Python computes."""

import json
import os
import runpy
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
from keras_drnn.skeletons.demo import ACTIONS, generate
from keras_drnn.skeletons.layouts import KINECT_V2, find_layout, layout_names
from keras_drnn_runtime import Decision, EventDetector, StreamingClassifier
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
# Sure enough of an untrained model's scores that there are events.
DECISION = {"temperature": 0.02, "smoothing": 3.0, "enter": 0.55, "leave": 0.4, "background": [2]}
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
    about = {
        "labels": LABELS,
        "joints": KINECT_V2.joint_names,
        "frame_rate": 30,
        "data": "demo",
        "decision": DECISION,
    }
    export_streaming(model, path, metadata=about)
    return path


@pytest.fixture(scope="module")
def clip():
    """People who take six postures one after the other; one comes later, and frames are lost."""
    rng = np.random.default_rng(2)
    postures = rng.normal(size=(6, 2, 25, 3)).repeat(15, axis=0)
    joints = postures + rng.normal(size=(90, 2, 25, 3)) / 10
    joints[:30, 1] = 0
    joints[[0, *range(40, 46)]] = 0
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
    # By the page's own scores: what is almost at a threshold may round to either side of it.
    detector = EventDetector(Decision.of(DECISION), LABELS, 30)
    present = zip(found["scores"], frames, strict=True)
    events = [detector.step(None if frame is None else score) for score, frame in present]
    told = [event and (event.number, event.begin, event.end) for event in events]
    said = [event and (event["number"], event["begin"], event["end"]) for event in found["events"]]
    assert said == told
    ended = [event for event in events if event and event.end]
    begun = [event for event in events if event and event.end is None]
    assert len(found["shownEvents"]) == len(begun)
    first = ended[0]
    assert found["shownEvents"][-1].split("\n") == [
        f"{first.begin / 30:.1f} – {first.end / 30:.1f} s",
        first.action,
        f"{100 * first.certainty:.0f}\u00a0%",
    ]
    assert found["errors"] == found["elsewhere"] == []
    assert found["begin"].startswith("3 actions. Delays of 1, 2, 4 frames.")
    assert "synthetic" in found["begin"] and found["begin"].endswith("Made for a test.")
    assert found["about"].endswith("Choose a clip.")
    assert "2 in place of 3 in frame 0" in found["refused"]
    assert found["refusedModel"].startswith("Expected a LiteRT model")
    names, shares = zip(*(row.split("\n") for row in found["shownScores"]), strict=True)
    assert list(names) == LABELS
    current = detector.current
    now = [LABELS[current.number], shares[current.number]] if current else ["–"]
    assert found["now"].split("\n") == now
    assert found["drawn"] and found["width"] == 390


@browser
@pytest.mark.parametrize("background", [[], [2, 4]])
def test_the_page_decides_as_python_does(background):
    rng = np.random.default_rng(4)
    scores = 3 * rng.normal(size=(60, 5)).repeat(10, axis=0) + rng.normal(size=(600, 5))
    frames = [None if rng.random() < 0.1 else row.tolist() for row in scores]
    frames[300:320] = [None] * 20
    decision = {"temperature": 1.2, "smoothing": 4.0, "enter": 0.6, "leave": 0.4}
    decision["background"] = background
    detector = EventDetector(Decision.of(decision))
    expected = [detector.step(frame) for frame in frames]
    module = (FOLDER / "src/decision.js").as_uri()
    asked = (
        f"import({module!r}).then(({{ EventDetector }}) => {{"
        f"const detector = new EventDetector({json.dumps(decision)});"
        f"const events = {json.dumps(frames)}.map((frame) => detector.step(frame));"
        "console.log(JSON.stringify({ events, probabilities: detector.probabilities }));})"
    )
    found = json.loads(node("--input-type=module", "-e", asked))
    assert len([event for event in expected if event]) > 20
    for event, said in zip(expected, found["events"], strict=True):
        assert (event is None) == (said is None)
        if event:
            assert (event.number, event.begin, event.end) == (
                said["number"],
                said["begin"],
                said["end"],
            )
            assert said["certainty"] == pytest.approx(event.certainty)
    np.testing.assert_allclose(found["probabilities"], detector.probabilities)


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


def test_the_demo_is_a_stream_of_several_actions(tmp_path):
    generate(tmp_path, subjects=2, repetitions=1)
    write_clip = runpy.run_path(str(FOLDER / "make_demo.py"))["write_clip"]
    write_clip(tmp_path, ACTIONS, tmp_path / "clip.json")
    clip = json.loads((tmp_path / "clip.json").read_text("utf-8"))
    assert "synthetic" in clip["about"]
    ends = [0, *(segment["end"] for segment in clip["segments"])]
    assert [segment["begin"] for segment in clip["segments"]] == ends[:-1]
    assert len(clip["frames"]) == ends[-1] > 200
    assert len({segment["label"] for segment in clip["segments"]} & set(ACTIONS)) == 6
    people = np.array([person for frame in clip["frames"] for person in frame])
    assert np.isfinite(people).all() and people.shape[1:] == (25, 3)


def test_the_page_knows_the_layouts():
    known = json.loads((FOLDER / "src/layouts.json").read_text("utf-8"))
    assert [layout["name"] for layout in known] == list(layout_names())
    for said in known:
        layout = find_layout(said["name"])
        assert said["joint_names"] == list(layout.joint_names)
        assert said["bones"] == [list(bone) for bone in layout.bones]


def test_the_lock_file_names_no_other_place():
    assert '"resolved"' not in (FOLDER / "package-lock.json").read_text("utf-8")
