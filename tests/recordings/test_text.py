"""Text files of numbers, and the ways in which people name the columns of joints."""

import numpy as np
import pytest
from recording_files import fault, random_joints, standing

from keras_drnn.recordings.read import read_recording
from keras_drnn.skeletons import COCO_17, KINECT_V1, MEDIAPIPE_33, OPENPOSE_BODY_25

LANDMARKS = random_joints(5, 33, 4)


@pytest.fixture
def write(tmp_path):
    def write(text, name="clip.csv", **how):
        path = tmp_path / name
        path.write_text(text, encoding=how.get("encoding", "utf-8"), newline="")
        return path

    return write


def rows(array, separator=",", end="\n"):
    """Rows that give the same float32 when they are read."""
    return "".join(separator.join(map(repr, row)) + end for row in array.tolist())


def test_numbers_alone(write):
    numbers = random_joints(7, 6) - np.float32(0.5)
    for separator in (",", ", ", ";", "\t", " ", "   "):
        for end in ("\n", "\r\n", "\r"):
            read = read_recording(write(rows(numbers, separator, end)))
            np.testing.assert_array_equal(read.values, numbers)
    comma = rows(numbers).replace(",", ";").replace(".", ",")
    for text in (comma, comma.replace(";", "\t"), comma.replace(";", " ")):
        np.testing.assert_array_equal(read_recording(write(text)).values, numbers)
    for encoding in ("utf-8-sig", "utf-16"):
        read = read_recording(write(rows(numbers), "clip ü.TXT", encoding=encoding))
        np.testing.assert_array_equal(read.values, numbers)
    text = (
        "# made by us\n\n" + rows(numbers[:3]) + "\n# and the rest\n" + rows(numbers[3:]) + "\n\n"
    )
    np.testing.assert_array_equal(read_recording(write(text)).values, numbers)


def test_one_number_a_line(write):
    np.testing.assert_allclose(
        read_recording(write("1\n2.5\n-3e-1\n")).values[:, 0], [1, 2.5, -0.3]
    )


def test_channels_with_names_and_what_is_none_of_them(write):
    text = ",time_ms,acc_x,acc_y,acc_z,label\n0,10,1,2,3,walk\n1,20,4,5,6,walk\n"
    read = read_recording(write(text))
    assert read.values.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert read.notes == ("columns not read: '', 'time_ms', 'label'",)
    text = "index,time,x,y,z\n0,10,1,2,3\n1,20,4,5,6\n"
    assert read_recording(write(text)).values.tolist() == [[1, 2, 3], [4, 5, 6]]


def test_empty_cells_are_missing(write):
    values = read_recording(write("a,b\n1,\nNaN,2\nnull,3\n")).values
    np.testing.assert_array_equal(values, [[1, np.nan], [np.nan, 2], [np.nan, 3]])


def test_one_joint_a_line_and_one_frame_a_line(write):
    joints = standing(KINECT_V1)
    for lines in (joints.reshape(-1, 3), joints.reshape(len(joints), -1)):
        read = read_recording(write(rows(lines, " "), "clip.txt"), layout="kinect_v1")
        np.testing.assert_array_equal(read.values[:, 0], joints)


def numbered(start, letters="xyzv"):
    return ",".join(f"{letter}{j}" for j in range(start, start + 33) for letter in letters)


def named(layout, words=("x", "y", "z", "visibility"), form="{}_{}"):
    names = [name.upper().replace(" ", "_") for name in layout.joint_names]
    return ",".join(form.format(name, word) for name in names for word in words)


@pytest.mark.parametrize(
    "header",
    [
        numbered(1),
        numbered(0),
        named(MEDIAPIPE_33),
        named(MEDIAPIPE_33).lower(),
        named(MEDIAPIPE_33, form="{}.{}").replace("_", " "),
        ",".join(f"{j}_{word}" for j in range(33) for word in ("x", "y", "z", "visibility")),
    ],
)
def test_mediapipe_columns(write, header):
    read = read_recording(write(header + "\n" + rows(LANDMARKS.reshape(5, -1))))
    np.testing.assert_array_equal(read.values[:, 0], LANDMARKS[..., :3])
    np.testing.assert_array_equal(read.confidence[:, 0], LANDMARKS[..., 3])
    assert read.layout == "mediapipe_33" and not read.notes


