"""The joints of the two sensors, by what the data's authors say of them."""

import pytest

from keras_drnn.skeletons import KINECT_V1, KINECT_V2


@pytest.mark.parametrize("layout, joints", [(KINECT_V1, 20), (KINECT_V2, 25)])
def test_bones_make_a_tree_from_the_hip(layout, joints):
    assert len(layout) == len(set(layout.joint_names)) == joints
    reached = {layout.hip}
    for nearer, farther in layout.bones:
        assert nearer in reached and farther not in reached
        reached.add(farther)
    assert reached == set(range(joints))


@pytest.mark.parametrize("layout", [KINECT_V1, KINECT_V2])
def test_left_and_right_are_mirror_images(layout):
    names = layout.joint_names

    def mirror(name):
        side, _, rest = name.partition(" ")
        return f"{ {'left': 'right', 'right': 'left'}.get(side, side) } {rest}".strip()

    bones = {(names[a], names[b]) for a, b in layout.bones}
    assert {(mirror(a), mirror(b)) for a, b in bones} == bones


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
