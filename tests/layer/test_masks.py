"""A masked step is skipped as if it were absent, and the mask goes on to the next layer."""

import keras
import numpy as np
import pytest
from arrays import call, numpy
from differentiate import gradients
from keras import ops
from reference import delayed_rnn

from keras_drnn import DelayedRNN, DelayedRNNCell

DELAYS = (1, 2, 5)
X = np.random.default_rng(0).normal(size=(2, 9, 3)).astype("float32")
HOLES = np.array([[1, 0, 1, 1, 0, 0, 1, 1, 1], [0, 0, 1, 1, 1, 0, 1, 0, 0]], bool)
SETTINGS = {"bias_initializer": "random_normal"}


def layers(**loop):
    fast = DelayedRNN(6, DELAYS, **SETTINGS, **loop)
    slow = keras.layers.RNN(DelayedRNNCell(6, DELAYS, **SETTINGS), **loop)
    return fast, slow


def test_masked_frames_might_as_well_be_absent():
    for layer in layers(return_sequences=True):
        outputs = numpy(call(layer, X, mask=ops.convert_to_tensor(HOLES)))
        for row in range(2):
            kept = HOLES[row]
            alone = numpy(call(layer, X[row : row + 1, kept]))
            np.testing.assert_allclose(outputs[row, kept], alone[0], atol=1e-5)


@pytest.mark.parametrize("filler", [1e30, np.nan, np.inf])
def test_what_stands_in_masked_frames_does_not_matter(filler):
    x = np.where(HOLES[..., None], X, np.float32(filler))
    for layer in layers(return_sequences=True):
        expected = numpy(call(layer, X, mask=ops.convert_to_tensor(HOLES)))
        found = numpy(call(layer, x, mask=ops.convert_to_tensor(HOLES)))
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("filler", [0.0, np.nan])
def test_gradients_do_not_see_masked_frames(filler):
    """Not even where a ReLU that goes on growing behind the last frame would overflow."""
    clip = np.random.default_rng(0).uniform(0.5, 1, (1, 6, 3)).astype("float32")
    padded = np.concatenate([clip, np.full((1, 400, 3), filler, "float32")], axis=1)
    layer = DelayedRNN(6, DELAYS, recurrent_initializer=keras.initializers.Constant(0.7))
    layer.build(clip.shape)
    layer.set_weights([np.abs(weight) + 0.1 for weight in layer.get_weights()])
    state = [np.ones((1, 6), "float32")]
    expected = gradients(layer, clip, state, None, ops.sum)
    found = gradients(layer, padded, state, np.arange(406)[None] < 6, ops.sum)
    assert min(np.abs(each).max() for each in expected) > 0.1
    expected[-2] = np.pad(expected[-2], ((0, 0), (0, 400), (0, 0)))  # by the inputs
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4)


def test_a_mask_may_be_integers():
    layer, _ = layers(return_sequences=True)
    expected = numpy(call(layer, X, mask=ops.convert_to_tensor(HOLES)))
    found = numpy(call(layer, X, mask=ops.convert_to_tensor(HOLES.astype("int32"))))
    np.testing.assert_array_equal(found, expected)


def test_a_mask_of_the_wrong_shape_is_refused():
    layer, _ = layers()
    for shape in [(2, 8), (2, 1), (1, 9), (2, 9, 1)]:
        with pytest.raises(ValueError, match=rf"\(2, 9\). Received shape: \({shape[0]}, "):
            layer(X, mask=ops.ones(shape, "bool"))


@pytest.mark.parametrize("zeros", [False, True])
def test_a_row_that_is_all_masked_keeps_its_state(zeros):
    h = np.random.default_rng(1).normal(size=(2, 6)).astype("float32")
    layer, _ = layers(return_sequences=True, return_state=True, zero_output_for_mask=zeros)
    mask = np.array([[False] * 9, [True] * 9])
    outputs, final, clock = numpy(
        call(layer, X, mask=ops.convert_to_tensor(mask), initial_state=ops.convert_to_tensor(h))
    )
    np.testing.assert_array_equal(final[0], h[0])
    np.testing.assert_array_equal(clock[0], 0)
    expected = np.zeros((9, 6)) if zeros else np.tile(h[0], (9, 1))
    np.testing.assert_array_equal(outputs[0], expected)
    np.testing.assert_array_equal(clock[1], [0, 1, 4])


def test_a_mask_passes_through_a_stack_of_layers():
    for first, second in (layers(return_sequences=True), layers(return_sequences=True)[::-1]):
        inputs = keras.Input((None, 3))
        masked = keras.layers.Masking(mask_value=7.0)(inputs)
        model = keras.Model(inputs, second(first(masked)))
        x = np.where(HOLES[..., None], X, np.float32(7))
        middle, *_ = delayed_rnn(X, first.get_weights(), DELAYS, mask=HOLES)
        expected, *_ = delayed_rnn(middle, second.get_weights(), DELAYS, mask=HOLES)
        found = model.predict(x, verbose=0)
        np.testing.assert_allclose(found[HOLES], expected[HOLES], atol=1e-5)


def test_a_mask_reaches_the_loss():
    """Keras leaves masked frames out of the loss only where the layer hands its mask on."""
    ids = np.array([[3, 1, 0, 2, 0], [2, 0, 1, 0, 0]])
    layer = DelayedRNN(4, (1, 2), return_sequences=True)
    model = keras.Sequential(
        [keras.Input((5,)), keras.layers.Embedding(4, 3, mask_zero=True), layer]
    )
    model.compile("sgd", "mse")
    target = np.where(ids[..., None] > 0, np.float32(1), np.float32(1e6))
    target = np.tile(target, (1, 1, 4))
    outputs = model.predict(ids, verbose=0)
    expected = np.mean((outputs[ids > 0] - 1) ** 2)
    np.testing.assert_allclose(model.evaluate(ids, target, verbose=0), expected, rtol=1e-4)


def test_masks_that_the_layer_computes():
    mask = ops.convert_to_tensor(HOLES)
    assert DelayedRNN(6, DELAYS).supports_masking
    assert DelayedRNN(6, DELAYS).compute_mask(X, mask) is None
    assert DelayedRNN(6, DELAYS, return_sequences=True).compute_mask(X, mask) is mask
    both = DelayedRNN(6, DELAYS, return_sequences=True, return_state=True).compute_mask(X, mask)
    assert both[0] is mask
    assert both[1:] == [None, None]


@pytest.mark.parametrize("stepped", [False, True], ids=["cascade", "stepped"])
def test_bidirectional_with_masks(stepped):
    both = keras.layers.Bidirectional(layers(return_sequences=True)[stepped], merge_mode=None)
    forward, backward = numpy(call(both, X, mask=ops.convert_to_tensor(HOLES)))
    weights = both.get_weights()
    half = len(weights) // 2
    # Bidirectional sees to it that masked outputs are zero.
    settings = {"mask": HOLES, "zero_output_for_mask": True}
    expected, *_ = delayed_rnn(X, weights[:half], DELAYS, **settings)
    np.testing.assert_allclose(forward, expected, atol=1e-5)
    expected, *_ = delayed_rnn(X, weights[half:], DELAYS, go_backwards=True, **settings)
    np.testing.assert_allclose(backward, expected[:, ::-1], atol=1e-5)