def test_names_decide_and_not_the_order_of_the_columns(write):
    lines = [line.split(",") for line in rows(LANDMARKS.reshape(5, -1)).splitlines()]
    table = np.array([named(MEDIAPIPE_33).split(","), *lines])
    table = table[:, np.random.default_rng(0).permutation(table.shape[1])]
    table = np.concatenate([np.array([["class"], *[["wave"]] * 5]), table], axis=1)
    read = read_recording(write("\n".join(",".join(line) for line in table)))
    np.testing.assert_array_equal(read.values[:, 0], LANDMARKS[..., :3])
    np.testing.assert_array_equal(read.confidence[:, 0], LANDMARKS[..., 3])
    assert read.notes == ("columns not read: 'class'",)


def test_other_layouts_by_the_names_of_their_joints(write):
    joints = random_joints(5, 25, 3)
    names = "Nose Neck RShoulder RElbow RWrist LShoulder LElbow LWrist MidHip RHip RKnee RAnkle "
    names += "LHip LKnee LAnkle REye LEye REar LEar LBigToe LSmallToe LHeel RBigToe RSmallToe RHeel"
    header = ",".join(f"{name}_{letter}" for name in names.split() for letter in "xyc")
    read = read_recording(write(header + "\n" + rows(joints.reshape(5, -1))))
    np.testing.assert_array_equal(read.values[:, 0], joints[..., :2])
    assert read.layout == OPENPOSE_BODY_25.name
    # Without confidences too, as the names are those of a layout.
    header = named(COCO_17, ("x", "y"))
    read = read_recording(write(header + "\n" + rows(joints[:, :17, :2].reshape(5, -1))))
    np.testing.assert_array_equal(read.values[:, 0], joints[:, :17, :2])
    assert read.layout == "coco_17" and read.confidence is None
    # Columns without a confidence or such names are joints if a layout is given, channels if not.
    header, lines = numbered(0, "xyz"), rows(LANDMARKS[..., :3].reshape(5, -1))
    path = write(header + "\n" + lines)
    assert read_recording(path).values.shape == (5, 99)
    read = read_recording(path, layout="mediapipe_33")
    np.testing.assert_array_equal(read.values[:, 0], LANDMARKS[..., :3])


LONG = [
    ("frame,landmark,x,y,z,visibility", 0, False),
    ("frame_id,landmark_id,landmark_name,x,y,z,v", 1, True),
]


def long_lines(first=0, with_names=False, skip=()):
    lines = []
    for t, frame in enumerate(LANDMARKS.tolist()):
        for j, joint in enumerate(frame):
            name = [MEDIAPIPE_33.joint_names[j].upper().replace(" ", "_")] * with_names
            if (t, j) not in skip and (t, None) not in skip:
                lines.append(",".join(map(str, [t + 10, j + first, *name, *map(repr, joint)])))
    return lines


@pytest.mark.parametrize("header, first, with_names", LONG)
def test_a_line_for_each_joint(write, header, first, with_names):
    lines = long_lines(first, with_names)
    read = read_recording(write("\n".join([header, *lines[::-1]])))
    np.testing.assert_array_equal(read.values[:, 0], LANDMARKS[..., :3])
    np.testing.assert_array_equal(read.confidence[:, 0], LANDMARKS[..., 3])
    assert read.layout == "mediapipe_33"


