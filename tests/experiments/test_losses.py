"""The loss of every valid frame, and of each clip as a whole."""

import keras
import numpy as np
import pytest

from keras_drnn.experiments.losses import FrameCrossentropy


@pytest.mark.every_backend
@pytest.mark.parametrize("clip_weight", [0.0, 0.7])
def test_the_loss_is_the_mean_over_valid_frames_and_over_clips(clip_weight):
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(3, 6, 4)).astype("float32")
    labels = np.array([[2] * 6, [0] * 4 + [-1] * 2, [1, -1, 1, -1, -1, -1]])
    valid = labels >= 0
    inputs = keras.Input((6, 4))
    model = keras.Model(inputs, keras.layers.Masking(-9.0)(inputs))
    model.compile("sgd", FrameCrossentropy(clip_weight))
    masked = np.where(valid[..., None], logits, -9.0)
    loss = model.evaluate(masked, labels, verbose=0)

    wide = logits.astype("float64")
    log_p = wide - np.log(np.exp(wide).sum(-1, keepdims=True))
    frames = np.mean([-log_p[b, t, labels[b, t]] for b, t in np.argwhere(valid)])
    means = np.stack([log_p[b][valid[b]].mean(0) for b in range(3)])
    of_clips = means - np.log(np.exp(means).sum(-1, keepdims=True))
    whole = -np.mean(of_clips[np.arange(3), [2, 0, 1]])
    np.testing.assert_allclose(loss, frames + clip_weight * whole, rtol=1e-5)


def test_the_configuration_of_the_loss_makes_the_same_loss():
    loss = FrameCrossentropy(0.3, name="mine", reduction="sum", dtype="float64")
    twin = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss))
    assert type(twin) is FrameCrossentropy
    assert twin.get_config() == loss.get_config()
    assert (twin.clip_weight, twin.name, twin.reduction) == (0.3, "mine", "sum")
    assert keras.backend.standardize_dtype(twin.dtype) == "float64"
