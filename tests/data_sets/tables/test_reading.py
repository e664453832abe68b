"""How a table was read, kept with a model: other recordings are read just so."""

import json

import numpy as np
import pytest
from recording_files import random_joints, standing
from recording_tables import rows, table_of, write_table

from keras_drnn.data_sets.tables import table_data_set
from keras_drnn.data_sets.tables.layout import layout_of
from keras_drnn.data_sets.tables.row_clip import Reading
from keras_drnn.experiments import scorer
from keras_drnn.experiments.prediction import predict
from keras_drnn.experiments.sources import describe_model
from keras_drnn.recordings.table import read_table
from keras_drnn.skeletons.layouts import COCO_17, find_layout, layout_names

OWN = """table = "clips.csv"
[layout]
joints = ["hip", "chest", "left arm", "right arm", "left leg", "right leg"]
bones = [["chest", "hip"], ["left arm", "chest"], ["right arm", "chest"]]
hip = ["left leg", "right leg"]
shoulder_centre = "chest"
left_shoulder = "left arm"
right_shoulder = "right arm"
left_hip = "left leg"
right_hip = "right leg"
"""


def through_json(reading):
    return Reading.of_json(json.loads(json.dumps(reading.as_json())))


def test_what_the_numbers_are_is_asked_for_read_and_kept_for_prediction(tmp_path, model):
    clips = tmp_path / "clips"
    clips.mkdir()
    table = write_table(clips, rows("ab"), axes=2, scale=200)
    score = np.linspace(0.1, 1, 17)[None, :, None].repeat(12, axis=0)
    for file in clips.glob("*.npy"):
        joints = np.load(file)
        np.save(file, np.concatenate([joints[..., ::-1], score], axis=-1))
    with pytest.raises(ValueError, match='columns = "xyc" .* into a description'):
        table_data_set(table, layout="coco_17")
    said = 'layout = "coco_17"\nconfidence = 0.5\ncolumns = ["y", "x", "score"]\n'
    (clips / "clips.toml").write_text(f'table = "clips.csv"\n{said}')
    data_set = table_data_set(clips / "clips.toml")
    assert data_set.shape == (1, 17, 2)
    first = data_set.open(None, tmp_path / "cache")[0]
    sure = score[0, :, 0] >= 0.5
    np.testing.assert_array_equal(first.joints[:, 0][:, sure], joints_of(clips)[:, sure])
    assert not np.array_equal(first.joints[:, 0], joints_of(clips))
    path, scores = model(data_set)
    (one,) = predict(path, clips / "a0.npy")
    assert one.error is None
    np.testing.assert_array_equal(scores.given[0], first.joints)


def joints_of(clips):
    return np.load(clips / "a0.npy")[..., [1, 0]].astype("float32")


@pytest.mark.parametrize("order", ["joint", "axis"])
def test_the_order_of_rows_is_kept_for_recordings_that_do_not_show_it(tmp_path, model, order):
    clips = tmp_path / "clips"
    clips.mkdir()
    said = f'layout = "coco_17"\norder = "{order}"\nup = "y"\nunits = "metres"\n'
    table = write_table(clips, rows("ab"), description=said)
    for file in clips.glob("*.npy"):
        np.save(file, np.load(file).reshape(12, 51))
    path, scores = model(table_data_set(table))
    row = np.random.default_rng(0).normal(size=(1, 51)).astype("float32")
    np.save(tmp_path / "new.npy", row)
    (one,) = predict(path, tmp_path / "new.npy")
    expected = row.reshape(17, 3) if order == "joint" else row.reshape(3, 17).T
    np.testing.assert_array_equal(scores.given[0][0, 0], expected)


@pytest.mark.parametrize("name", layout_names())
def test_a_reading_comes_back_from_json_with_every_layout(name):
    layout = find_layout(name)
    said = ("frames", "-z", "pixels", 0.25, 12.5, "yxc", "axis")
    reading = Reading((2, len(layout), 3), layout, *said)
    back = through_json(reading)
    assert back == reading and repr(back) == repr(reading) and hash(back) == hash(reading)


def test_so_does_one_with_an_own_layout_and_one_of_channels(tmp_path):
    table_of(tmp_path, "file,label", "a.npy,sit")
    (tmp_path / "clips.toml").write_text(OWN)
    layout = layout_of(read_table(tmp_path / "clips.toml").description)
    assert layout is not None
    for reading in (
        Reading((1, 6, 3), layout, "seconds"),
        Reading((1, 3, 1), None, "seconds", fps=50.0),
    ):
        assert repr(through_json(reading)) == repr(reading)


