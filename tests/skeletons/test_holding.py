"""Holding inside a model: what `hold_missing` makes of a recording, of clips, chunks and frames."""

import numpy as np
import pytest
from arrays import call, compiled
from keras import ops

from keras_drnn.data_sets.tables.axes import upright
from keras_drnn.recordings.missing import hold_missing
from keras_drnn.skeletons.holding import HoldMissing
from keras_drnn.skeletons.turning import TurnAxes

pytestmark = pytest.mark.every_backend

NAN = np.float32("nan")
FRAMES = 24


def clips(axes):
    """Two clips of two bodies whose joints and who themselves come and go, one clip padded."""
    rng = np.random.default_rng(axes)
    joints = rng.normal(size=(2, FRAMES, 2, 5, axes)).astype("float32") * 100
    joints[rng.random((2, FRAMES, 2, 5)) < 0.4] = NAN
    joints[rng.random(joints.shape) < 0.05] = NAN  # one axis of a joint alone
    gone = rng.random((2, FRAMES, 2)) < 0.2
    joints[gone] = NAN
    joints[:, 10, 0] = 0  # gone, as most formats say it
    joints[:, :3, 1] = NAN  # not there yet
    joints[0, 5] = 0  # a lost frame
    joints[1, -4:] = 0  # padding
    joints[0, 7, 0, :2] = 0  # two joints at the origin, where joints may well be
    joints[0, 7, 0, 2:] = 1
    return joints


def expected(joints):
    """By NumPy, after what every reader of recordings does: who is all zero is missing."""
    joints = joints.copy()
    joints[(joints == 0).all(axis=(-2, -1))] = NAN
    return np.stack([hold_missing(clip) for clip in joints])


def in_chunks(values, *sizes):
    layer, given = HoldMissing(), ops.convert_to_tensor(values)
    shapes = layer.state_shapes(values.shape).items()
    state = {name: ops.zeros((len(values), *shape)) for name, shape in shapes}
    advance, parts, start = compiled(layer.advance), [], 0
    for size in sizes:
        part, state = advance(given[:, start : start + size], state)
        parts.append(ops.convert_to_numpy(part))
        start += size
    assert start == values.shape[1]
    return np.concatenate(parts, axis=1)


@pytest.mark.parametrize("axes", [2, 3])
def test_a_clip_is_held_as_a_recording_is(axes):
    joints = clips(axes)
    held = ops.convert_to_numpy(call(HoldMissing(), ops.convert_to_tensor(joints)))
    np.testing.assert_allclose(held, expected(joints), rtol=1e-6, atol=1e-4)
    # What is not a mean of others is not even rounded, and who is absent exactly zero.
    seen = ~np.isnan(joints).any(axis=-1)
    np.testing.assert_array_equal(held[seen], joints[seen])
    absent = (expected(joints) == 0).all(axis=(-2, -1))
    assert absent.any() and not held[absent].any() and np.isfinite(held).all()


@pytest.mark.parametrize("sizes", [(1,) * FRAMES, (1, 5, 2, FRAMES - 8)])
def test_a_stream_is_held_as_the_clip_is(sizes):
    joints = clips(3)
    whole = ops.convert_to_numpy(call(HoldMissing(), ops.convert_to_tensor(joints)))
    np.testing.assert_allclose(in_chunks(joints, *sizes), whole, rtol=1e-6, atol=1e-5)


def test_channels_keep_their_last_value_through_frames_without_any():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(2, FRAMES, 1, 3, 1)).astype("float32")
    values[rng.random(values.shape) < 0.4] = NAN
    values[:, :2, :, 0] = values[0, 9] = NAN
    values[1, 5] = 0  # a value like any other
    wanted = np.stack([hold_missing(clip[:, 0, :, 0]) for clip in values])[:, :, None, :, None]
    held = ops.convert_to_numpy(call(HoldMissing(), ops.convert_to_tensor(values)))
    np.testing.assert_array_equal(held, wanted)
    np.testing.assert_array_equal(in_chunks(values, *(1,) * FRAMES), wanted)


@pytest.mark.parametrize("up, units, axes", [("-z", "millimetres", 3), ("-y", "pixels", 2)])
def test_a_model_turns_joints_as_the_reading_does(up, units, axes):
    joints, turn = hold_missing(clips(axes)[0]), upright(up, units, axes)
    turned = ops.convert_to_numpy(TurnAxes(*turn)(ops.convert_to_tensor(joints[None])))[0]
    np.testing.assert_array_equal(turned, turn(joints))
