"""A recording to be looked at: read as models read it, with its label and what a model says."""

import json

import numpy as np
import pytest
from recording_files import standing
from recording_tables import rows, write_table
from skeleton_files import person, write_ntu

from keras_drnn.experiments import scorer
from keras_drnn.experiments.models import build_model
from keras_drnn.experiments.prediction import predict
from keras_drnn.experiments.recipes import Recipe
from keras_drnn.experiments.watched import watch
from keras_drnn.skeletons import COCO_17, KINECT_V1, KINECT_V2, MEDIAPIPE_33

LABELS = ["up", "down"]


def write_nucla(folder, name="a02_s01_e01_v03", frames=8):
    joints = person(frames, joints=20)
    joints[3] = 0
    content = {"file_name": name, "label": 2, "skeletons": joints.tolist()}
    path = folder / f"{name}.json"
    path.write_text(json.dumps(content))
    return path, joints


@pytest.fixture
def model(tmp_path, monkeypatch):
    """A model's files, without a network in them: it scores by how high the joints are."""

    def write(shape, **about):
        def score(joints):
            height = np.nan_to_num(joints[..., 1]).mean(axis=(1, 2))
            return np.stack([height, -height], axis=1)

        clock = scorer.Clock((1, 3), 1)
        opened = ((None, None, *shape), score, clock)
        monkeypatch.setitem(scorer._OPENERS, ".keras", lambda path: opened)
        folder = tmp_path / "run"
        folder.mkdir()
        (folder / "model.keras").touch()
        about = {"classes": LABELS, "joints": [], "bodies": shape[0], **about}
        (folder / "classes.json").write_text(json.dumps(about))
        return folder / "model.keras"

    return write


def test_what_a_model_says_at_the_end_is_what_predict_says(tmp_path, model):
    path, joints = write_nucla(tmp_path)
    trained = model((1, 20, 3), data="nucla", frame_rate=10)
    watched = watch(path, model=trained)
    np.testing.assert_array_equal(watched.clip.joints[:, 0], joints)
    assert watched.clip.mask[:, 0].tolist() == [frame != 3 for frame in range(8)]
    assert watched.layout == KINECT_V1 and watched.clip.name == path.name
    about = watched.about
    assert about["label"] == "pick up with two hands"  # by the name of the file
    assert about["names"] == tuple(LABELS) and about["seconds_per_frame"] == 0.1
    assert about["delays"] == (1, 3) and about["first_step"] == 1
    height = joints[..., 1].mean(axis=1)
    np.testing.assert_allclose(about["probabilities"][:, 0], 1 / (1 + np.exp(-2 * height)))
    mean = np.log(about["probabilities"][watched.clip.mask[:, 0]]).mean(axis=0)
    (said,) = predict(trained, path)
    assert said.label == LABELS[mean.argmax()]
    np.testing.assert_allclose(said.probability, np.exp(mean.max()) / np.exp(mean).sum())


def test_without_a_model_native_files_are_read_as_they_are(tmp_path):
    nucla, _ = write_nucla(tmp_path)
    assert watch(nucla).about["label"] == "pick up with two hands"
    ntu = write_ntu(tmp_path, "S001C001P001R001A006", person(6))
    lying = watch(ntu)
    assert lying.layout == KINECT_V2 and lying.about["label"] is None
    np.testing.assert_allclose(lying.clip.joints[:, 0], person(6), rtol=1e-6)
    assert watch(ntu, data="ntu").about["label"] == "pick up"
    assert watch(ntu, data="ntu").about["seconds_per_frame"] == 1 / 30


@pytest.mark.parametrize(("layout", "axes"), [(COCO_17, 2), (MEDIAPIPE_33, 3)])
def test_a_recording_that_nothing_is_known_of_is_turned_upright(tmp_path, layout, axes):
    joints = standing(layout, frames=6)[..., :axes]
    pixels = 300 - 100 * joints if axes == 2 else joints[..., [0, 2, 1]] * [1, -1, 1]
    np.save(tmp_path / "clip.npy", pixels.astype("float32"))
    with pytest.raises(ValueError, match=f"told what the joints are.*{len(layout)} joints"):
        watch(tmp_path / "clip.npy")
    watched = watch(tmp_path / "clip.npy", layout=layout.name)
    found = watched.clip.joints[:, 0]
    assert watched.layout == layout and found.shape == (6, len(layout), axes)
    up = found[..., 1].mean(axis=0)
    assert up[layout.left_shoulder] > up[layout.left_hip] > up[27 if axes == 3 else 15]
    assert set(watched.about) == {"label", "seconds_per_frame"}


