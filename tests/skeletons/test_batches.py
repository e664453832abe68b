"""Batches of clips for training, augmentation, and whole clips for testing."""

import itertools

import numpy as np
import pytest

from keras_drnn.skeletons import KINECT_V1, Clip
from keras_drnn.skeletons.augmentation import Augmentation, rotations, stretch
from keras_drnn.skeletons.batches import clip_batches, pad, whole_clip_batches

STRONG = Augmentation(
    rotation=1.0,
    tilt=0.2,
    scale=0.2,
    shear=0.2,
    noise=0.02,
    misplaced=0.1,
    mirror=0.5,
    speed=1.5,
)


def clip(frames, seed=0, lost=()):
    joints = np.random.default_rng(seed).normal(size=(frames, 1, 20, 3)).astype("float32") + 3
    mask = np.ones((frames, 1), bool)
    for frame in lost:
        joints[frame], mask[frame] = 0, False
    return Clip(joints, mask, 1, 1, 1, f"clip{seed}")


CLIPS = [clip(frames, seed) for seed, frames in enumerate((3, 9, 20, 5, 14, 7, 30))]
CHOSEN = np.array([6, 0, 2, 3, 5])


def batches(**settings):
    defaults = {"layout": KINECT_V1, "batch_size": 3, "frames": 8, "seed": 1}
    defaults["augmentation"] = Augmentation()
    return clip_batches(CLIPS, CHOSEN, np.arange(5), **(defaults | settings))


def test_batches_that_start_later_go_on_the_same():
    whole = list(itertools.islice(batches(augmentation=STRONG), 7))
    late = list(itertools.islice(batches(augmentation=STRONG, first_step=4), 3))
    for a, b in zip(whole[4:], late, strict=True):
        np.testing.assert_array_equal(a[0], b[0])
        np.testing.assert_array_equal(a[1], b[1])
    other = next(batches(augmentation=STRONG, seed=2))
    assert not np.array_equal(other[0], whole[0][0])


def test_every_clip_comes_once_an_epoch_under_its_own_label():
    drawn = [label for _, labels in itertools.islice(batches(), 10) for label in labels.max(axis=1)]
    for epoch in range(6):
        assert sorted(drawn[5 * epoch : 5 * epoch + 5]) == [0, 1, 2, 3, 4]
    for joints, labels in itertools.islice(batches(), 10):
        for row, row_labels in zip(joints, labels, strict=True):
            original = CLIPS[CHOSEN[row_labels.max()]].joints
            frames = min(8, len(original))
            np.testing.assert_array_equal(row_labels[:frames], row_labels.max())
            np.testing.assert_array_equal(row_labels[frames:], -1)
            np.testing.assert_array_equal(row[frames:], 0)
            starts = range(len(original) - frames + 1)
            assert any(np.array_equal(row[:frames], original[s : s + frames]) for s in starts)


def test_augmentation_keeps_shape_and_zeros():
    joints = pad([clip(6, lost=(2,)).joints, clip(4).joints], 8)
    varied = STRONG(joints, KINECT_V1, np.random.default_rng(0))
    absent = ~joints.any(axis=(3, 4))
    np.testing.assert_array_equal(varied[absent], 0)
    assert np.abs(varied - joints)[~absent].max() > 0.05
    np.testing.assert_array_equal(
        Augmentation()(joints, KINECT_V1, np.random.default_rng(0)), joints
    )
    # Turning and scaling keep the shape: all distances change by one factor.
    turned = Augmentation(rotation=3.0, tilt=0.5, scale=0.3)(
        joints, KINECT_V1, np.random.default_rng(0)
    )
    old = np.linalg.norm(joints[1, :4, 0, 1:] - joints[1, :4, 0, :1], axis=-1)
    new = np.linalg.norm(turned[1, :4, 0, 1:] - turned[1, :4, 0, :1], axis=-1)
    ratios = new / old
    assert ratios.std() < 1e-4
    assert 0.7 <= ratios.mean() <= 1.3


def test_misplaced_joints_are_far_off_and_the_others_are_not():
    joints = np.repeat(clip(3).joints[None], 400, axis=0)
    varied = Augmentation(noise=0.01, misplaced=0.2)(joints, KINECT_V1, np.random.default_rng(0))
    off = np.linalg.norm(varied - joints, axis=-1)
    # The same over the whole clip, another one in each.
    np.testing.assert_allclose(off[:, 0], off[:, 1], atol=1e-5)
    far = off[:, 0] > 0.06
    assert 0.17 < far.mean() < 0.21
    assert 0.15 < off[:, 0][far].mean() / np.sqrt(3) < 0.3
    assert off[:, 0][~far].mean() < 0.02


