"""One array of all clips: which frames and numbers each of them has."""

import pickle

import numpy as np
import pytest
from recording_files import random_joints, standing

from keras_drnn.recordings.arrangement import Arrangement
from keras_drnn.recordings.clip_array import ArrayClip, ClipArray, settle
from keras_drnn.recordings.errors import RecordingError
from keras_drnn.skeletons import COCO_17, KINECT_V1

NAN = float("nan")


@pytest.fixture
def save(tmp_path):
    def save(array, name="X.npy"):
        np.save(tmp_path / name, array)
        return tmp_path / name

    return save


def clips_of(path, lengths=None):
    array = ClipArray(path)
    lengths = lengths or [None] * len(array.values)
    return [ArrayClip(array, number, length) for number, length in enumerate(lengths)]


def test_clips_of_different_lengths(save):
    values = random_joints(4, 9, 3)
    for clip, row, length in zip(
        clips_of(save(values), [9, 1, 5, None]), values, (9, 1, 5, 9), strict=True
    ):
        np.testing.assert_array_equal(clip.read(Arrangement()).values, row[:length])


@pytest.mark.parametrize("padding", [0, NAN])
@pytest.mark.parametrize("shape", [(5, 9, 6), (5, 9, 4, 3), (5, 9, 2, 4, 3)])
def test_what_is_empty_at_the_end_is_padding_unless_a_length_says_otherwise(save, shape, padding):
    values = random_joints(*shape)
    values[1, 6:] = values[2, 1:] = values[4] = padding
    values[1, 3] = padding  # within the clip: nobody there, or a channel that is lost
    values[3, 5:].reshape(4, -1)[:, 1:] = padding  # one number is left
    path = save(values)
    assert [len(clip.frames) for clip in clips_of(path)] == [9, 6, 1, 9, 9]
    assert [len(clip.frames) for clip in clips_of(path, [9] * 5)] == [9] * 5
    assert len(clips_of(path)[1].read(Arrangement()).values) == 6


@pytest.mark.parametrize("dtype", ["float16", "float64", "int16", "uint8", ">f4"])
def test_numbers_of_any_type(save, dtype):
    values = (random_joints(3, 5, 2) * 100).astype(dtype)
    read = clips_of(save(values))[1].read(Arrangement()).values
    assert read.dtype == np.float32
    np.testing.assert_array_equal(read, values[1].astype("float32"))


@pytest.mark.parametrize("shape", [(4, 9, 20, 3), (4, 9, 2, 20, 3)])
def test_joints(save, shape):
    joints = random_joints(*shape)
    read = clips_of(save(joints))[3].read(Arrangement(KINECT_V1))
    np.testing.assert_array_equal(read.values, joints[3] if len(shape) == 5 else joints[3][:, None])
    assert read.layout == "kinect_v1"


@pytest.mark.parametrize("by_axis", [False, True])
def test_the_order_of_rows_is_found_out_for_all_clips_together(save, by_axis):
    joints = np.stack([standing(KINECT_V1)] * 3)
    joints[0] = 1.0  # does not show its order
    rows = joints.swapaxes(2, 3) if by_axis else joints
    clips = clips_of(save(rows.reshape(3, 20, 60)))
    found = settle(clips, Arrangement(KINECT_V1))
    assert found.order == ("axis" if by_axis else "joint")
    for clip, expected in zip(clips, joints, strict=True):
        np.testing.assert_array_equal(clip.read(found).values[:, 0], expected)
    said = Arrangement(KINECT_V1, order="axis")
    assert settle(clips, said).order == "axis"
    with pytest.raises(RecordingError, match='X.npy: expected to be told .* order = "joint"'):
        settle(clips[:1], Arrangement(KINECT_V1))


