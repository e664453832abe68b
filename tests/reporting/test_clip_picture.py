"""The picture of a clip: what is drawn where."""

import numpy as np
import pytest

from keras_drnn.reporting.clip_picture import draw_clip
from keras_drnn.skeletons.clip import Clip
from keras_drnn.skeletons.layouts import COCO_17, KINECT_V2, JointLayout


def clip(joints):
    joints = joints.astype("float32")
    return Clip(joints, joints.any(axis=(2, 3)), 1, 1, 1, "clip")


@pytest.mark.parametrize(("layout", "axes"), [(KINECT_V2, 3), (COCO_17, 2)])
def test_bones_join_their_joints_in_frames_that_see_somebody(tmp_path, layout, axes):
    joints = np.random.default_rng(0).normal(size=(30, 2, len(layout), axes))
    joints[:10] = 0  # nobody yet
    joints[:, 1] = 0  # nobody else
    figure = draw_clip(clip(joints), layout, "wave")
    drawn = figure.axes
    assert len(drawn) == 6 * (axes - 1)
    assert drawn[0].get_title() == "frame 10" and drawn[5].get_title() == "frame 29"
    for panel, across in ((drawn[5], 0), (drawn[-1], 2 if axes == 3 else 0)):
        *bones, dots = panel.get_lines()
        assert len(bones) == len(layout.bones)
        for line, bone in zip(bones, layout.bones, strict=True):
            expected = joints[29, 0][list(bone)][:, [across, 1]].astype("float32")
            np.testing.assert_array_equal(line.get_xydata(), expected)
        assert len(dots.get_xydata()) == len(layout)
    colours = {
        layout.joint_names[far].split()[0]: line.get_color()
        for line, (_, far) in zip(drawn[0].get_lines()[:-1], layout.bones, strict=True)
    }
    assert colours["left"] != colours["right"]
    figure.savefig(tmp_path / "clip.png")


def test_channels_are_drawn_over_time():
    values = np.random.default_rng(0).normal(size=(9, 1, 3, 1))
    (axes,) = draw_clip(clip(values), None, "walk").axes
    lines = [line.get_ydata() for line in axes.get_lines()]
    np.testing.assert_array_equal(np.stack(lines), values[:, 0, :, 0].T.astype("float32"))


@pytest.mark.parametrize(
    "left, right", [("l_hip", "r_hip"), ("LHip", "RHip"), ("LeftHip", "rightHip")]
)
def test_the_sides_of_a_layout_of_ones_own_have_their_colours(left, right):
    points = {"hip": 0, "shoulder_centre": 3, "left_shoulder": 1, "right_shoulder": 2}
    own = JointLayout(
        name="own",
        joint_names=("pelvis", left, right, "collar"),
        bones=((0, 1), (0, 2), (0, 3)),
        mirror_pairs=((1, 2),),
        left_hip=1,
        right_hip=2,
        **points,
    )
    joints = np.random.default_rng(0).normal(size=(9, 1, 4, 2))
    lines = draw_clip(clip(joints), own, "wave").axes[0].get_lines()
    of_coco = draw_clip(clip(np.ones((9, 1, 17, 2))), COCO_17, "wave").axes[0].get_lines()
    named = {
        COCO_17.joint_names[far]: line.get_color()
        for line, (_, far) in zip(of_coco, COCO_17.bones, strict=False)
    }
    colours = [line.get_color() for line in lines[:3]]
    assert colours[:2] == [named["left wrist"], named["right wrist"]]
    assert colours[2] not in colours[:2]
