"""One array of all clips."""

import numpy as np
import pytest
from recording_files import random_joints, standing

from keras_drnn.recordings.clip_array import ClipArray
from keras_drnn.recordings.errors import RecordingError
from keras_drnn.skeletons import KINECT_V1


@pytest.fixture
def save(tmp_path):
    def save(array):
        np.save(tmp_path / "X.npy", array)
        return tmp_path / "X.npy"

    return save


def test_clips_of_different_lengths(save):
    values = random_joints(4, 9, 3)
    clips = ClipArray(save(values), [9, 1, 5, 9])
    assert len(clips) == 4
    for clip, row, length in zip(clips, values, (9, 1, 5, 9), strict=True):
        np.testing.assert_array_equal(clip.values, row[:length])
    np.testing.assert_array_equal(clips[-2].values, values[2, :5])
    assert [len(clip.values) for clip in clips[1:3]] == [1, 5]
    assert [len(clip.values) for clip in ClipArray(save(values))] == [9] * 4


@pytest.mark.parametrize("shape", [(4, 9, 20, 3), (4, 9, 2, 20, 3)])
def test_joints(save, shape):
    joints = random_joints(*shape)
    clips = ClipArray(save(joints), layout="kinect_v1")
    expected = joints if len(shape) == 5 else joints[:, :, None]
    np.testing.assert_array_equal(clips[3].values, expected[3])
    assert clips[3].layout == "kinect_v1"


@pytest.mark.parametrize("by_axis", [False, True])
def test_the_order_of_rows_is_found_out_for_all_clips_together(save, by_axis):
    joints = np.stack([standing(KINECT_V1)] * 3)
    joints[0] = 1.0  # does not show its order
    rows = joints.swapaxes(2, 3) if by_axis else joints
    clips = ClipArray(save(rows.reshape(3, 20, 60)), layout="kinect_v1")
    for clip, expected in zip(clips, joints, strict=True):
        np.testing.assert_array_equal(clip.values[:, 0], expected)


def test_what_is_wrong(save, tmp_path):
    values = random_joints(4, 9, 3)
    values[2] = np.inf
    path = save(values)
    clips = ClipArray(path)
    with pytest.raises(RecordingError, match="clip 3: expected finite numbers.*in frame 1"):
        clips[2]
    np.testing.assert_array_equal(clips[3].values, values[3])
    with pytest.raises(IndexError):
        clips[4]
    for lengths, says in (
        ([9, 9, 9], "expected 4 lengths"),
        ([9.0] * 4, "one whole number"),
        ([9, 10, 9, 9], "from 1 to 9, received 10 for clip 2"),
        ([9, 9, 9, 0], "received 0 for clip 4"),
    ):
        with pytest.raises(RecordingError, match=says):
            ClipArray(path, lengths)
    with pytest.raises(RecordingError, match=r"clip 1: expected .* received 50 numbers"):
        ClipArray(save(random_joints(4, 9, 50)), layout="kinect_v1")[0]
    for array, says in (
        (values[0], "received shape"),
        (np.array([[[{}]]], object), "can run code"),
    ):
        np.save(path, array, allow_pickle=True)
        with pytest.raises(RecordingError, match=says):
            ClipArray(path)
    path.write_bytes(save(values).read_bytes()[:-1])
    with pytest.raises(RecordingError, match="bytes of the array"):
        ClipArray(path)
    with pytest.raises(RecordingError, match="No such file"):
        ClipArray(tmp_path / "Y.npy")
