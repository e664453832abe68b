"""JSON of arrays, MediaPipe, MoveNet, COCO, Kinetics-skeleton and the two data sets."""

import json

import numpy as np
import pytest
from recording_files import fault, random_joints
from skeleton_files import alone, nucla_content, person, skeleton_text

from keras_drnn.recordings.read import read_recording
from keras_drnn.skeletons import COCO_17, MEDIAPIPE_33, SkeletonFileError

LANDMARKS = random_joints(4, 33, 4)
NAMES = [name.replace(" ", "_").upper() for name in MEDIAPIPE_33.joint_names]


@pytest.fixture
def write(tmp_path):
    def write(content, name="clip.json"):
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
        return path

    return write


def points(frame, confidence="visibility", names=None):
    keys = ("x", "y", "z", confidence) if frame.shape[1] == 4 else ("x", "y", confidence)
    rows = [dict(zip(keys, row, strict=True)) for row in frame.tolist()]
    return [row | ({"name": names[j]} if names else {}) for j, row in enumerate(rows)]


def check_landmarks(read, absent=()):
    seen = [t for t in range(len(read.values)) if t not in absent]
    np.testing.assert_array_equal(read.values[seen, 0], LANDMARKS[seen, :, :3])
    np.testing.assert_array_equal(read.confidence[seen, 0], LANDMARKS[seen, :, 3])
    assert np.isnan(read.values[list(absent)]).all()
    assert (read.confidence[list(absent)] == 0).all()
    assert read.values.shape == (4, 1, 33, 3) and read.layout == "mediapipe_33"


def test_arrays(write):
    joints, scores = random_joints(4, 2, 20, 3), random_joints(4, 2, 20, seed=1)
    np.testing.assert_array_equal(read_recording(write(joints.tolist())).values, joints)
    content = {"fps": 12.5, "label": 3, "scores": scores.tolist(), "keypoints": joints.tolist()}
    read = read_recording(write(content | {"camera": 2}), layout="kinect_v1")
    np.testing.assert_array_equal(read.values, joints)
    np.testing.assert_array_equal(read.confidence, scores)
    assert (read.frame_rate, read.label, read.layout) == (12.5, "3", "kinect_v1")
    assert read.notes == ("arrays not read: camera",)
    values = read_recording(write("[[1, null, 3], [NaN, 5, 6]]")).values
    np.testing.assert_array_equal(values, [[1, np.nan, 3], [np.nan, 5, 6]])


@pytest.mark.parametrize(
    "wrap",
    [
        lambda frame: frame,
        lambda frame: {"landmarks": frame},
        lambda frame: {"pose_landmarks": frame},
        lambda frame: {"poseWorldLandmarks": frame, "segmentationMask": None},
        lambda frame: {"poseLandmarks": {"landmark": frame}},
        lambda frame: {"pose_world_landmarks": [frame] if frame else []},  # people of a frame
        lambda frame: [frame] if frame else [],
        lambda frame: {"timestamp": 0.1, "landmarks": [list(p.values()) for p in frame or ()]},
        lambda frame: {str(j): point for j, point in enumerate(frame or ())},
        lambda frame: dict(zip(NAMES, frame or (), strict=False)),
    ],
)
@pytest.mark.parametrize("nobody", [None, []])
def test_mediapipe(write, wrap, nobody):
    frames = [points(frame) for frame in LANDMARKS]
    read = read_recording(write([wrap(frame) for frame in frames]))
    check_landmarks(read)
    frames[2] = nobody
    check_landmarks(read_recording(write([wrap(frame) for frame in frames])), absent=[2])


def test_mediapipe_under_a_name_with_its_frame_rate(write):
    for name in ("frames", "data", "landmarks", "pose_landmarks"):
        read = read_recording(write({"fps": 24, name: [points(frame) for frame in LANDMARKS]}))
        check_landmarks(read)
        assert read.frame_rate == 24


def test_the_world_is_preferred_to_the_picture(write):
    frames = [
        {"pose_landmarks": points(frame * 0), "pose_world_landmarks": points(frame)}
        for frame in LANDMARKS
    ]
    read = read_recording(write(frames))
    check_landmarks(read)
    assert read.notes == ("landmarks in the picture not read, those in the world are",)
    frames = [{"pose_landmarks": points(f), "pose_world_landmarks": []} for f in LANDMARKS]
    check_landmarks(read_recording(write(frames)))


