"""Joints that a description names: bones from the hip outwards, and who mirrors whom."""

import pytest
from recording_tables import table_of

from keras_drnn.data_sets.tables.layout import layout_of
from keras_drnn.recordings.table import read_table
from keras_drnn.skeletons.layouts import COCO_17

JOINTS = ["knee_left", "RightKnee", "hip", "chest", "HipLeft", "hip_RIGHT", "s left", "s right"]
JOINTS[0:2] = ["kneeLeft", "kneeRight"]
SIDES = 'left_shoulder = "s left"\nright_shoulder = "s right"\nleft_hip = "HipLeft"\n'
BONES = [
    ("s left", "chest"),
    ("chest", "s right"),
    ("chest", "hip"),
    ("kneeLeft", "HipLeft"),
    ("HipLeft", "hip"),
    ("hip", "hipRight"),
]


@pytest.fixture
def described(tmp_path):
    def described(text):
        table_of(tmp_path, "file,label", "a.npy,sit")
        (tmp_path / "clips.toml").write_text(f'table = "clips.csv"\n{text}')
        return layout_of(read_table(tmp_path / "clips.toml").description)

    return described


def own(joints, more="", bones=BONES, right_hip="hipRight"):
    return (
        f'[layout]\njoints = {joints}\nbones = {[list(bone) for bone in bones]}\nhip = "hip"\n'
        f'{SIDES}right_hip = "{right_hip}"\n{more}'
    )


NAMED = [name.replace("hip_RIGHT", "hipRight") for name in JOINTS]


def test_a_name_or_nothing(described):
    assert described('layout = "coco_17"') is COCO_17
    assert described("") is None
    with pytest.raises(ValueError, match="one of kinect_v1"):
        described('layout = "coco"')


def test_every_bone_leads_away_from_the_hip_and_none_is_lost(described):
    layout = described(own(NAMED, bones=[*BONES, ("kneeRight", "hipRight")]))
    named = [tuple(layout.joint_names[joint] for joint in bone) for bone in layout.bones]
    assert named == [
        ("chest", "s left"),
        ("chest", "s right"),
        ("hip", "chest"),
        ("HipLeft", "kneeLeft"),
        ("hip", "HipLeft"),
        ("hip", "hipRight"),
        ("hipRight", "kneeRight"),
    ]
    assert layout.hip == (2,) and layout.shoulder_centre == (6, 7)
    assert (layout.left_hip, layout.right_hip) == (4, 5)


def test_parts_that_no_bone_joins_to_the_hip_stay(described):
    bones = [("chest", "s left"), ("kneeLeft", "HipLeft"), ("HipLeft", "hip")]
    layout = described(own(NAMED, bones=bones))
    assert layout.bones == ((3, 6), (4, 0), (2, 4))
    assert described(own(NAMED, bones=[])).bones == ()


def test_left_and_right_anywhere_in_the_names_tell_the_mirror(described):
    assert described(own(NAMED)).mirrored == [1, 0, 2, 3, 5, 4, 7, 6]


def test_a_mirror_that_is_given_counts_alone(described):
    mirror = 'mirror = [["HipLeft", "hipRight"], ["s left", "s right"]]'
    assert described(own(NAMED, mirror)).mirrored == [0, 1, 2, 3, 5, 4, 7, 6]


@pytest.mark.parametrize(
    "joints, more, alone",
    [
        ([name.replace("kneeRight", "wand") for name in NAMED], "", "no pair for kneeLeft$"),
        (JOINTS, "", "no pair for HipLeft, hip_RIGHT$"),
        (NAMED, 'mirror = [["kneeLeft", "kneeRight"]]', "s left, s right, HipLeft, hipRight$"),
        (NAMED, 'mirror = [["s left", "hipRight"], ["s right", "HipLeft"]]', "no pair for s left"),
    ],
)
def test_joints_without_a_counterpart_are_named(described, joints, more, alone):
    right_hip = next(name for name in joints if name.startswith("hip") and name != "hip")
    bones = [bone for bone in BONES if "hipRight" not in bone]
    with pytest.raises(ValueError, match=alone):
        described(own(joints, more, bones, right_hip))


def test_the_joints_that_features_need_are_asked_for(described):
    with pytest.raises(ValueError) as caught:
        described('[layout]\njoints = ["hip", "chest"]\nhip = "hip"')
    for name in ("left_shoulder", "right_shoulder", "left_hip", "right_hip", "shoulder_centre"):
        assert name in str(caught.value)
    assert "clips.toml" in str(caught.value) and ", hip" not in str(caught.value)
