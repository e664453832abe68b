"""`drnn predict`: a timeline of a long recording, and frames from standard input."""

import io
import json
import sys
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from skeleton_files import person
from tflite_files import summing_model
from typer.testing import CliRunner

from keras_drnn.cli.app import app
from keras_drnn.cli.predict import _time
from keras_drnn.cli.predict_lines import predict_lines
from keras_drnn.data_sets.tables.row_clip import Reading
from keras_drnn.experiments.frame_lines import frame_of_line
from keras_drnn.experiments.timeline import detector_of
from keras_drnn.export.finishing import finished
from keras_drnn.skeletons.features import FrameVector

DECISION = {"temperature": 1.0, "smoothing": 1.0, "enter": 0.8, "leave": 0.4, "background": []}
# A file written before there was a key for it; its class for nothing has the name it always had.
OLD = {"labels": ["background", "right"]}


def sides(shape=(1, 20, 3)):
    """A model that tells by the sign of x whether somebody is on the left or the right."""
    joints = keras.Input((None, *shape))
    layer = keras.layers.Dense(2, use_bias=False)
    model = keras.Model(joints, layer(FrameVector((1.0,), name="frame")([joints])))
    weights = np.zeros((*shape, 2), "float32")
    weights[..., 0, :] = [-1.0, 1.0]
    layer.set_weights([weights.reshape(-1, 2)])
    return model


def write(folder, shape=(1, 20, 3), **more):
    folder.mkdir()
    sides(shape).save(folder / "model.keras")
    about = {"classes": ["left", "right"], "joints": [], "bodies": shape[0], "data": "nucla"}
    (folder / "classes.json").write_text(json.dumps(about | more))
    return folder / "model.keras"


def at(x, frames):
    return person(frames, joints=20) + np.array([x, 0, 0], "float32")


def test_a_timeline_says_what_happens_when(command, tmp_path):
    write(tmp_path / "run", decision=DECISION, frame_rate=10)
    (tmp_path / "clips").mkdir()
    frames = np.concatenate([at(-2.0, 10), at(2.0, 20), np.zeros((5, 20, 3)), at(2.0, 5)])
    (tmp_path / "clips/long.json").write_text(json.dumps({"skeletons": frames.tolist()}))
    (tmp_path / "clips/bad.json").write_text("nothing")
    arguments = ["run/model.keras", "clips", "--timeline", "--json", "found.json"]
    done = command("predict", *arguments)
    assert done.exit_code == 0, done.output
    bad, long = json.loads((tmp_path / "found.json").read_text())
    assert bad["clip"] == "bad.json" and bad["error"] and bad["events"] == []
    told = [(e["action"], e["begin"], e["end"], e["end_seconds"]) for e in long["events"]]
    # Five frames of nobody end what lasts.
    assert told == [("left", 0, 10, 1.0), ("right", 10, 30, 3.0), ("right", 35, 40, 4.0)]
    assert long["error"] is None and long["events"][0]["certainty"] > 0.99
    lines = [line.split() for line in done.output.splitlines()]
    assert any({"long.json", "0:00.0", "0:01.0", "left"} <= set(line) for line in lines)
    assert any({"0:01.0", "0:03.0", "right"} <= set(line) for line in lines)


def test_without_a_decision_there_is_one_for_any_model(command, tmp_path):
    write(tmp_path / "run")
    (tmp_path / "clip.json").write_text(json.dumps({"skeletons": at(2.0, 40).tolist()}))
    done = command("predict", "run/model.keras", "clip.json", "--timeline", "--json", "found.json")
    assert done.exit_code == 0, done.output
    ((event,),) = (each["events"] for each in json.loads((tmp_path / "found.json").read_text()))
    assert (event["action"], event["end"]) == ("right", 40)


@pytest.mark.parametrize(
    "more, told", [({}, ["left", "right"]), ({"background": [0]}, ["right"]), (OLD, ["right"])]
)
def test_without_a_decision_no_event_is_told_of_what_means_that_nothing_happens(more, told):
    about = {"labels": ["left", "right"], "frame_rate": 30} | more
    detector = detector_of(about)
    scores = np.repeat([[9.0, 0.0], [0.0, 9.0]], 40, axis=0)
    events = [detector.step(row) for row in scores] + [detector.finish()]
    assert [event.action for event in events if event and event.end is not None] == told


