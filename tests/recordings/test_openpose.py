"""OpenPose's folders of one file for each frame."""

import json

import numpy as np
import pytest
from recording_files import fault, random_joints

from keras_drnn.recordings.read import read_recording


def frame(*bodies, key="pose_keypoints_2d"):
    people = [{"person_id": [-1], "face_keypoints_2d": [], key: b.ravel().tolist()} for b in bodies]
    return json.dumps({"version": 1.3, "people": people})


@pytest.fixture
def folder(tmp_path):
    def folder(frames, form="my video 1_{:012}_keypoints.json"):
        (tmp_path / "clip").mkdir(exist_ok=True)
        for number, text in frames.items():
            (tmp_path / "clip" / form.format(number)).write_text(text)
        return tmp_path / "clip"

    return folder


@pytest.mark.parametrize("joints, layout", [(25, "openpose_body_25"), (18, "openpose_18")])
def test_a_folder(folder, joints, layout):
    bodies = random_joints(4, joints, 3)
    bodies[0, 2] = 0
    bodies[2, :, :2] += 5  # too far away for the one before
    path = folder({8: frame(bodies[0]), 9: frame(), 10: frame(bodies[1], bodies[2]), 12: frame()})
    (path / ".DS_Store").write_text("")
    read = read_recording(path)
    assert read.values.shape == (5, 2, joints, 2) and read.layout == layout
    np.testing.assert_array_equal(read.values[2], bodies[1:3, :, :2])
    np.testing.assert_array_equal(read.confidence[2], bodies[1:3, :, 2])
    np.testing.assert_array_equal(np.isnan(read.values[0, 0, :, 0]), np.arange(joints) == 2)
    assert np.isnan(read.values[[1, 3, 4]]).all() and np.isnan(read.values[0, 1]).all()
    assert read.notes == ("frames not in the file, taken as without a body: 11",)


def test_numbers_order_the_frames_and_not_their_spelling(folder):
    bodies = random_joints(12, 18, 3)
    path = folder({t: frame(body) for t, body in enumerate(bodies)}, "{}.json")
    np.testing.assert_array_equal(read_recording(path).values[:, 0], bodies[..., :2])


def test_other_files_are_named(folder):
    path = folder({1: frame(random_joints(18, 3))})
    (path / "video.avi").write_text("")
    assert read_recording(path).notes == ("1 other file not read: video.avi",)


def test_a_frame_alone_old_names_and_three_axes(tmp_path):
    path = tmp_path / "still.json"
    body = random_joints(18, 3)
    for key in ("pose_keypoints_2d", "pose_keypoints"):
        path.write_text(frame(body, key=key))
        np.testing.assert_array_equal(read_recording(path).values, [[body[:, :2]]])
    body = random_joints(25, 4)
    path.write_text(frame(body, key="pose_keypoints_3d"))
    read = read_recording(path)
    np.testing.assert_array_equal(read.values, [[body[:, :3]]])
    np.testing.assert_array_equal(read.confidence, [[body[:, 3]]])


def test_what_is_wrong_with_a_folder(folder, tmp_path):
    path = folder({})
    assert "received 0 other files" in str(fault(path))
    (path / "a.txt").write_text("")
    assert "received 1 other file" in str(fault(path))
    path = folder({1: frame(), 2: frame()})
    assert fault(path).kind == "no body"
    folder({1: frame(random_joints(18, 3)), 2: frame(random_joints(25, 3))})
    assert "18 joints of 3 numbers in frame 2, as in frame 1, received 25" in str(fault(path))
    assert fault(folder({2: frame()}), layout="openpose_body_25").kind == "layout"
    assert "of 2: my video 1_, other_" in str(fault(folder({1: frame()}, "other_{}.json")))


@pytest.mark.parametrize(
    "text, kind",
    [
        ("", "empty file"),
        (frame(random_joints(18, 3))[:-9], "truncated"),
        ("[1]", "structure"),
        ('{"people": [{}]}', "structure"),
        ('{"people": [3]}', "structure"),
        ('{"people": [{"pose_keypoints_2d": [1, 2]}]}', "axis count"),
        ('{"people": [{"pose_keypoints_2d": [1, 2, "a"]}]}', "not a number"),
    ],
)
def test_a_frame_that_is_wrong_is_named(folder, text, kind):
    path = folder({1: frame(random_joints(18, 3)), 2: text}, "{}.json")
    with pytest.raises(ValueError) as caught:
        read_recording(path)
    assert caught.value.path == path / "2.json" and caught.value.kind == kind
