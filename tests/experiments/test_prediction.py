"""What a trained model says about files: whatever they are called, read as its data set's are."""

import json

import keras
import numpy as np
import pytest
from skeleton_files import alone as one_body
from skeleton_files import person, skeleton_text, write_ntu

from keras_drnn.data_sets import registry
from keras_drnn.experiments.prediction import predict

JOINTS = {"nucla": 20, "ntu": 25}


@pytest.fixture
def model(tmp_path):
    """Write a model that tells by the sign of x whether somebody is on the left or the right."""

    def write(data, joints=None):
        joints = joints or JOINTS[data]
        layer = keras.layers.Dense(2, use_bias=False)
        network = keras.Sequential(
            [keras.Input((None, 1, joints, 3)), keras.layers.Reshape((-1, 3 * joints)), layer]
        )
        weights = np.zeros((joints, 3, 2), "float32")
        weights[:, 0] = [-1.0, 1.0]
        layer.set_weights([weights.reshape(-1, 2)])
        folder = tmp_path / "run"
        folder.mkdir(exist_ok=True)
        network.save(folder / "model.keras")
        classes = {"classes": ["left", "right"], "joints": [], "bodies": 1, "data": data}
        (folder / "classes.json").write_text(json.dumps(classes))
        return folder / "model.keras"

    return write


def at(x, joints):
    return person(4, joints=joints) + np.array([x, 0, 0], "float32")


def test_clips_of_any_name_without_a_label(model, tmp_path):
    clips = tmp_path / "clips"
    clips.mkdir()
    for name, x in (("Küche 1.json", -2.0), ("b.JSON", 2.0)):
        (clips / name).write_text(json.dumps({"skeletons": at(x, 20).tolist()}))
    found = list(predict(model("nucla"), clips))
    assert [(each.path.name, each.label) for each in found] == [
        ("Küche 1.json", "left"),
        ("b.JSON", "right"),
    ]
    assert all(each.probability > 0.99 and each.error is None for each in found)


def test_a_faulty_file_is_named_with_its_line_and_the_others_go_on(model, tmp_path):
    clips = tmp_path / "clips"
    clips.mkdir()
    (clips / "a.skeleton").write_text("2\nnothing\n")
    (clips / "b.skeleton").write_text(skeleton_text(one_body(at(2.0, 25))))
    bad, good = predict(model("ntu"), clips)
    assert bad.error.startswith("line 2: ") and bad.label is None
    assert (good.label, good.error) == ("right", None)


def test_a_clip_with_other_joints_says_what_the_model_was_trained_on(model, tmp_path):
    path = write_ntu(tmp_path, "clip", at(1.0, 25))
    (found,) = predict(model("nucla"), path)
    assert "expected clips of 20 joints" in found.error and "received 25" in found.error


def test_without_clips_it_says_which_files_it_reads(model, tmp_path):
    (tmp_path / "notes.txt").write_text("")
    with pytest.raises(ValueError, match=r"\.json or \.skeleton file, or a folder"):
        list(predict(model("nucla"), tmp_path))


def test_a_model_of_a_data_set_that_is_gone_reads_files_by_their_suffix(model, tmp_path):
    path = write_ntu(tmp_path, "clip", at(-1.0, 25))
    (found,) = predict(model("no-longer-installed", joints=25), path)
    assert found.label == "left"


def test_a_broken_data_set_stops_the_models_of_it_alone(model, tmp_path, monkeypatch):
    broken = registry.EntryPoint("broken", "no_such_module:X", registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda group: (broken,))
    path = write_ntu(tmp_path, "clip", at(-1.0, 25))
    (found,) = predict(model("ntu"), path)
    assert found.label == "left"
    with pytest.raises(ValueError, match="'broken'.*no_such_module"):
        list(predict(model("broken", joints=25), path))
