"""All features as one layer: against plain NumPy, as a clip and frame by frame."""

import json

import numpy as np
import pytest
from arrays import call, compiled, numpy
from keras import ops

from keras_drnn.skeletons.features import SkeletonFeatures
from keras_drnn.skeletons.layouts import TORSO
from keras_drnn.skeletons.running import decay_of, running

pytestmark = pytest.mark.every_backend

HIP, LEFT, RIGHT, NECK = 0, 1, 2, 3
LAG, SCALES = 2, (3.0, 5.0, 2.0)
FRAMES = 9
EVERYTHING = {"shoulders": (LEFT, RIGHT), "shoulder_centre": NECK, "lag": LAG, "scales": SCALES}


def clips(bodies=2, axes=3):
    """Two clips in which the first body comes, goes and comes back, with lost frames."""
    joints = np.random.default_rng(0).normal(size=(2, FRAMES, bodies, 4, axes)).astype("float32")
    joints[0, 3] = joints[1, 7:] = 0  # a lost frame, padding
    joints[1, 2, 0] = 0  # a frame without the first body
    joints[0, 5:7, -1] = 0  # the last body goes and comes back
    joints[1, :4, -1] *= bodies == 1  # the last one comes late
    return joints


def layer_of(memory=None, **settings):
    return SkeletonFeatures(HIP, memory=memory, **settings)


def plain(
    clip,
    memory=None,
    shoulders=None,
    shoulder_centre=None,
    lag=None,
    scales=(1, 1, 1),
    jump=np.inf,
):
    """The features of a clip, in float64, frame after frame, body after body."""
    clip = clip.astype("float64")
    decay = 1.0 if memory is None else 1 - 1 / memory
    bodies, axes = clip.shape[1], clip.shape[3]
    there = clip.any(axis=(2, 3))
    weight, hips = np.zeros(bodies), np.zeros((bodies, axes))
    across, lengths = np.zeros(axes), np.zeros(2)
    places, rows, began = [], [], 0
    for t, frame in enumerate(clip):
        weight, hips, across, lengths = (v * decay for v in (weight, hips, across, lengths))
        for b in np.flatnonzero(there[t]):
            lengths += np.linalg.norm(frame[b, NECK] - frame[b, HIP]), 1
        size = TORSO * lengths[1] / lengths[0] if shoulder_centre and lengths[1] else 1
        gone = np.linalg.norm(frame[:, HIP] - clip[t - 1, :, HIP], axis=1) * size
        if t and (gone > jump)[there[t] & there[t - 1]].any():
            weight, hips, across, began = weight * 0, hips * 0, across * 0, t
        for b in np.flatnonzero(there[t]):
            if memory is not None or weight[b] == 0:
                weight[b] += 1
                hips[b] += frame[b, HIP]
                across += (frame[0, RIGHT] - frame[0, LEFT]) * (b == 0)
        origin = frame[np.argmax(there[t]), HIP]
        places.append((frame - origin) * there[t][:, None, None])
        moved, hip_moved, way = np.zeros_like(frame), *np.zeros((2, bodies, axes))
        for b in np.flatnonzero(there[t]):
            way[b] = frame[b, HIP] - hips[b] / weight[b]
            if lag and t - lag >= began and there[t - lag, b]:
                moved[b] = places[t][b] - places[t - lag][b]
                hip_moved[b] = frame[b, HIP] - clip[t - lag, b, HIP]
        parts = [places[t] * scales[0]]
        if lag:
            parts += [moved * scales[1], hip_moved * scales[2], way * scales[2]]
        row = np.concatenate([part.reshape(-1, axes) for part in parts])
        if shoulders and across.any():
            x, z = across[[0, 2]] / np.hypot(across[0], across[2])
            row = row @ np.array([[x, 0, -z], [0, 1, 0], [z, 0, x]])
        rows.append((row * size).ravel())
    return np.array(rows)