def test_a_shear_is_linear_and_the_same_over_the_clip():
    joints = np.repeat(clip(5).joints[None], 50, axis=0)
    varied = Augmentation(shear=0.2)(joints, KINECT_V1, np.random.default_rng(0))
    entries = []
    for before, after in zip(joints, varied, strict=True):
        a, b = before.reshape(-1, 3), after.reshape(-1, 3)
        found, *_ = np.linalg.lstsq(a, b, rcond=None)
        np.testing.assert_allclose(a @ found, b, atol=1e-4)
        entries.append(found - np.eye(3))
    assert abs(np.mean(entries)) < 0.03
    assert 0.17 < np.std(entries) < 0.23


def test_rotation_is_about_the_vertical():
    turn = rotations(np.array([0.5]), np.zeros(1), np.zeros(1))[0]
    np.testing.assert_allclose([0, 1, 0] @ turn, [0, 1, 0])
    np.testing.assert_allclose([0, 0, 1] @ turn, [np.sin(0.5), 0, np.cos(0.5)])


def test_a_picture_is_tilted_mirrored_and_scaled_but_not_turned_about_the_vertical():
    joints = np.repeat(clip(5).joints[None, ..., :2], 8, axis=0)

    def varied(**settings):
        return Augmentation(**settings)(joints, KINECT_V1, np.random.default_rng(0))

    np.testing.assert_array_equal(varied(rotation=1.0), joints)
    tilted = varied(tilt=0.5, scale=0.3)
    old = np.linalg.norm(joints[:, :, 0, 1:] - joints[:, :, 0, :1], axis=-1)
    new = np.linalg.norm(tilted[:, :, 0, 1:] - tilted[:, :, 0, :1], axis=-1)
    factors = (new / old).reshape(8, -1)
    assert (factors.std(axis=1) < 1e-4).all() and factors.mean(axis=1).std() > 0.05
    assert np.abs(tilted / factors.mean(axis=1)[:, None, None, None, None] - joints).max() > 0.1
    mirrored = varied(mirror=1.0)
    expected = joints[..., KINECT_V1.mirrored, :] * np.float32([-1, 1])
    np.testing.assert_allclose(mirrored, expected, atol=1e-6)
    assert varied(shear=0.2, noise=0.02, misplaced=0.1).shape == joints.shape


def test_mirroring_exchanges_the_sides():
    joints = clip(1).joints[None]
    mirrored = Augmentation(mirror=1.0)(joints, KINECT_V1, np.random.default_rng(0))
    names = list(KINECT_V1.joint_names)
    left, right = names.index("left hand"), names.index("right hand")
    np.testing.assert_allclose(mirrored[0, 0, 0, left], joints[0, 0, 0, right] * [-1, 1, 1])
    np.testing.assert_allclose(mirrored[0, 0, 0, 0], joints[0, 0, 0, 0] * [-1, 1, 1])


class Fixed:
    """A generator that draws the same number always."""

    def uniform(self, low, high):
        return 1.0

    def integers(self, bound):
        return 0


@pytest.mark.parametrize("speed", [0.5, 1.5, 2.0])
def test_speed_interpolates_in_time(speed):
    line = np.arange(10, dtype="float32")[:, None, None, None] + np.ones((1, 1, 20, 3), "float32")
    moving = Clip(line, np.ones((10, 1), bool), 1, 1, 1, "line")
    played = stretch(moving, 100, speed, Fixed())
    expected = np.arange(int(9 / speed) + 1) * speed + 1
    np.testing.assert_allclose(played[:, 0, 0, 0], expected, rtol=1e-5)


def test_speed_never_mixes_a_body_with_its_absence():
    gappy = clip(12, lost=(4, 5))
    played = stretch(gappy, 100, 1.5, Fixed())
    seen = played.any(axis=(1, 2, 3))
    assert not seen.all()
    assert np.abs(played[seen]).min() > 0  # all coordinates of the clip are far from zero
    nearest = np.round(np.arange(len(played)) * 1.5).astype(int)
    np.testing.assert_array_equal(seen[[2, 4]], gappy.mask[nearest[[2, 4]], 0])


def test_whole_clip_batches_have_every_clip_whole_and_once():
    seen = []
    for rows, joints in whole_clip_batches(CLIPS, CHOSEN, batch_size=2, multiple=4):
        assert joints.shape[0] == 2
        assert joints.shape[1] % 4 == 0
        np.testing.assert_array_equal(joints[len(rows) :], 0)
        for row, padded in zip(rows, joints, strict=False):
            original = CLIPS[CHOSEN[row]].joints
            np.testing.assert_array_equal(padded[: len(original)], original)
            np.testing.assert_array_equal(padded[len(original) :], 0)
        seen += rows.tolist()
    assert sorted(seen) == [0, 1, 2, 3, 4]