def answers(text):
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def test_every_line_is_answered_and_a_bad_one_stops_nothing(command, tmp_path):
    write(tmp_path / "run", decision=DECISION, frame_rate=10)
    left, right = (at(x, 1)[0] for x in (-2.0, 2.0))
    lines = [
        json.dumps(left.tolist()),
        " ".join(map(str, left.ravel())),
        "what is this",
        json.dumps([right.tolist()]),
        "1 2 3",
        "[[1, 2], [3]]",
        "",
        json.dumps(right.ravel().tolist()).replace("[", "[NaN, ", 1).replace(", ", ",", 1),
        json.dumps(right.ravel().tolist()),
    ]
    arguments = ["predict", "run/model.keras", "-", "--json", "found.json"]
    done = CliRunner().invoke(app, arguments, input="\n".join(lines))
    assert done.exit_code == 0, done.output
    *said, last = answers(done.output)
    assert [each["line"] for each in said] == list(range(1, 10))
    assert [each.get("action") for each in said] == [
        *("left", "left", None, None, None, None, None, None, "right")
    ]
    assert [each.get("frame") for each in said] == [0, 1, None, 2, None, None, 3, None, 4]
    for number, words in (
        (3, "JSON array or numbers"),
        (5, "60 numbers, 1 x 20 x 3"),
        (6, "rows?"),
    ):
        error = said[number - 1]["error"]
        assert error.startswith(f"line {number}: expected")
        assert words.removesuffix("s?") in error
    assert "line 8" in said[7]["error"]
    assert said[0]["event"]["begin"] == 0 and said[0]["event"]["end"] is None
    # One event a line: the left has ended, the right begins with the next frame, were it there.
    assert (said[3]["event"]["action"], said[3]["event"]["end"]) == ("left", 2)
    assert (last["event"]["begin_seconds"], last["event"]["end_seconds"]) == (0.4, 0.5)
    found = json.loads((tmp_path / "found.json").read_text())
    assert [(e["action"], e["begin"], e["end"]) for e in found] == [("left", 0, 2), ("right", 4, 5)]


def test_a_stream_file_answers_too_and_lines_alone_that_are_bad_fail(command, tmp_path):
    # The scores are the sum of the frames; its frames have one axis alone, so that none is right.
    about = {"streaming": True, "labels": ["a", "b", "c"], "decision": DECISION}
    (tmp_path / "sum.tflite").write_bytes(finished(summing_model(), about))
    done = CliRunner().invoke(app, ["predict", "sum.tflite", "-"], input="1 2 3\n")
    assert "model of joints" in str(done.exception)
    write(tmp_path / "run")
    done = CliRunner().invoke(app, ["predict", "run/model.keras", "-"], input="1 2\n3\n")
    assert done.exit_code == 1 and [each["line"] for each in answers(done.output)] == [1, 2]


def test_each_answer_is_there_before_the_next_line_is_asked_for(tmp_path, monkeypatch):
    model = write(tmp_path / "run", decision=DECISION)
    said, seen = io.StringIO(), []

    def lines():
        for _ in range(3):
            seen.append(said.getvalue().count("\n"))
            yield (json.dumps(at(2.0, 1)[0].tolist()) + "\n").encode()

    given = lines()
    buffer = SimpleNamespace(readline=lambda: next(given, b""))
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=buffer))
    monkeypatch.setattr(sys, "stdout", said)
    found, right = predict_lines(model)
    assert seen == [0, 1, 2] and right and len(found) == 1


def test_what_a_table_knows_of_recordings_is_done_to_each_line(command, tmp_path):
    # Up is -z and units are centimetres: x stays x, and what is missing is held.
    from keras_drnn.skeletons.layouts import COCO_17

    reading = Reading((1, 17, 3), COCO_17, "frames", "-z", "centimetres")
    write(tmp_path / "run", (1, 17, 3), reading=reading.as_json(), decision=DECISION)
    frame = np.full((17, 3), -200.0)
    missing = json.dumps(np.where(np.arange(51).reshape(17, 3) < 30, None, frame).tolist())
    lines = [json.dumps(frame.tolist()), missing, "null"]
    done = CliRunner().invoke(app, ["predict", "run/model.keras", "-"], input="\n".join(lines))
    assert done.exit_code == 0, done.output
    first, second, third = answers(done.output)
    assert first["action"] == second["action"] == "left"
    assert third["action"] is None and third["event"]["end"] == 2


def test_frames_of_two_people():
    shape = (2, 2, 3)
    frame = frame_of_line("1 2 3 4 5 6", shape)
    assert frame.shape == shape and frame[0, 1].tolist() == [4, 5, 6] and not frame[1].any()
    assert frame_of_line("[[[1,2,3],[4,5,6]],[[7,8,9],[0,0,0]]]", shape)[1, 0].tolist() == [7, 8, 9]
    assert np.isnan(frame_of_line("[[1, null, 3], [4, 5, 6]]", shape)[0, 0, 1])
    assert frame_of_line("\ufeff1,2,3,4,5,nan", shape)[0, 0].tolist() == [1, 2, 3]
    assert frame_of_line(" null ", shape) is None is frame_of_line("\n", shape)
    for wrong in ("1 2 3", "[[1, 2], [3, 4], [5, 6]]", " ".join("1" * 18), "[]", '{"a": 1}'):
        with pytest.raises(ValueError, match=r"expected.*Received"):
            frame_of_line(wrong, shape)


@pytest.mark.parametrize(
    ("frame", "seconds", "text"),
    [(3, None, "frame 3"), (0, 0.04, "0:00.0"), (0, 59.96, "1:00.0"), (0, 3725.55, "1:02:05.6")],
)
def test_moments(frame, seconds, text):
    assert _time(frame, seconds) == text