CASES = [
    (2, 3, EVERYTHING),
    (1, 3, EVERYTHING),
    (3, 3, EVERYTHING),
    (2, 2, {"shoulder_centre": NECK, "lag": LAG}),
    (2, 3, {"shoulders": (LEFT, RIGHT)}),
    (2, 3, {}),
]


@pytest.mark.parametrize("memory", [None, 1, 3, 20])
@pytest.mark.parametrize("bodies, axes, settings", CASES)
def test_a_clip_is_as_in_plain_numpy_and_so_is_a_stream(bodies, axes, settings, memory):
    joints = clips(bodies, axes)
    layer = layer_of(memory, **settings)
    expected = np.stack([plain(clip, memory, **settings) for clip in joints])
    np.testing.assert_allclose(numpy(call(layer, joints)), expected, atol=2e-5)

    state = {n: ops.zeros((2, *s)) for n, s in layer.state_shapes(joints.shape).items()}
    advance, parts = compiled(layer.advance), []
    for frames in (slice(0, 4), slice(4, 5), slice(5, 6), slice(6, FRAMES)):
        part, state = advance(ops.convert_to_tensor(joints[:, frames]), state)
        parts.append(numpy(part))
    np.testing.assert_allclose(np.concatenate(parts, axis=1), expected, atol=2e-5)


@pytest.mark.parametrize("bodies, axes, settings", CASES[:5])
@pytest.mark.parametrize("jump", [0.7, 2.0, 3.0])
def test_behind_a_jump_all_begins_anew(bodies, axes, settings, jump):
    test_a_clip_is_as_in_plain_numpy_and_so_is_a_stream(
        bodies, axes, {**settings, "jump": jump}, memory=20
    )


def test_behind_a_jump_a_clip_is_as_from_the_start():
    joints = clips()[:1, :3]
    joints[:, 2] = joints[:, 1]
    joints = np.concatenate([joints, joints + 5], axis=1)
    layer = layer_of(20, jump=4.0, shoulders=(LEFT, RIGHT), lag=LAG)
    found = numpy(call(layer, joints))
    np.testing.assert_allclose(found[:, 3:], found[:, :3], atol=2e-5)


def test_the_mask_says_in_which_frames_somebody_is():
    joints = clips()
    mask = ops.convert_to_numpy(layer_of(**EVERYTHING).compute_mask(ops.convert_to_tensor(joints)))
    np.testing.assert_array_equal(mask, joints.any(axis=(2, 3, 4)))
    assert mask.dtype == bool and not mask.all()


def test_a_hip_and_shoulders_between_two_joints():
    joints = clips()
    between = (joints[..., LEFT, :] + joints[..., RIGHT, :])[..., None, :] / 2
    settings = {**EVERYTHING, "memory": 5, "shoulder_centre": (0, 3)}
    found = numpy(call(SkeletonFeatures((LEFT, RIGHT), **settings), joints))
    longer = np.concatenate([joints, between], axis=3)
    expected = numpy(call(SkeletonFeatures(4, **settings), longer))
    kept = [np.arange(3 * 4) + body * 3 * 5 for body in range(2)]
    np.testing.assert_allclose(found[..., :24], expected[..., np.concatenate(kept)], atol=2e-5)
    np.testing.assert_allclose(found[..., -12:], expected[..., -12:], atol=2e-5)


def test_nothing_looks_ahead():
    joints, layer = clips(), layer_of(4, **EVERYTHING)
    whole, function = numpy(call(layer, joints)), compiled(layer)
    for frames in (1, 3, 6):
        other = joints.copy()
        other[:, frames:] = np.random.default_rng(frames).normal(size=other[:, frames:].shape)
        found = numpy(function(ops.convert_to_tensor(other)))
        np.testing.assert_allclose(found[:, :frames], whole[:, :frames], atol=1e-6)
    np.testing.assert_array_equal(whole[0, 3], 0)


