"""Arrays in `.npy` and `.npz` files: what their shapes mean, and what is refused."""

import io
import tracemalloc
import zipfile

import numpy as np
import pytest
from recording_files import fault, random_joints, standing

from keras_drnn.recordings.arrangement import Arrangement
from keras_drnn.recordings.formats import numpy_archive
from keras_drnn.recordings.read import read_recording
from keras_drnn.recordings.recording import Recording
from keras_drnn.skeletons import COCO_17, KINECT_V1, SkeletonFileError

NAN = float("nan")


@pytest.fixture
def save(tmp_path):
    def save(array, name="clip.npy"):
        np.save(tmp_path / name, array)
        return tmp_path / name

    return save


@pytest.mark.parametrize("axes", [2, 3])
def test_joints_with_and_without_bodies(save, axes):
    joints = random_joints(6, 2, 20, axes)
    read = read_recording(save(joints.astype("float64")))
    np.testing.assert_array_equal(read.values, joints)
    assert read.of_joints and read.confidence is None and read.layout is None
    read = read_recording(save(joints[:, 0]), layout="kinect_v1")
    np.testing.assert_array_equal(read.values, joints[:, :1])
    assert read.layout == "kinect_v1"


def test_confidences_among_the_numbers(save):
    numbers = random_joints(6, 2, 20, 4)
    read = read_recording(save(numbers))
    np.testing.assert_array_equal(read.values, numbers[..., :3])
    np.testing.assert_array_equal(read.confidence, numbers[..., 3])
    # MoveNet's order: y before x.
    read = read_recording(save(numbers[..., :3]), columns="yxc")
    np.testing.assert_array_equal(read.values, numbers[..., [1, 0]])
    np.testing.assert_array_equal(read.confidence, numbers[..., 2])
    # Its outputs as they come say what they are.
    outputs = random_joints(6, 1, 1, 17, 3)
    read = read_recording(save(outputs))
    np.testing.assert_array_equal(read.values, outputs[:, 0][..., [1, 0]])
    assert read.layout == "coco_17"


def test_three_numbers_of_a_key_point_may_be_two_things(save):
    error = fault(save(random_joints(6, 17, 3)), layout="coco_17")
    assert error.kind == "ambiguous" and 'columns = "xyc" (x, y, conf' in str(error)
    lifted = random_joints(6, 17, 3) - np.float32(0.5)
    assert read_recording(save(lifted), layout="coco_17").values.shape == (6, 1, 17, 3)
    assert read_recording(save(random_joints(6, 20, 3)), layout="kinect_v1").confidence is None


def test_channels(save):
    values = random_joints(50, 6)
    values[3, 2] = NAN
    read = read_recording(save(values))
    np.testing.assert_array_equal(read.values, values)
    assert not read.of_joints
    assert read_recording(save(np.arange(5))).values.tolist() == [[0], [1], [2], [3], [4]]


def test_rows_of_whole_frames_in_either_order(save):
    for layout, axes in ((KINECT_V1, 3), (COCO_17, 2)):
        joints = standing(layout)[..., :axes]
        rows = {
            "joint": joints.reshape(len(joints), -1),
            "axis": joints.swapaxes(1, 2).reshape(len(joints), -1),
        }
        for order, array in rows.items():
            for said in (None, order):
                read = read_recording(save(array), layout=layout, order=said)
                np.testing.assert_array_equal(read.values[:, 0], joints)
    # What nobody can tell is asked for.
    error = fault(save(np.ones((3, 60))), layout="kinect_v1")
    assert error.kind == "ambiguous" and 'order = "joint"' in str(error)
    read = read_recording(save(random_joints(4, 21)), columns="xyz", order="axis")
    np.testing.assert_array_equal(read.values[:, 0, :, 1], random_joints(4, 21)[:, 7:14])