def test_frames_and_joints_without_a_line_are_missing(write):
    header = LONG[0][0]
    lines = long_lines(skip=[(1, None), (2, None), (3, 7)])
    read = read_recording(write("\n".join([header, *lines])))
    missing = np.zeros((5, 33), bool)
    missing[1:3] = missing[3, 7] = True
    np.testing.assert_array_equal(np.isnan(read.values[:, 0, :, 0]), missing)
    np.testing.assert_array_equal(read.values[:, 0][~missing], LANDMARKS[..., :3][~missing])
    assert read.notes == ("frames not in the file, taken as without a body: 11-12",)


def test_a_line_for_each_joint_of_several_people(write):
    lines = [f"{t},{p},{j},{t}.5,{10 * p + j}" for t in (0, 1) for p in (3, 4) for j in range(3)]
    read = read_recording(write("\n".join(["frame,person,joint,x,y", *lines])))
    np.testing.assert_array_equal(read.values[1, :, :, 1], [[30, 31, 32], [40, 41, 42]])
    assert read.values.shape == (2, 2, 3, 2) and (read.values[..., 0] == [[[0.5]], [[1.5]]]).all()


@pytest.mark.parametrize(
    "text, arguments, line, kind, says",
    [
        ("", {}, 1, "empty file", "empty"),
        ("\n# nothing\n", {}, 1, "no frames", "received none"),
        ("a,b\n", {}, 1, "no frames", "below the names"),
        ("a,b\n1,2\n\n3,x\n", {}, 4, "not a number", "a number in column 'b', received 'x'"),
        ("1,2\n3,x\n", {}, 2, "not a number", "column 2, received 'x'"),
        ("1,2,3\n4,5\n6,7,8\n", {}, 2, "column count", "expected 3 numbers.*received 2"),
        ("1,2,3\n4,5,6\n6,7\n", {}, 3, "truncated", "received 2"),
        ("1,2,3\n4,5,6,7\n", {}, 2, "column count", "received 4"),
        ("a,b\n1,2,3\n4,5,6\n", {}, 2, "column count", "expected 2 numbers.*received 3"),
        ("a,b,c\n1,2\n4,5\n", {}, 2, "column count", "expected 3 numbers.*received 2"),
        ("a,b\n1,2\n4,5,6\n", {}, 3, "column count", "expected 2 numbers.*received 3"),
        ("1,2\n3,inf\n", {}, None, "not finite", "received inf in frame 2, channel 2"),
        ("1,2\n3,1e99\n", {}, None, "not finite", "frame 2"),
        ("x1,y1,v1,x1,y1,v1\n1,1,1,1,1,1\n", {}, 1, "column count", "column 1 and 4"),
        (numbered(0) + "\n", {}, 1, "no frames", "below the names"),
        (numbered(0, "xyz") + "\n" + "1," * 98 + "1", {"layout": "coco_17"}, None, "joint count",
         "expected 17 joints, as coco_17 has, received 33"),
        ("nose_x,nose_y,ear_x,ear_y\n1,2,3,4\n", {"layout": "coco_17"}, None, "joint count",
         "none of them is left eye"),
        ("frame,joint,x,y\n0,0,1,1\n0,0,2,2\n", {}, 3, "repeated joint", "second one"),
        ("frame,joint,x,y\n0,0,1,1\n0,20,2,2\n", {"layout": "kinect_v1"}, None, "joint count",
         "received numbers up to 20"),
        ("frame,joint,x,y\n0,0,1,1\n0,1,2,2\n1,0,1,1\n900,0,1,1", {}, None, "frame numbers",
         "from 0 to 900"),
        ("frame,joint,x,y\n0,tip,1,1\n0,base,2,2\n", {}, None, "joint count", "base, tip"),
        ("1,2\0\n", {}, None, "encoding", "zero bytes"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_text(write, text, arguments, line, kind, says):
    path = write(text)
    with pytest.raises(ValueError, match=says):
        read_recording(path, **arguments)
    error = fault(path, **arguments)
    assert (error.line, error.kind) == (line, kind)


def test_other_bytes_are_no_text(tmp_path):
    path = tmp_path / "picture.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe")
    assert fault(path).kind == "encoding"
