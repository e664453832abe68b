"""The joints of the sensors and pose estimators, by what their makers say of them."""

from dataclasses import replace

import pytest

from keras_drnn.skeletons import KINECT_V1, KINECT_V2, find_layout, layout_names

LAYOUTS = [find_layout(name) for name in layout_names()]
SIZES = {
    "kinect_v1": 20,
    "kinect_v2": 25,
    "mediapipe_33": 33,
    "coco_17": 17,
    "openpose_18": 18,
    "openpose_body_25": 25,
}


@pytest.mark.parametrize(
    "layout, joints",
    [(layout, SIZES[layout.name]) for layout in LAYOUTS if isinstance(layout.hip, int)],
    ids=lambda each: getattr(each, "name", None),
)
def test_bones_make_a_tree_from_the_hip(layout, joints):
    assert len(layout) == len(set(layout.joint_names)) == joints
    reached = {layout.hip}
    for nearer, farther in layout.bones:
        assert nearer in reached and farther not in reached
        reached.add(farther)
    assert reached == set(range(joints))


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_left_and_right_are_mirror_images(layout):
    names = layout.joint_names

    def mirror(name):
        side, _, rest = name.partition(" ")
        return f"{ {'left': 'right', 'right': 'left'}.get(side, side) } {rest}".strip()

    assert [names[joint] for joint in layout.mirrored] == [mirror(name) for name in names]
    bones = {frozenset((names[a], names[b])) for a, b in layout.bones}
    assert {frozenset(map(mirror, bone)) for bone in bones} == bones
    assert len(bones) == len(layout.bones)
    assert layout.mirrored[layout.left_shoulder] == layout.right_shoulder
    assert layout.mirrored[layout.left_hip] == layout.right_hip


def test_indices_by_name():
    # Kinect v1: 0 hip centre, 2 shoulder centre, 4 left and 8 right shoulder, 12 and 16 hips.
    names = KINECT_V1.joint_names
    assert [names[i] for i in (0, 2, 3, 7, 11, 15, 19)] == [
        *("hip centre", "shoulder centre", "head"),
        *("left hand", "right hand", "left foot", "right foot"),
    ]
    for layout in (KINECT_V1, KINECT_V2):
        assert layout.joint_names[layout.hip] == "hip centre"
        assert layout.joint_names[layout.shoulder_centre] == "shoulder centre"
        assert layout.joint_names[layout.left_shoulder] == "left shoulder"
        assert layout.joint_names[layout.right_shoulder] == "right shoulder"
        assert layout.joint_names[layout.left_hip] == "left hip"
        assert layout.joint_names[layout.right_hip] == "right hip"
    # Kinect v2 keeps these numbers, and has the point between the shoulders at 20.
    assert KINECT_V2.joint_names[4:20] == names[4:20]
    assert KINECT_V2.shoulder_centre == 20


def test_numbers_of_pose_estimators():
    # As their documentation numbers them.
    numbers = {
        "mediapipe_33": "0 nose, 2 left eye, 5 right eye, 9 left mouth, 11 left shoulder, "
        "16 right wrist, 17 left pinky, 22 right thumb, 24 right hip, 29 left heel, "
        "32 right foot index",
        "coco_17": "0 nose, 1 left eye, 4 right ear, 5 left shoulder, 10 right wrist, "
        "11 left hip, 16 right ankle",
        "openpose_18": "0 nose, 1 neck, 2 right shoulder, 7 left wrist, 8 right hip, "
        "13 left ankle, 14 right eye, 17 left ear",
        "openpose_body_25": "1 neck, 4 right wrist, 5 left shoulder, 8 hip centre, 9 right hip, "
        "14 left ankle, 15 right eye, 18 left ear, 19 left big toe, 21 left heel, 24 right heel",
    }
    for name, text in numbers.items():
        layout = find_layout(name)
        for each in text.split(", "):
            number, _, joint = each.partition(" ")
            assert layout.joint_names[int(number)] == joint
    assert [len(layout) for layout in LAYOUTS] == list(SIZES.values())


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_what_features_refer_to(layout):
    def named(joints):
        joints = (joints,) if isinstance(joints, int) else joints
        return {layout.joint_names[joint] for joint in joints}

    assert named(layout.left_shoulder) == {"left shoulder"}
    assert named(layout.right_shoulder) == {"right shoulder"}
    assert named(layout.left_hip) == {"left hip"} and named(layout.right_hip) == {"right hip"}
    assert named(layout.hip) in ({"hip centre"}, {"left hip", "right hip"})
    assert named(layout.shoulder_centre) in (
        *({"shoulder centre"}, {"neck"}),
        {"left shoulder", "right shoulder"},
    )


def test_an_unknown_name_is_told_those_that_there_are():
    with pytest.raises(ValueError, match=r"coco_17 \(17 joints\).*Received: layout='kinekt'"):
        find_layout("kinekt")


def test_a_layout_of_ones_own():
    names = ("root", "l", "r", "top")
    pairs = {"name": "mine", "joint_names": names, "bones": ((0, 1), (0, 2), (0, 3))}
    layout = replace(KINECT_V1, **pairs, mirror_pairs=((1, 2),), **REFERENCES)
    assert layout.mirrored == [0, 2, 1, 3]
    for change, expected in (
        ({"joint_names": ("a", "l", "r", "a")}, "a name of its own.*twice: \\['a'\\]"),
        ({"bones": ((0, 4),)}, "mine: expected indices from 0 to 3. Received: \\[4\\]"),
        ({"hip": (0, -1)}, "Received: \\[-1\\]"),
        ({"hip": ()}, "Received: \\(\\)"),
        ({"mirror_pairs": ((1, 2), (1, 3))}, "one mirror pair"),
        ({"mirror_pairs": None, "joint_names": ("a", "left hand", "c", "d")}, "'right hand'"),
    ):
        with pytest.raises(ValueError, match=expected):
            replace(layout, **change)


REFERENCES = {
    "hip": 0,
    "shoulder_centre": (1, 2),
    "left_shoulder": 1,
    "right_shoulder": 2,
    "left_hip": 1,
    "right_hip": 2,
}