def test_what_was_long_ago_is_forgotten():
    """Another view, another place: after many memories only the last ones count."""
    late = np.random.default_rng(1).normal(size=(1, 6, 2, 4, 3)).astype("float32")
    early = np.random.default_rng(2).normal(size=(1, 6, 2, 4, 3)).astype("float32") + 5
    between = np.repeat(late[:, :1], 60, axis=1)
    layer = layer_of(2, **EVERYTHING)
    joints = np.concatenate([early, between, late], axis=1)
    expected = numpy(call(layer, np.concatenate([between, late], axis=1)))[:, -6:]
    np.testing.assert_allclose(numpy(call(layer, joints))[:, -6:], expected, atol=1e-5)
    forever = layer_of(None, **EVERYTHING)
    expected = numpy(call(forever, np.concatenate([between, late], axis=1)))[:, -6:]
    assert np.abs(numpy(call(forever, joints))[:, -6:] - expected).max() > 1


@pytest.mark.parametrize("memory", [None, 20])
@pytest.mark.parametrize("value", [0.0, 1e3, 1e-30])
def test_extreme_frames_are_finite_for_ever(memory, value):
    layer = layer_of(memory, **EVERYTHING)
    joints = np.full((1, 3000, 1, 4, 3), value, "float32")
    joints[:, 50:] = 0  # nobody for so long that sums vanish
    joints[:, -1] = np.random.default_rng(0).normal(size=(4, 3))
    found = numpy(call(layer, joints))
    assert np.isfinite(found).all()
    assert found[0, -1].any()


def test_a_layer_is_made_again_from_what_is_saved_of_it():
    layer = SkeletonFeatures((1, 2), **EVERYTHING, memory=20, name="joints")
    saved = json.dumps(layer.get_config())
    again = SkeletonFeatures.from_config(json.loads(saved))
    assert json.dumps(again.get_config()) == saved
    np.testing.assert_array_equal(numpy(call(again, clips())), numpy(call(layer, clips())))


def test_a_view_needs_three_axes_and_a_memory_a_frame():
    with pytest.raises(ValueError, match="takes three axes; leave them out"):
        layer_of(shoulders=(LEFT, RIGHT))(ops.convert_to_tensor(clips(axes=2)))
    with pytest.raises(ValueError, match="at least 1, or None.*memory=0"):
        layer_of(0)
    with pytest.raises(ValueError, match="takes a `memory`.*jump=0.3, memory=None"):
        layer_of(jump=0.3)


@pytest.mark.parametrize("memory", [None, 1, 2, 7, 1000])
def test_a_running_sum(memory):
    decay = decay_of(memory)
    values = np.random.default_rng(0).normal(size=(2, 40, 3))
    total, expected = np.ones((2, 3)), []
    for frame in np.moveaxis(values, 1, 0):
        total = decay * total + frame
        expected.append(total)
    found = running(ops.convert_to_tensor(values, "float32"), ops.ones((2, 3)), decay)
    np.testing.assert_allclose(numpy(found), np.stack(expected, axis=1), atol=2e-5)


@pytest.mark.parametrize("memory", [1, 2, 7, 1000])
def test_a_running_sum_that_begins_anew(memory):
    rng, decay = np.random.default_rng(0), decay_of(memory)
    values, anew = rng.normal(size=(2, 40, 3)), rng.random((2, 40, 1)) < 0.1
    total, expected = np.ones((2, 3)), []
    for frame, restart in zip(np.moveaxis(values, 1, 0), np.moveaxis(anew, 1, 0), strict=True):
        total = np.where(restart, 0, decay * total) + frame
        expected.append(total)
    restarts = ops.convert_to_tensor(np.cumsum(anew, axis=1), "float32")
    found = running(ops.convert_to_tensor(values, "float32"), ops.ones((2, 3)), decay, restarts)
    np.testing.assert_allclose(numpy(found), np.stack(expected, axis=1), atol=2e-5)