def test_numbers_of_frames_tell_where_nobody_was_found(write):
    frames = [{"frame": 2 * t, "landmarks": points(LANDMARKS[t])} for t in range(4)]
    check_landmarks(read_recording(write(frames)))  # every second frame
    frames = [{"frame": 7 + t, "landmarks": points(LANDMARKS[t])} for t in (3, 0, 1)]
    read = read_recording(write(frames))
    check_landmarks(read, absent=[2])
    assert read.notes == ("frames not in the file, taken as without a body: 9",)


def test_names_of_points_decide(write):
    names = [name.replace(" ", "_") for name in COCO_17.joint_names]
    order = np.random.default_rng(0).permutation(17)
    joints = random_joints(4, 17, 3)
    frames = [
        [{"score": 0.9, "keypoints": points(f[order], "score", [names[j] for j in order])}]
        for f in joints
    ]
    for content in (frames, [frame[0] for frame in frames]):
        read = read_recording(write(content))
        np.testing.assert_array_equal(read.values[:, 0], joints[..., :2])
        np.testing.assert_array_equal(read.confidence[:, 0], joints[..., 2])
        assert read.layout == "coco_17"


def test_several_people_of_whom_some_come_and_go(write):
    frames = [[points(f), points(f)] if t % 2 else [points(f)] for t, f in enumerate(LANDMARKS)]
    values = read_recording(write(frames)).values
    np.testing.assert_array_equal(values[:, 0], LANDMARKS[..., :3])
    np.testing.assert_array_equal(values[1::2, 1], LANDMARKS[1::2, :, :3])
    assert np.isnan(values[::2, 1]).all()


def test_movenet(write):
    outputs = random_joints(4, 17, 3)
    for content in (
        outputs[:, None, None].tolist(),
        {"keypoints": outputs[:, None, None].tolist()},
    ):
        read = read_recording(write(content))
        np.testing.assert_array_equal(read.values[:, 0], outputs[..., [1, 0]])
        np.testing.assert_array_equal(read.confidence[:, 0], outputs[..., 2])
        assert read.layout == "coco_17"
    read = read_recording(write(outputs.tolist()), layout="coco_17", columns="yxc")
    np.testing.assert_array_equal(read.values[:, 0], outputs[..., [1, 0]])
    assert fault(write(outputs.tolist()), layout="coco_17").kind == "ambiguous"


def test_coco_results(write):
    joints = random_joints(3, 17, 3)
    joints[1, 4] = 0
    content = [
        {
            "image_id": f"{7 + t}.jpg",
            "category_id": 1,
            "score": 2.1,
            "keypoints": f.ravel().tolist(),
        }
        for t, f in enumerate(joints)
    ]
    read = read_recording(write([content[2], content[1], content[0], content[2]]))
    assert read.values.shape == (3, 2, 17, 2) and read.layout == "coco_17"
    missing = np.zeros((3, 17), bool)
    missing[1, 4] = True
    np.testing.assert_array_equal(np.isnan(read.values[:, 0, :, 0]), missing)
    np.testing.assert_array_equal(read.values[:, 0][~missing], joints[..., :2][~missing])
    np.testing.assert_array_equal(read.values[2, 1], joints[2, :, :2])
    np.testing.assert_array_equal(read.confidence[:, 0], joints[..., 2])
    assert np.isnan(read.values[:2, 1]).all()


def kinetics(frames, **others):
    skeletons = [
        {
            "frame_index": index,
            "skeleton": [
                {"pose": body[:, :2].ravel().tolist(), "score": body[:, 2].tolist()}
                for body in bodies
            ],
        }
        for index, bodies in frames.items()
    ]
    return {"data": skeletons, "label": "yoga", "label_index": 5} | others


def test_kinetics_skeleton(write):
    joints = random_joints(5, 18, 3)
    joints[0, 3] = 0
    joints[2, :, :2] += 5  # too far away for the one before
    content = kinetics({1: [joints[0]], 2: [], 3: [joints[1], joints[2]], 6: [joints[3]]})
    read = read_recording(write(content))
    assert read.values.shape == (6, 2, 18, 2)
    assert (read.label, read.layout) == ("yoga", "openpose_18")
    np.testing.assert_array_equal(read.values[2], joints[1:3, :, :2])
    np.testing.assert_array_equal(read.confidence[5, 0], joints[3, :, 2])
    np.testing.assert_array_equal(np.isnan(read.values[0, 0, :, 0]), np.arange(18) == 3)
    assert np.isnan(read.values[[1, 3, 4]]).all() and np.isnan(read.values[[0, 5], 1]).all()
    assert read.notes == ("frames not in the file, taken as without a body: 4-5",)


