"""Arrays of all clips as a data set, from the description to what a model says of other arrays."""

import json

import numpy as np
import pytest
from recording_files import random_joints, standing
from typer.testing import CliRunner

from keras_drnn.cli.data import app
from keras_drnn.experiments.data import open_data
from keras_drnn.skeletons.layouts import COCO_17

WHO = np.repeat(["ana", "ben", "cyd", "dan"], 3)
Y = np.tile(["sit", "walk", "wave"], 4)


@pytest.fixture
def described(tmp_path):
    """A description of arrays, with subjects and classes if nothing else is said."""

    def described(x, says="", **arrays):
        np.save(tmp_path / "X.npy", x)
        arrays = {"y": Y, "subject": WHO} | arrays
        arrays = {key: values for key, values in arrays.items() if values is not None}
        for key, values in arrays.items():
            np.save(tmp_path / f"{key}.npy", np.asarray(values))
        lines = [says, 'x = "X.npy"', *(f'{key} = "{key}.npy"' for key in arrays)]
        (tmp_path / "clips.toml").write_text("\n".join(lines))
        return tmp_path / "clips.toml"

    return described


@pytest.fixture
def opened(tmp_path):
    def opened(path, **arguments):
        return open_data(str(path), root=None, cache=tmp_path / "cache", **arguments)

    return opened


def test_channels(described, opened):
    x = random_joints(12, 9, 4)
    x[7, 5:] = 0
    data = opened(described(x, lengths=[9] * 7 + [5] + [9] * 4))
    assert data.shape == (1, 4, 1) and data.layout is None and data.name == "clips"
    assert data.split.class_names == ("sit", "walk", "wave")
    assert data.clips.index.frames.tolist() == [9] * 7 + [5] + [9] * 4
    assert data.clips.index.name[7] == "000007 X"
    for clip, values in zip(data.clips, x, strict=True):
        np.testing.assert_array_equal(clip.joints[:, 0, :, 0], values[: len(clip.joints)])
    # One of four is held out as a whole, and one of the others to validate with.
    assert [len(p) for p in (data.split.train, data.split.validation, data.split.test)] == [6, 3, 3]
    assert data.warnings == ()


@pytest.mark.parametrize("form", ["bodies", "joints", "joint", "axis"])
def test_joints_in_every_form(described, opened, form):
    joints = np.stack([standing(COCO_17, frames=11) + np.float32(n / 100) for n in range(12)])
    x = {
        "bodies": joints[:, :, None],
        "joints": joints,
        "joint": joints.reshape(12, 11, 51),
        "axis": joints.swapaxes(2, 3).reshape(12, 11, 51),
    }[form]
    data = opened(described(x), layout="coco_17")
    assert data.shape == (1, 17, 3)
    for clip, values in zip(data.clips, joints, strict=True):
        np.testing.assert_allclose(clip.joints[:, 0], values, rtol=1e-6)
    assert data.data_set.notices == () and data.data_set.reading is not None
    assert data.data_set.reading["order"] == (form if form in ("joint", "axis") else None)


def test_what_the_numbers_are_is_asked_for_and_read(described, opened):
    joints = np.stack([standing(COCO_17, frames=11)[..., :2] * 300] * 12)
    x = np.concatenate([joints, np.full((12, 11, 17, 1), 0.9)], axis=-1)
    with pytest.raises(ValueError, match='Write columns = "xyc"'):
        opened(described(x), layout="coco_17")
    data = opened(described(x, 'columns = ["x", "y", "score"]\nlayout = "coco_17"'))
    np.testing.assert_allclose(data.clips[5].joints[:, 0], joints[5], rtol=1e-6)
    with pytest.raises(ValueError, match="Expected to be told what the joints are"):
        opened(described(x))


def test_a_side_of_each_clip(described, opened):
    sides = ["train"] * 6 + ["validation"] * 3 + ["test"] * 3
    data = opened(described(random_joints(12, 9, 4), split=sides, subject=None))
    parts = data.split
    assert parts.test.tolist() == [9, 10, 11] and parts.validation.tolist() == [6, 7, 8]
    with pytest.raises(ValueError, match="Expected an array split .*with the arrays x, y$"):
        opened(described(random_joints(12, 9, 4), subject=None))
    with pytest.raises(ValueError, match="split loso an array subject with at least 2 different"):
        opened(described(random_joints(12, 9, 4), 'split = "loso"', subject=["ana"] * 12))


def test_the_command_counts_and_names_every_clip_that_is_not_used(described, tmp_path):
    x = random_joints(12, 9, 4)
    x[1], x[4], x[6, 3, 2] = np.nan, 0, np.inf
    y = np.array([*Y[:8], "", *Y[9:]])
    path = described(x, y=y, lengths=[9] * 10 + [0, 9])
    found = tmp_path / "found.json"
    arguments = ["info", "--data", path, "--out", tmp_path / "runs", "--json", found]
    done = CliRunner().invoke(app, list(map(str, arguments)))
    assert done.exit_code == 0, done.output
    assert "7 clips read, 5 clips left out as faulty" in done.output
    named = "\n".join(json.loads(found.read_text())["left_out"])
    for words in (
        "X.npy[8]: expected the name of a class, received nothing",
        "X.npy[10]: expected a number of frames from 1 to 9, received 0",
        "X.npy[1]: expected a channel that is not zero",
        "X.npy[4]: expected a channel that is not zero",
        "X.npy[6]: expected finite numbers, received inf in frame 4, channel 3",
    ):
        assert words in named
    assert "array y, 1 clip:" in done.output


def test_no_clip_that_can_be_used_is_told(described, opened):
    with pytest.raises(ValueError, match=r"(?s)at least one clip that can be used.*X.npy\[0\]"):
        opened(described(random_joints(12, 9, 4), lengths=[0] * 12))
    with pytest.raises(ValueError, match=r"that can be read, .*X.npy\[0\]: expected"):
        opened(described(np.full((12, 9, 4), np.inf)))


@pytest.mark.parametrize("changed", ["x", "y", "subject", "lengths"])
def test_a_changed_array_is_another_data_set(described, opened, changed):
    x = random_joints(12, 9, 4)
    arrays = {"x": x, "y": Y, "subject": WHO, "lengths": np.full(12, 9)}
    first = opened(described(**arrays)).clips
    assert opened(described(**arrays)).clips.index.fingerprint == first.index.fingerprint
    arrays[changed] = arrays[changed].copy()
    if changed == "x":
        arrays["x"][11, 8, 3] += 1
    else:
        arrays[changed][11] = 7 if changed == "lengths" else arrays[changed][0]
    second = opened(described(**arrays)).clips
    assert second.index.fingerprint != first.index.fingerprint


def test_a_frame_rate_is_that_of_all_clips(described, opened):
    data = opened(described(random_joints(12, 9, 4), "fps = 30"), fps=10)
    assert data.data_set.frame_rate == 10 and set(data.clips.index.frames) == {3}