def test_missing_joints(save):
    joints = random_joints(4, 2, 5, 3)
    joints[0, 0, 1, 2] = NAN
    joints[1, 1] = 0
    joints[2, 0, 3] = 0  # where the origin is
    values = read_recording(save(joints)).values
    missing = np.zeros((4, 2, 5), bool)
    missing[0, 0, 1] = missing[1, 1] = True
    np.testing.assert_array_equal(np.isnan(values).any(axis=-1), missing)
    np.testing.assert_array_equal(np.isnan(values).all(axis=-1), missing)
    np.testing.assert_array_equal(values[~missing], joints[~missing])

    confident = np.concatenate([joints, random_joints(4, 2, 5, 1)], axis=-1)
    confident[3, 0, 4, 3], confident[3, 1, 4, 3] = 0, NAN
    read = read_recording(save(confident))
    missing[3, :, 4] = True
    np.testing.assert_array_equal(np.isnan(read.values).all(axis=-1), missing)
    np.testing.assert_array_equal(read.confidence == 0, missing)


@pytest.mark.parametrize(
    "array, arguments, kind, says",
    [
        (random_joints(4, 16, 3), {"layout": "coco_17"}, "joint count", "17 joints.* received 16"),
        (random_joints(4, 17, 5), {}, "axis count", "received 5 in an array of shape"),
        (random_joints(4, 17, 3), {"columns": "xy"}, "axis count", "expected xy .* received 3"),
        (random_joints(4, 50), {"layout": "coco_17"}, "joint count", "17 joints.*received 50"),
        (random_joints(4, 9), {"columns": "xy"}, "joint count", "received 9 numbers"),
        (random_joints(4, 1), {"columns": "xy"}, "joint count", "received 1 numbers"),
        (random_joints(41, 3), {"layout": "kinect_v1"}, "joint count", "received 41 lines"),
        (random_joints(2, 2, 2, 2, 2), {}, "shape", r"received shape \(2, 2, 2, 2, 2\)"),
        (np.zeros((0, 17, 3)), {}, "no frames", "at least 1 frame"),
        (np.zeros((9, 17, 3)), {}, "no body", "received none in 9 frames"),
        (np.full((9, 17, 3), NAN), {}, "no body", "received none in 9 frames"),
        (np.full((9, 17, 3), 1e39), {}, "not finite", "in frame 1, joint 1"),
        (np.array([[1, 2], [3, np.inf]]), {}, "not finite", "received inf in frame 2, channel 2"),
        (np.array([["1", "2"]]), {}, "type", "received values of type <U1"),
        (np.ones((3, 2), bool), {}, "type", "received values of type bool"),
    ],
)
def test_what_is_wrong_with_an_array(save, array, arguments, kind, says):
    path = save(array)
    with pytest.raises(ValueError, match=says):
        read_recording(path, **arguments)
    assert fault(path, **arguments).kind == kind


def test_files_that_are_not_whole(save):
    path = save(random_joints(9, 17, 3))
    data = path.read_bytes()
    for content, kind in (
        (b"", "empty file"),
        (b"nothing", "not NumPy"),
        (data[:40], "not NumPy"),
        (data.replace(b"'shape': (", b"'shape': [["), "not NumPy"),
        (data[:-1], "truncated"),
        (data + b"x", "trailing data"),
    ):
        path.write_bytes(content)
        assert fault(path).kind == kind


def test_a_header_that_asks_for_all_memory_is_refused_before_it_is_read(save):
    path = save(random_joints(9, 17, 3))
    data = path.read_bytes()
    path.write_bytes(data.replace(b"(9, 17, 3), }       ", b"(9999999999, 17, 3)}"))
    assert len(path.read_bytes()) == len(data)
    assert fault(path).kind == "truncated"


class Bomb:
    def __reduce__(self):
        return (pytest.fail, ("the pickle ran",))


def test_objects_are_refused(tmp_path):
    for name in ("bomb.npy", "bomb.npz"):
        write = np.save if name.endswith("npy") else np.savez
        write(tmp_path / name, np.array([Bomb()], object), allow_pickle=True)
        error = fault(tmp_path / name)
        assert error.kind == "objects" and "can run code" in str(error)