def test_whether_the_third_number_is_a_score_is_found_out_for_all_clips_together(save):
    joints = np.stack([standing(COCO_17)] * 2)[:, :10]
    joints[..., 2] -= 3
    low = joints.copy()
    low[..., 2] = 0.5  # one clip by itself could be of scores
    path = save(np.concatenate([joints, low]))
    clips = clips_of(path)
    assert settle(clips, Arrangement(COCO_17)).columns == "xyz"
    found = settle(clips[2:], Arrangement(COCO_17))
    assert found.columns is None
    with pytest.raises(RecordingError, match='columns = "xyc"'):
        clips[2].read(found)
    assert settle(clips, Arrangement(COCO_17, "xyc")).columns == "xyc"
    # Padding behind the length of a clip decides nothing.
    low[:, 7:] = -1
    clips = clips_of(save(low), [7, 7])
    assert settle(clips, Arrangement(COCO_17)).columns is None
    rows = np.concatenate([joints, joints]).reshape(4, 10, 51)
    found = settle(clips_of(save(rows)), Arrangement(COCO_17))
    assert (found.columns, found.order) == ("xyz", "joint")


def test_a_clip_is_small_to_send_and_a_changed_array_is_opened_anew(save):
    values = random_joints(50, 40, 6)
    clip = clips_of(save(values))[7]
    clip.read(Arrangement())
    sent = pickle.dumps(clip)
    assert len(sent) < 1000
    np.testing.assert_array_equal(pickle.loads(sent).frames, values[7])
    state = clip.state
    save(np.concatenate([values + 1, values]))
    assert clip.state != state
    np.testing.assert_array_equal(clip.frames, values[7] + 1)


def test_archives(tmp_path):
    values = random_joints(4, 9, 3)
    path = tmp_path / "clips.npz"
    np.savez_compressed(path, X=values, y=np.arange(4), mean=np.zeros(3))
    np.testing.assert_array_equal(ClipArray(path).values, values)
    np.savez(path, whatever=values)
    np.testing.assert_array_equal(ClipArray(path).values, values)
    np.savez(path, data=values, y=np.arange(4))
    with pytest.raises(RecordingError, match="expected one array named x, received data, y"):
        _ = ClipArray(path).values
    path.write_bytes(b"PK no")
    with pytest.raises(RecordingError, match="expected a whole zip file"):
        _ = ClipArray(path).values


@pytest.mark.parametrize(
    "array, says",
    [
        (random_joints(9, 3), r"received shape \(9, 3\). For one channel, save X\[:, :, None\]"),
        (random_joints(1, 2, 1, 2, 3, 4), "received shape"),
        (np.zeros((0, 9, 3)), "received shape"),
        (np.zeros((4, 0, 3)), "received shape"),
        (np.array([[["1"]]]), "expected numbers, received values of type <U1"),
        (np.ones((2, 2, 2), bool), "type bool"),
        (np.ones((2, 2, 2), complex), "type complex128"),
        (np.array([[[{}]]], object), "objects, which can run code"),
    ],
)
def test_what_is_no_array_of_clips(tmp_path, array, says):
    np.save(tmp_path / "X.npy", array, allow_pickle=True)
    with pytest.raises(RecordingError, match=f"X.npy: .*{says}"):
        _ = ClipArray(tmp_path / "X.npy").values


def test_files_that_are_not_whole_or_not_there(save, tmp_path):
    path = save(random_joints(4, 9, 3))
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(RecordingError, match="bytes of the array"):
        _ = ClipArray(path).values
    with pytest.raises(RecordingError, match="No such file"):
        _ = ClipArray(tmp_path / "Y.npy").values


def test_one_clip_that_is_wrong_is_named_by_its_index(save):
    values = random_joints(4, 9, 3)
    values[2] = np.inf
    clips = clips_of(save(values))
    with pytest.raises(RecordingError, match=r"X.npy\[2\]: expected finite numbers.*in frame 1"):
        clips[2].read(Arrangement())
    np.testing.assert_array_equal(clips[3].read(Arrangement()).values, values[3])