class Scores:
    """A model that keeps what it is given, and scores by where the joints are."""

    def __init__(self, shape):
        self.shape, self.given = (None, None, *shape), []

    def __call__(self, joints):
        self.given.append(joints)
        return np.stack([joints.sum(axis=(1, 2, 3)), -joints.sum(axis=(1, 2, 3))], axis=-1)


@pytest.fixture
def model(tmp_path, monkeypatch):
    """The files of a model of a data set, without a network in them."""

    def model(data_set):
        scores = Scores(data_set.shape)
        monkeypatch.setitem(scorer._OPENERS, ".keras", lambda path: (scores.shape, scores, None))
        folder = tmp_path / "run"
        folder.mkdir(exist_ok=True)
        (folder / "model.keras").touch()
        known = {"classes": ["up", "down"], "joints": list(data_set.joint_names), "bodies": 1}
        known |= {"data": data_set.name, "frame_rate": data_set.frame_rate}
        known |= {"reading": data_set.reading}
        (folder / "classes.json").write_text(json.dumps(known))
        return folder / "model.keras", scores

    return model


def test_other_recordings_are_read_as_those_of_the_table_were(tmp_path, model):
    clips = tmp_path / "clips"
    clips.mkdir()
    says = 'layout = "coco_17"\nup = "-z"\nunits = "millimetres"\nconfidence = 0.3\nfps = 30\n'
    table = write_table(clips, rows("abc"), description=says)
    rng = np.random.default_rng(0)
    for file in clips.glob("*.npy"):
        joints = np.concatenate([np.load(file) * 1000, rng.random((12, 17, 1))], axis=-1)
        np.save(file, joints.astype("float32"))
    data_set = table_data_set(table, fps=15)
    trained_on = data_set.open(None, tmp_path / "cache")
    path, scores = model(data_set)
    new = tmp_path / "new"
    new.mkdir()
    for clip in trained_on:
        name = f"{clip.name[7:]}.npy"
        # What is not a part of a table does not say its rate: it has that of the model.
        np.save(new / name, np.load(clips / name)[::2])
    found = list(predict(path, new))
    assert [each.error for each in found] == [None] * 6
    in_order = sorted(trained_on, key=lambda clip: clip.name[7:])
    for clip, given, each in zip(in_order, scores.given, found, strict=True):
        assert each.path.stem == clip.name[7:] and given.shape == (6, 1, 17, 3)
        # Joints held from a frame that only the faster recording has may differ; the others not.
        sure = np.load(clips / each.path.name)[::2, :, 3] >= 0.3
        np.testing.assert_array_equal(given[:, 0][sure], clip.joints[:, 0][sure])
    metadata = describe_model(path)
    assert metadata["frame_rate"] == 15 and metadata["reading"]["confidence"] == 0.3
    assert metadata["units"].startswith("metres")


def test_what_is_not_like_the_table_is_named_and_the_others_go_on(tmp_path, model):
    (tmp_path / "clips").mkdir()
    path, scores = model(
        table_data_set(write_table(tmp_path / "clips", rows("ab")), layout="coco_17")
    )
    new = tmp_path / "new"
    new.mkdir()
    joints = standing(COCO_17, frames=4)
    np.save(new / "a.npy", joints[:, :16])
    np.save(new / "b.npy", joints)
    passing = joints + 9
    passing[1:] = np.nan
    np.save(new / "c.npy", np.stack([passing, joints], axis=1))
    (new / "d.txt").write_text("no numbers")
    lost = np.concatenate([joints, np.zeros((4, 17, 1), "float32")], axis=-1)
    np.save(new / "e.npy", lost)
    np.save(new / ".f.npy", joints)
    found = {each.path.name: each for each in predict(path, new)}
    assert list(found) == ["a.npy", "b.npy", "c.npy", "d.txt", "e.npy"]
    assert "expected 17 joints" in (found["a.npy"].error or "")
    assert found["b.npy"].label == "up" and found["b.npy"].error is None
    # Somebody else walks past.
    assert found["c.npy"].label == "up"
    assert found["c.npy"].remark == "of 2 bodies the one that is in the most frames is kept"
    np.testing.assert_array_equal(*scores.given)
    assert found["d.txt"].error and found["e.npy"].error
    (gone,) = predict(path, tmp_path / "gone.npy")
    assert gone.error