def test_channels_need_no_layout(tmp_path):
    values = np.random.default_rng(0).normal(size=(9, 4)).astype("float32")
    np.save(tmp_path / "wrist.npy", values)
    watched = watch(tmp_path / "wrist.npy")
    assert watched.layout is None
    np.testing.assert_array_equal(watched.clip.joints[:, 0, :, 0], values)


def test_a_table_says_the_label_and_how_its_recordings_are_read(tmp_path, model):
    says = 'layout = "coco_17"\nup = "-z"\nunits = "millimetres"\nfps = 50\n'
    lines = [*rows("ab"), "a0.npy,sit,b"]
    table = write_table(tmp_path, lines, description=says)
    watched = watch(tmp_path / "b1.npy", data=str(table))
    assert watched.about["label"] == "stand" and watched.about["seconds_per_frame"] == 1 / 50
    metres = np.load(tmp_path / "b1.npy") / 1000
    np.testing.assert_allclose(watched.clip.joints[:, 0, :, 1], -metres[..., 2], rtol=1e-5)
    assert watch(tmp_path / "a0.npy", data=str(table)).about["label"] == "sit"
    np.save(tmp_path / "new.npy", standing(COCO_17))
    other = watch(tmp_path / "new.npy", data=str(table))
    assert other.about["label"] is None and "no row" in other.remarks[-1]


def test_parts_of_a_recording_have_no_label_in_common(tmp_path):
    lines = ["file,label,subject,start,end", "long.npy,sit,a,0,5", "long.npy,stand,b,5,9"]
    table = write_table(tmp_path, lines, description='layout = "coco_17"\ntimes = "frames"\n')
    watched = watch(tmp_path / "long.npy", data=str(table))
    assert len(watched.clip.joints) == 12
    assert watched.about["label"] is None and "2 rows" in watched.remarks[-1]


def test_one_clip_of_several_is_named_by_its_number(tmp_path):
    joints = np.stack([standing(COCO_17, frames=5) + number for number in range(3)])
    np.save(tmp_path / "X.npy", joints)
    np.save(tmp_path / "y.npy", np.array([0, 1, 0]))
    np.save(tmp_path / "who.npy", np.array([0, 1, 2]))
    says = 'x = "X.npy"\ny = "y.npy"\nsubject = "who.npy"\nlayout = "coco_17"\ncolumns = "xyz"\n'
    (tmp_path / "clips.toml").write_text(says + 'up = "y"\nunits = "metres"\n')
    data = str(tmp_path / "clips.toml")
    watched = watch(tmp_path / "X.npy[1]", data=data)
    np.testing.assert_allclose(watched.clip.joints[:, 0], joints[1], rtol=1e-6)
    assert watched.clip.name == "X.npy[1]" and watched.about["label"] == "1"
    for name in ("X.npy", "X.npy[3]"):
        with pytest.raises(ValueError, match=r"one clip.*there are 3, such as .*X.npy\[0\]"):
            watch(tmp_path / name, data=data)


def test_what_cannot_be_used_is_said(tmp_path, model):
    path, _ = write_nucla(tmp_path)
    trained = model((1, 25, 3), data="ntu")
    for match, arguments in [
        ("clips of 25 joints", {"model": trained}),
        ("as the model says it", {"model": trained, "layout": "coco_17"}),
        ("as the data set nucla says it", {"data": "nucla", "layout": "coco_17"}),
        ("found none", {"model": tmp_path / "nowhere.keras"}),
        ("`data` must be one of", {"data": "imagenet"}),
    ]:
        with pytest.raises(ValueError, match=match):
            watch(path, **arguments)
    with pytest.raises(ValueError, match="No such file"):
        watch(tmp_path / "nowhere.json")


@pytest.mark.parametrize("cell", ["drnn", "bidrnn", "rnn"])
def test_a_models_own_clock_is_found(tmp_path, cell):
    recipe = Recipe(
        cell.removeprefix("bi"),
        units=4,
        delays=(1, 2),
        first_step=1,
        bidirectional=cell == "bidrnn",
    )
    network = build_model(recipe, layout=KINECT_V1, bodies=1, classes=2)
    network.save(tmp_path / "model.keras")
    clock = scorer.open_scorer(tmp_path / "model.keras").clock
    assert clock == (None if cell == "rnn" else ((1, 2), 1))
