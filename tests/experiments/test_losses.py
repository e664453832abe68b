"""The loss of every valid frame, and of each clip as a whole."""

import keras
import numpy as np
import pytest

from keras_drnn.experiments.losses import FrameAccuracy, FrameCrossentropy


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


@pytest.mark.every_backend
@pytest.mark.parametrize("clip_weight", [0.0, 0.7])
def test_of_several_clips_in_a_stream_every_clip_counts_the_same(clip_weight):
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(2, 9, 4)).astype("float32")
    #                 a clip   a pause      another     one that has lost a frame
    labels = np.array([[2, 2, 2, 2, -1, -1, 0, 0, 0], [1, 1, -1, 1, 3, 3, -1, 2, 2]])
    clip = np.array([[0, 0, 0, 0, 0, 0, 1, 1, 1], [0, 0, 0, 0, 1, 1, 1, 2, 2]])
    # Somebody is there in the pause: the model gives scores, and nothing is asked of them.
    masked = (labels < 0) & ([[True], [False]] | (np.arange(9) == 2))
    masked[0, 5] = False
    inputs = keras.Input((9, 4))
    model = keras.Model(inputs, keras.layers.Masking(-9.0)(inputs))
    model.compile("sgd", FrameCrossentropy(clip_weight), metrics=[FrameAccuracy()])
    given = np.where(masked[..., None], np.float32(-9), logits)
    loss, accuracy = model.evaluate(given, np.stack([labels, clip], axis=-1), verbose=0)

    wide = logits.astype("float64")
    log_p = wide - np.log(np.exp(wide).sum(-1, keepdims=True))
    valid = np.argwhere(labels >= 0)
    frames = np.mean([-log_p[b, t, labels[b, t]] for b, t in valid])
    of_clips = []
    for b, number in ((0, 0), (0, 1), (1, 0), (1, 1), (1, 2)):
        of_clip = (clip[b] == number) & (labels[b] >= 0)
        mean = log_p[b, of_clip].mean(0)
        of_clips.append(np.log(np.exp(mean).sum()) - mean[labels[b, of_clip][0]])
    np.testing.assert_allclose(loss, frames + clip_weight * np.mean(of_clips), rtol=1e-5)
    right = np.mean([wide[b, t].argmax() == labels[b, t] for b, t in valid])
    np.testing.assert_allclose(accuracy, right, rtol=1e-5)


def test_labels_in_a_row_are_streams_of_one_clip():
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(3, 6, 4)).astype("float32")
    labels = np.array([[2] * 6, [0] * 4 + [-1] * 2, [1, -1, 1, -1, -1, -1]])
    loss = FrameCrossentropy(0.7)
    both = np.stack([labels, np.zeros_like(labels)], axis=-1)
    np.testing.assert_allclose(float(loss(labels, logits)), float(loss(both, logits)), rtol=1e-6)


def test_the_configuration_of_the_loss_makes_the_same_loss():
    loss = FrameCrossentropy(0.3, name="mine", reduction="sum", dtype="float64")
    twin = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss))
    assert type(twin) is FrameCrossentropy
    assert twin.get_config() == loss.get_config()
    assert (twin.clip_weight, twin.name, twin.reduction) == (0.3, "mine", "sum")
    assert keras.backend.standardize_dtype(twin.dtype) == "float64"