def test_archives(tmp_path):
    joints, scores = random_joints(6, 2, 17, 2), random_joints(6, 2, 17, seed=1)
    path = tmp_path / "clip.npz"
    np.savez_compressed(path, keypoints=joints, scores=scores, fps=25, odd=np.array([Bomb()]))
    read = read_recording(path)
    np.testing.assert_array_equal(read.values, joints)
    np.testing.assert_array_equal(read.confidence, scores)
    assert read.frame_rate == 25 and read.notes == ("arrays not read: odd",)
    np.savez(path, whatever=joints[:, 0], Score=scores[:, 0])
    np.testing.assert_array_equal(read_recording(path).confidence, scores[:, :1])

    np.savez(path, a=joints, b=joints)
    assert "received a, b" in str(fault(path))
    np.savez(path, joints=joints, score=scores[1:])
    assert "(6, 2, 17), received (5, 2, 17)" in str(fault(path))
    np.savez(path, joints=joints, fps=np.array([0]))
    assert fault(path).kind == "frame rate"


def test_a_zip_bomb_is_refused_unread(tmp_path, monkeypatch):
    path = tmp_path / "bomb.npz"
    np.savez_compressed(path, joints=np.zeros((400, 2, 1000, 3)))  # 19 MB in 20 kB
    monkeypatch.setattr(numpy_archive, "LARGEST", 1 << 20)
    tracemalloc.start()
    error = fault(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert error.kind == "too large" and "19,200,128" in str(error)
    assert peak < 1 << 20

    # One that says it is small is cut off where it says it ends.
    data = path.read_bytes()
    size = (19_200_128).to_bytes(4, "little")
    assert data.count(size) >= 1
    path.write_bytes(data.replace(size, (5_000).to_bytes(4, "little")))
    tracemalloc.start()
    assert fault(path).kind in ("not a zip", "truncated")
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()


def test_archives_that_are_not_whole(tmp_path):
    path = tmp_path / "clip.npz"
    np.savez(path, joints=random_joints(6, 17, 2))
    data = path.read_bytes()
    for content, kind in (
        (b"", "empty file"),
        (b"PK not", "not a zip"),
        (data[:-30], "not a zip"),
        (data[3:], "not a zip"),
        (data[:300] + data[310:], "not a zip"),
        (data.replace(data[200:220], bytes(20)), "not a zip"),  # the checksum is wrong
    ):
        path.write_bytes(content)
        assert fault(path).kind == kind
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("readme.txt", "no array")
    path.write_bytes(buffer.getvalue())
    assert fault(path).kind == "not NumPy"


def test_names_and_folders(tmp_path):
    for name in ("clip.mp4", "clip"):
        (tmp_path / name).write_text("?")
        error = fault(tmp_path / name)
        assert error.kind == "file name" and ".npy" in str(error) and "numpy" not in str(error)
    with pytest.raises(SkeletonFileError, match="cannot|can be read: No such file"):
        read_recording(tmp_path / "none.npy")
    (tmp_path / "CLIP.NPY").write_bytes(b"")
    assert fault(tmp_path / "CLIP.NPY").kind == "empty file"


@pytest.mark.parametrize(
    "arguments, says",
    [
        ({"layout": "kinect"}, "kinect_v1"),
        ({"columns": "xyq"}, "columns='xyq'"),
        ({"columns": "xxy"}, "columns='xxy'"),
        ({"columns": "xz"}, "columns='xz'"),
        ({"order": "rows"}, "order='rows'"),
    ],
)
def test_arguments(save, arguments, says):
    with pytest.raises(ValueError, match=says):
        read_recording(save(random_joints(3, 17, 2)), **arguments)


def test_a_recording_checks_itself():
    values = random_joints(3, 1, 17, 2)
    infinite = np.full((3, 1, 17, 2), np.inf, "float32")
    for wrong in (values[:, 0], values.astype("float64"), values[..., :1], infinite):
        with pytest.raises(ValueError, match="Received"):
            Recording(wrong)
    with pytest.raises(ValueError, match=r"confidences \(3, 1, 17\)"):
        Recording(values, values[..., 0, 0])
    assert Arrangement(columns="xyzc").axes == (0, 1, 2)
