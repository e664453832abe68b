"""The scale by the torso: against NumPy frame by frame, in a clip and in a stream."""

import numpy as np
import pytest
from arrays import call, compiled
from keras import ops

from keras_drnn.skeletons.torso import TORSO, TorsoScale

pytestmark = pytest.mark.every_backend

HIPS, NECK = (0, 1), 3


def clips():
    joints = np.random.default_rng(0).normal(size=(2, 6, 2, 4, 2)).astype("float32") * 100
    joints[0, :2] = 0  # nobody at first
    joints[1, 4:] = 0  # padding
    joints[1, :, 1] = 0  # nobody else
    return joints


def expected(joints):
    scales = np.ones((*joints.shape[:2], 1))
    for clip, scale in zip(joints.astype("float64"), scales, strict=True):
        lengths = []
        for frame, bodies in enumerate(clip):
            for body in bodies:
                if body.any():
                    lengths.append(np.linalg.norm(body[NECK] - body[list(HIPS)].mean(axis=0)))
            if lengths:
                scale[frame] = TORSO / np.mean(lengths)
    return scales


def test_the_torsos_seen_so_far_are_half_a_metre_in_the_mean():
    joints = clips()
    scales = ops.convert_to_numpy(call(TorsoScale(HIPS, NECK), ops.convert_to_tensor(joints)))
    np.testing.assert_allclose(scales, expected(joints), rtol=1e-5)
    assert scales[0, 1, 0] == 1 and scales[0, 2, 0] < 0.1


def test_a_stream_goes_on_from_the_state():
    joints, layer = clips(), TorsoScale(HIPS, NECK)
    state = {name: ops.zeros((2, *shape)) for name, shape in layer.state_shapes(None).items()}
    advance, parts = compiled(layer.advance), []
    for frames in (slice(0, 1), slice(1, 3), slice(3, 6)):
        part, state = advance(ops.convert_to_tensor(joints[:, frames]), state)
        parts.append(ops.convert_to_numpy(part))
    np.testing.assert_allclose(np.concatenate(parts, axis=1), expected(joints), rtol=1e-5)


def test_without_a_torso_nothing_is_scaled():
    joints = np.ones((1, 2, 1, 4, 3), "float32")  # all at one place
    scales = ops.convert_to_numpy(TorsoScale(HIPS, NECK)(ops.convert_to_tensor(joints)))
    np.testing.assert_array_equal(scales, np.ones((1, 2, 1)))