def test_the_data_sets_own_files(write, tmp_path):
    joints = person(6, joints=20)
    joints[2] = 0
    read = read_recording(write(nucla_content("a08_s03_e01_v02", joints), "any name.json"))
    np.testing.assert_array_equal(np.nan_to_num(read.values[:, 0]), joints)
    assert read.layout == "kinect_v1" and np.isnan(read.values[2]).all()
    joints = person(6)
    path = write(skeleton_text(alone(joints)), "walk.skeleton")
    read = read_recording(path)
    np.testing.assert_array_equal(read.values[:, 0], joints)
    assert read.layout == "kinect_v2"
    assert fault(path, layout="coco_17").kind == "layout"
    path.write_text(path.read_text()[:-300])
    with pytest.raises(SkeletonFileError, match="line"):
        read_recording(path)


GOOD = [points(frame) for frame in LANDMARKS]


@pytest.mark.parametrize(
    "content, arguments, line, kind, says",
    [
        (" \n", {}, 1, "empty file", "empty"),
        ("[1, 2", {}, 1, "truncated", "received its end"),
        ("[1,\n2, x]", {}, 2, "not JSON", "column 4"),
        ("[" * 100_000, {}, None, "not JSON", "expected JSON"),
        ("3", {}, None, "structure", "received another one"),
        ("[]", {}, None, "no frames", "at least 1 frame"),
        ([[1, 2], [3]], {}, None, "joint count", r"as in frame 1, \(2,\), received shape \(1,\)"),
        ([[1, 2], [3, "4"]], {}, None, "not a number", "received '4'"),
        ("[[1, 2], [3, Infinity]]", {}, None, "not finite", "frame 2, channel 2"),
        ([[1, 2], [3, 10**400]], {}, None, "not finite", "too large"),
        ({"fps": "fast", "joints": [[1, 2]]}, {}, None, "frame rate", "received 'fast'"),
        ({"a": [1], "b": [2]}, {}, None, "structure", "received a, b"),
        ([None, [], GOOD[0], GOOD[1][:32]], {}, None, "joint count",
         "33 joints of 4 numbers in frame 4, as in frame 3, received 32"),
        ([*GOOD[:2], [*GOOD[2][:32], {"x": 1, "y": 2}]], {}, None, "structure", "in frame 3"),
        ([*GOOD[:2], [*GOOD[2][:32], GOOD[2][32] | {"y": "a"}]], {}, None, "not a number",
         "in frame 3, received 'a'"),
        ([{"landmarks": []}] * 3, {}, None, "no body", "received none in 3 frames"),
        ([{"landmarks": GOOD[0]}, {"hands": []}], {}, None, "structure", "frame 2, received hands"),
        ([GOOD[0], 5], {}, None, "structure", "frame 2, received 5"),
        (GOOD, {"layout": "coco_17"}, None, "layout", "received those of mediapipe_33"),
        ([frame[:20] for frame in GOOD], {"layout": "coco_17"}, None, "joint count", "received 20"),
        (kinetics({1: [LANDMARKS[0, :17]]}), {}, None, "joint count", "received 34 and 17"),
        (kinetics({}, data=[{"skeleton": []}]), {}, None, "structure", "frame_index in frame 1"),
        (kinetics({1: [], 2: []}), {}, None, "no body", "none in 2 frames"),
        (kinetics({}, data=[{"frame_index": 1}] * 2), {}, None, "not a number", "frame_index"),
        (kinetics({}, data=[{"frame_index": 1, "skeleton": []}] * 2), {}, None, "frame numbers",
         "each frame_index once"),
        ([{"image_id": "a", "keypoints": []}], {}, None, "frame numbers", "received 'a'"),
        ([{"image_id": 1, "keypoints": [1, 2]}], {}, None, "axis count", "received 2 numbers"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_json_file(write, content, arguments, line, kind, says):
    path = write(content)
    with pytest.raises(ValueError, match=says):
        read_recording(path, **arguments)
    error = fault(path, **arguments)
    assert (error.line, error.kind) == (line, kind)