def test_a_model_of_channels_reads_channels(tmp_path, model):
    (tmp_path / "clips").mkdir()
    table = write_table(tmp_path / "clips", rows("ab"))
    for file in (tmp_path / "clips").glob("*.npy"):
        np.save(file, np.ones((9, 4)))
    path, scores = model(table_data_set(table))
    np.save(tmp_path / "new.npy", -np.ones((5, 4)))
    (one,) = predict(path, tmp_path / "new.npy")
    assert (one.label, one.error) == ("down", None) and scores.given[0].shape == (5, 1, 4, 1)
    np.save(tmp_path / "new.npy", np.zeros((5, 4)))
    (one,) = predict(path, tmp_path / "new.npy")
    assert one.label is None and "not zero" in (one.error or "")
    assert describe_model(path)["units"].startswith("channels as they were recorded")


def array_of(folder, x):
    """A description of arrays with two classes, and a subject for every two clips."""
    folder.mkdir(exist_ok=True)
    np.save(folder / "X.npy", x)
    np.save(folder / "y.npy", np.arange(len(x)) % 2)
    np.save(folder / "who.npy", np.arange(len(x)) // 2)
    (folder / "clips.toml").write_text('x = "X.npy"\ny = "y.npy"\nsubject = "who.npy"\n')
    return folder / "clips.toml"


def test_an_array_like_that_of_all_clips_is_one_of_clips(tmp_path, model):
    x = random_joints(6, 9, 4)
    path, scores = model(table_data_set(array_of(tmp_path / "clips", x)))
    x[2, 4:] = np.nan
    x[4] = np.nan
    np.save(tmp_path / "new.npy", x)
    found = list(predict(path, tmp_path / "new.npy"))
    assert [each.path.name for each in found] == [f"new.npy[{n}]" for n in range(6)]
    assert [each.error is None for each in found] == [True] * 4 + [False, True]
    for given, values in zip(scores.given, x[[0, 1, 2, 3, 5]], strict=True):
        np.testing.assert_array_equal(given[:, 0, :, 0], values[: len(given)])
    assert [len(given) for given in scores.given] == [9, 9, 4, 9, 9]
    # One dimension less is one recording, of any length.
    np.save(tmp_path / "new.npy", random_joints(30, 4))
    (one,) = predict(path, tmp_path / "new.npy")
    assert one.path.name == "new.npy" and scores.given[-1].shape == (30, 1, 4, 1)
    np.savez(tmp_path / "new.npz", x=x[:2], y=[0, 1])
    assert [each.path.name for each in predict(path, tmp_path / "new.npz")] == [
        "new.npz[0]",
        "new.npz[1]",
    ]
    np.save(tmp_path / "new.npy", random_joints(3, 9, 5))
    errors = [each.error or "" for each in predict(path, tmp_path / "new.npy")]
    assert len(errors) == 3 and all("expected 4 channels" in error for error in errors)
    np.save(tmp_path / "new.npy", np.array([[[{}]]], object), allow_pickle=True)
    (one,) = predict(path, tmp_path / "new.npy")
    assert "run code" in (one.error or "")


def test_the_order_that_was_found_out_is_that_of_other_arrays(tmp_path, model):
    joints = np.stack([standing(COCO_17, frames=12)] * 6)
    description = array_of(tmp_path / "clips", joints.swapaxes(2, 3).reshape(6, 12, 51))
    path, scores = model(table_data_set(description, layout="coco_17"))
    row = random_joints(1, 51)  # which does not show its order
    np.save(tmp_path / "new.npy", row)
    (one,) = predict(path, tmp_path / "new.npy")
    assert one.error is None
    np.testing.assert_array_equal(scores.given[0][0, 0], row.reshape(3, 17).T)


def test_pixels_are_said_to_be_pixels(tmp_path, model):
    (tmp_path / "clips").mkdir()
    table = write_table(tmp_path / "clips", rows("ab"), axes=2, scale=200)
    path, _ = model(table_data_set(table, layout="coco_17"))
    assert describe_model(path)["units"].startswith("pixels, y up")


def test_a_model_of_before_there_were_tables_still_predicts(tmp_path, model):
    (tmp_path / "clips").mkdir()
    data_set = table_data_set(write_table(tmp_path / "clips", rows("ab")), layout="coco_17")
    path, scores = model(data_set)
    scores.shape = (None, None, 1, 20, 3)
    old = {"classes": ["up", "down"], "joints": [], "bodies": 1, "data": "nucla"}
    path.with_name("classes.json").write_text(json.dumps(old))
    frames = np.ones((3, 20, 3)).tolist()
    (tmp_path / "x.json").write_text(json.dumps({"skeletons": frames, "label": 1}))
    (one,) = predict(path, tmp_path / "x.json")
    assert (one.label, one.error) == ("up", None)
    assert describe_model(path)["reading"] is None and describe_model(path)["frame_rate"] == 30
