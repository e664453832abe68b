"""Frames as vectors: scaled, masked, saved."""

import json

import numpy as np
import pytest
from keras import ops

from keras_drnn.skeletons.features import FrameVector
from keras_drnn.skeletons.joints import fixed

pytestmark = pytest.mark.every_backend


@pytest.fixture
def clips():
    joints = np.random.default_rng(0).normal(size=(2, 7, 2, 4, 3)).astype("float32")
    joints[0, :2, 0] = 0  # the first body comes late
    joints[0, 4] = 0  # a lost frame
    joints[1, 5:] = 0  # padding
    joints[1, :, 1] = 0  # nobody else
    return joints


def test_a_layer_is_made_again_from_what_is_saved_of_it():
    layer = FrameVector((2.0, 0.5), name="frame")
    saved = json.dumps(layer.get_config())
    again = FrameVector.from_config(json.loads(saved))
    assert again.scales == layer.scales and again.name == layer.name
    assert json.dumps(again.get_config()) == saved


def test_a_size_that_has_to_be_fixed():
    assert fixed(25) == 25
    # TensorFlow gives the layers None for it, the other backends a number of their own.
    with pytest.raises(ValueError, match="only the frames may vary.*a size of None"):
        fixed(None)


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
