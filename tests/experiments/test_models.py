"""The models of other inputs than Kinects' joints: 2-D joints in pixels, channels."""

import numpy as np
import pytest
from arrays import call, numpy

from keras_drnn.experiments.models import build_channel_model, build_model
from keras_drnn.experiments.recipes import Recipe
from keras_drnn.skeletons.augmentation import Augmentation
from keras_drnn.skeletons.batches import channel_moments
from keras_drnn.skeletons.clip import Clip
from keras_drnn.skeletons.layouts import COCO_17, TORSO

RNG = np.random.default_rng(0)
RECIPE = Recipe("drnn", units=6, delays=(1, 3), motion=True, torso=True)


def run(model, inputs):
    return numpy(call(model, inputs))


def test_with_a_memory_the_first_frames_are_forgotten():
    recipe = Recipe("drnn", units=6, delays=(1, 3), motion=True, align=True, memory=2)
    model = build_model(recipe, layout=COCO_17, bodies=2, classes=3)
    layer = model.get_layer("frame")
    assert layer.memory == 2
    clip = RNG.normal(size=(1, 50, 2, 17, 3), scale=0.03).astype("float32")
    near, far = (
        run(layer, np.concatenate([clip[:, :9] + np.float32(way), clip[:, 9:]], axis=1))
        for way in (0.1, 3)
    )
    expected = run(layer, clip)
    assert np.abs(near - expected)[:, 9:15].max() > 0.01
    np.testing.assert_allclose(near[:, 40:], expected[:, 40:], atol=1e-4)
    # What is far away was somebody else, who is forgotten at once.
    np.testing.assert_allclose(far[:, 9:], run(layer, clip[:, 9:]), atol=1e-4)


def test_the_unit_of_two_dimensional_joints_and_their_place_do_not_matter():
    model = build_model(RECIPE, layout=COCO_17, bodies=2, classes=3, axes=2)
    metres = RNG.normal(size=(2, 5, 2, 17, 2)).astype("float32")
    expected = run(model, metres)
    np.testing.assert_allclose(run(model, 300 * metres), expected, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(run(model, metres + np.float32(2)), expected, rtol=1e-3, atol=1e-3)
    assert np.abs(expected - run(model, metres[:, ::-1])).max() > 0.01
    # A lost frame is skipped, as if it were not there.
    lost = metres.copy()
    lost[:, 4] = 0
    np.testing.assert_allclose(run(model, lost)[:, 4], expected[:, 3], atol=1e-5)


def channels(frames):
    values = RNG.normal(size=(frames, 1, 3, 1)).astype("float32")
    return values * np.float32([5, 1, 0]).reshape(3, 1) + np.float32([100, -1, 7]).reshape(3, 1)


def test_channels_are_standardised_by_the_clips_that_are_chosen():
    clips = [Clip(channels(n), np.ones((n, 1), bool), 1, 1, 1, str(n)) for n in (4, 9, 500)]
    clips[1].joints[3] = 0  # a lost frame
    mean, variance = channel_moments(clips, np.array([0, 1]))
    seen = np.concatenate([clips[0].joints, np.delete(clips[1].joints, 3, axis=0)])[:, 0, :, 0]
    np.testing.assert_allclose(mean, seen.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(variance[:2], seen.var(axis=0)[:2], rtol=1e-4)
    assert variance[2] == 1  # a channel that never changes

    recipe = Recipe("drnn", units=6, delays=(1, 3))
    model = build_channel_model(recipe, mean=mean, variance=variance, classes=2)
    plain = build_channel_model(recipe, mean=np.zeros(3), variance=np.ones(3), classes=2)
    plain.set_weights(model.get_weights())
    x = clips[0].joints[None]
    by_hand = (x - mean.reshape(3, 1)) / np.sqrt(variance.reshape(3, 1))
    np.testing.assert_allclose(run(model, x), run(plain, by_hand.astype("float32")), atol=1e-4)
    # Frames behind the end are as if they were not there.
    padded = np.concatenate([x, np.zeros((1, 3, 1, 3, 1), "float32")], axis=1)
    np.testing.assert_allclose(run(model, padded)[:, :4], run(model, x), atol=1e-5)
    np.testing.assert_allclose(run(model, padded)[0, 4:], run(model, padded)[0, 3:4].repeat(3, 0))


@pytest.mark.parametrize("unit", [1.0, 250.0])
def test_noise_is_in_units_of_the_torso_where_the_recipe_says_so(unit):
    joints = np.tile(RNG.normal(size=(1, 1, 1, 17, 2)), (400, 2, 1, 1, 1)).astype("float32")
    left_hip, right_hip, left, right = 11, 12, 5, 6
    torso = joints[0, 0, 0, [left, right]].mean(0) - joints[0, 0, 0, [left_hip, right_hip]].mean(0)
    joints *= np.float32(unit)
    varied = Augmentation(noise=0.02, relative=True)(joints, COCO_17, np.random.default_rng(1))
    moved = varied - joints
    np.testing.assert_allclose(moved[:, 0], moved[:, 1], atol=1e-4 * unit)  # over the whole clip
    expected = 0.02 * np.linalg.norm(torso) / TORSO * unit
    assert moved.std() == pytest.approx(expected, rel=0.05)


def test_joints_in_the_picture_turn_within_it():
    joints = RNG.normal(size=(3, 2, 1, 17, 2)).astype("float32")
    varied = Augmentation(mirror=1.0)(joints, COCO_17, np.random.default_rng(1))
    np.testing.assert_allclose(varied, joints[..., COCO_17.mirrored, :] * [-1, 1], rtol=1e-6)
