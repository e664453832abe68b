"""Guesses of axes and units, on bodies that stand in known ones."""

import numpy as np
import pytest
from recording_files import standing

from keras_drnn.recordings.guess import guess
from keras_drnn.recordings.recording import Recording
from keras_drnn.skeletons import COCO_17, KINECT_V1, MEDIAPIPE_33, find_layout, layout_names


def recording(joints):
    return Recording(np.asarray(joints, "float32")[:, None])


def picture(joints, width=1.0):
    """What a camera at hip's height sees, y down, the picture `width` wide."""
    seen = joints[..., :2] / joints[..., 2:]
    return (seen - (0, 0.3)) * (width, -width) + width / 2


@pytest.mark.parametrize("name", layout_names())
def test_every_layout(name):
    layout = find_layout(name)
    joints = standing(layout)
    found = guess(recording(joints), layout)
    assert (found.up, found.units) == ("y", "metres")
    assert found.up_sure > 0.9 and found.units_sure > 0.7 and 0.4 < found.torso < 0.6
    found = guess(recording(picture(joints)), layout)
    assert (found.up, found.units) == ("-y", "normalised")
    assert found.up_sure > 0.9 and found.units_sure == 1
    found = guess(recording(picture(joints, 640)), layout)
    assert (found.up, found.units) == ("-y", "pixels")


@pytest.mark.parametrize(
    "axes, signs, up",
    [
        ((0, 1, 2), (1, -1, 1), "-y"),
        ((0, 2, 1), (1, 1, 1), "z"),
        ((0, 2, 1), (1, 1, -1), "-z"),
        ((1, 0, 2), (1, 1, 1), "x"),
    ],
)
@pytest.mark.parametrize(
    "scale, units", [(1, "metres"), (100, "centimetres"), (1000, "millimetres")]
)
def test_axes_and_units(axes, signs, up, scale, units):
    joints = standing(KINECT_V1)[..., list(axes)] * signs * scale
    found = guess(recording(joints), KINECT_V1)
    assert (found.up, found.units) == (up, units)
    np.testing.assert_allclose(found.torso, 0.45 * scale, rtol=1e-3)


def test_landmarks_in_the_picture_have_a_depth_too():
    joints = standing(MEDIAPIPE_33)
    flat = np.concatenate([picture(joints), joints[..., 2:] - 3], axis=-1)
    assert guess(recording(flat), MEDIAPIPE_33).units == "normalised"
    assert guess(recording(joints - joints[:, 23:24]), MEDIAPIPE_33).units == "metres"


def test_missing_joints_and_absent_bodies_have_no_say():
    joints = standing(COCO_17)
    joints[::2] = np.nan
    joints[1, 15:] = joints[3, :5] = joints[5, 5] = np.nan
    found = guess(recording(joints), COCO_17)
    assert (found.up, found.units) == ("y", "metres") and found.up_sure > 0.9
    found = guess(recording(joints * np.nan), COCO_17)
    assert (found.up, found.units, found.up_sure) == (None, None, 0)


def test_how_sure():
    joints = standing(KINECT_V1)
    leaning = joints.copy()
    leaning[..., 0] += leaning[..., 1]  # by 45 degrees
    assert guess(recording(leaning), KINECT_V1).up_sure < 0.1
    upside_down = np.concatenate([joints, joints * (1, -1, 1)])
    assert guess(recording(upside_down), KINECT_V1).up_sure < 0.1
    sure = [guess(recording(joints * size), KINECT_V1).units_sure for size in (0.95, 1.5, 1.9)]
    assert sure[0] > 0.9 and sorted(sure, reverse=True) == sure and sure[2] < 0.2
    found = guess(recording(joints * 5), KINECT_V1)
    assert (found.units, found.units_sure) == (None, 0)


def test_what_does_not_fit_is_said():
    found = guess(recording(standing(KINECT_V1) * 1000), KINECT_V1)
    assert found.disagreements() == []
    assert found.disagreements(up="y", units="millimetres") == []
    words = found.disagreements(up="z", units="metres")
    assert len(words) == 2
    assert words[0].startswith("up is said to be z, and the joints look like y (9")
    assert words[1].startswith(
        "the units are said to be metres, and the joints look like millimetres ("
    )


def test_another_number_of_joints():
    with pytest.raises(ValueError, match="Expected joints of kinect_v1"):
        guess(recording(standing(COCO_17)), KINECT_V1)
    with pytest.raises(ValueError, match="Expected joints"):
        guess(Recording(np.ones((5, 20), "float32")), KINECT_V1)
