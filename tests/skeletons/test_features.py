"""Features against NumPy, and what they promise: causal, blind to the camera, zero stays zero."""

import json

import numpy as np
import pytest
from keras import ops

from keras_drnn.skeletons.features import (
    FrameVector,
    HipCentring,
    HipPath,
    JointVelocity,
    ViewAlignment,
)
from keras_drnn.skeletons.joints import fixed

pytestmark = pytest.mark.every_backend

HIP, LEFT, RIGHT = 0, 1, 2


@pytest.fixture
def clips():
    joints = np.random.default_rng(0).normal(size=(2, 7, 2, 4, 3)).astype("float32")
    joints[0, :2, 0] = 0  # the first body comes late
    joints[0, 4] = 0  # a lost frame
    joints[1, 5:] = 0  # padding
    joints[1, :, 1] = 0  # nobody else
    return joints


def run(layer, joints):
    return ops.convert_to_numpy(layer(ops.convert_to_tensor(joints)))


LAYERS = [
    ViewAlignment(LEFT, RIGHT),
    HipCentring(HIP),
    JointVelocity(2),
    HipPath(HIP, 2),
    HipCentring((LEFT, RIGHT), name="centre_of_two"),
    HipPath((LEFT, RIGHT), 2, name="path_of_two"),
]


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.name)
def test_nothing_looks_ahead_and_absent_bodies_stay_zero(layer, clips):
    whole = run(layer, clips)
    for frames in (1, 3, 6):
        # Another future of the same length: other lengths would be compiled anew, which takes long.
        other = clips.copy()
        other[:, frames:] = np.random.default_rng(frames).normal(size=other[:, frames:].shape)
        np.testing.assert_array_equal(run(layer, other)[:, :frames], whole[:, :frames])
    absent = ~clips.any(axis=(3, 4))
    assert absent.any()
    np.testing.assert_array_equal(whole[absent], 0)


def test_fewer_frames_give_the_same(clips):
    layer = HipPath(HIP, 2)
    np.testing.assert_allclose(run(layer, clips[:, :3]), run(layer, clips)[:, :3], atol=1e-6)


@pytest.mark.parametrize(
    "layer",
    [*LAYERS, JointVelocity(lag=3, name="speed", dtype="float16"), FrameVector((2.0, 0.5))],
    ids=lambda layer: layer.name,
)
def test_a_layer_is_made_again_from_what_is_saved_of_it(layer):
    saved = json.dumps(layer.get_config())
    again = type(layer).from_config(json.loads(saved))
    settings = ("left_shoulder", "right_shoulder", "hip", "lag", "scales", "name")
    for setting in settings:
        assert getattr(again, setting, None) == getattr(layer, setting, None)
    assert json.dumps(again.get_config()) == saved


def test_a_size_that_has_to_be_fixed():
    assert fixed(25) == 25
    # TensorFlow gives the layers None for it, the other backends a number of their own.
    with pytest.raises(ValueError, match="only the frames may vary.*a size of None"):
        fixed(None)


def test_alignment_undoes_a_turn_of_the_camera(clips):
    angle = 0.8
    turn = np.array(
        [[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]]
    )
    layer = ViewAlignment(LEFT, RIGHT)
    aligned, turned = run(layer, clips), run(layer, (clips @ turn).astype("float32"))
    first_body = clips[:, :, 0].any(axis=(2, 3)).cumsum(axis=1) > 0
    np.testing.assert_allclose(turned[first_body], aligned[first_body], atol=1e-5)
    for clip, frame in ((0, 2), (1, 0)):
        across = aligned[clip, frame, 0, RIGHT] - aligned[clip, frame, 0, LEFT]
        assert across[0] > 0
        assert abs(across[2]) < 1e-5


def test_centring_takes_the_first_body_that_is_there(clips):
    found = run(HipCentring(HIP), clips)
    np.testing.assert_allclose(found[0, 3, 1], clips[0, 3, 1] - clips[0, 3, 0, HIP], atol=1e-6)
    np.testing.assert_allclose(found[0, 0, 1], clips[0, 0, 1] - clips[0, 0, 1, HIP], atol=1e-6)


def test_velocity_needs_both_frames(clips):
    found = run(JointVelocity(2), clips)
    np.testing.assert_allclose(found[1, 3, 0], clips[1, 3, 0] - clips[1, 1, 0], atol=1e-6)
    np.testing.assert_array_equal(found[:, :2], 0)
    np.testing.assert_array_equal(found[0, 6], 0)  # frame 4 was lost
    np.testing.assert_array_equal(found[0, 3, 0], 0)  # not yet there in frame 1


def test_path_starts_where_the_body_was_first_seen(clips):
    found = run(HipPath(HIP, 2), clips)
    np.testing.assert_array_equal(found[0, 2, 0], 0)
    expected = clips[0, 5, 0, HIP] - clips[0, 2, 0, HIP]
    np.testing.assert_allclose(found[0, 5, 0, :3], expected, atol=1e-6)


def test_frame_vector_scales_and_masks(clips):
    layer = FrameVector((2.0, 3.0))
    joints = ops.convert_to_tensor(clips)
    found = layer([joints, joints[:, :, :, 0]])
    expected = np.concatenate(
        [2 * clips.reshape(2, 7, -1), 3 * clips[:, :, :, 0].reshape(2, 7, -1)], axis=-1
    )
    np.testing.assert_allclose(ops.convert_to_numpy(found), expected, rtol=1e-6)
    mask = ops.convert_to_numpy(layer.compute_mask([joints]))
    np.testing.assert_array_equal(mask, clips.any(axis=(2, 3, 4)))


@pytest.mark.parametrize("axes", [2, 3])
def test_a_hip_between_two_joints_is_as_good_as_one_that_is_a_joint(clips, axes):
    clips = clips[..., :axes]
    hip = (clips[..., LEFT, :] + clips[..., RIGHT, :]) / 2
    with_hip = np.concatenate([hip[..., None, :], clips], axis=-2)
    for two, one in (
        (HipPath((LEFT, RIGHT), 2), HipPath(0, 2)),
        (HipCentring((LEFT, RIGHT)), HipCentring(0)),
    ):
        expected = run(one, with_hip)
        expected = expected[..., 1:, :] if isinstance(one, HipCentring) else expected
        np.testing.assert_allclose(run(two, clips), expected, atol=1e-6)


def test_a_picture_cannot_be_turned_about_the_vertical(clips):
    with pytest.raises(ValueError, match="takes three axes; leave it out"):
        ViewAlignment(LEFT, RIGHT)(ops.convert_to_tensor(clips[..., :2]))
