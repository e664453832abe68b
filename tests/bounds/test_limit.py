"""A layer that clips, and the models that have it at both ends of their features."""

import keras
import numpy as np
import pytest
from arrays import call, numpy

from keras_drnn import Limit, SpectralNorm
from keras_drnn.data_sets import Recipe
from keras_drnn.experiments.models import build_channel_model, build_model
from keras_drnn.skeletons import COCO_17, KINECT_V1

RNG = np.random.default_rng(0)
RECIPE = Recipe("drnn", units=6, delays=(1, 3), motion=True, align=True, frame_units=5)
LIMITED = Recipe(**{**vars(RECIPE), "limit": 20.0, "spectral_norm": 0.8})


@pytest.mark.every_backend
def test_it_clips_and_leaves_the_rest_as_it_is():
    x = np.float32([[0, 1e-40, -1.99, 2.01, -3e38, np.inf, -np.inf, np.nan]])
    expected = np.float32([[0, 1e-40, -1.99, 2, -2, 2, -2, np.nan]])
    after = keras.ops.convert_to_numpy(Limit(2.0)(x))
    np.testing.assert_array_equal(np.where(expected == x[0, 1], x, after), expected)
    with pytest.raises(ValueError, match="positive finite number. Received: maximum=-1"):
        Limit(-1)


def test_it_passes_a_mask_on():
    x = keras.Input((None, 3))
    states = keras.layers.SimpleRNN(2)(Limit(9.0)(keras.layers.Masking()(x)))
    model = keras.Model(x, states)
    values = RNG.normal(size=(1, 4, 3)).astype("float32")
    values[:, 2:] = 0
    np.testing.assert_allclose(model(values), model(values[:, :2]), atol=1e-6)


@pytest.mark.parametrize("torso", [False, True])
def test_models_of_skeletons_limit_what_no_person_does_and_nothing_else(torso):
    layout, axes = (COCO_17, 2) if torso else (KINECT_V1, 3)
    changes = {"torso": torso, "align": not torso}
    plain, limited = (
        build_model(Recipe(**{**vars(r), **changes}), layout=layout, bodies=2, classes=3, axes=axes)
        for r in (RECIPE, LIMITED)
    )
    limited.set_weights(plain.get_weights())
    x = 0.3 * RNG.normal(size=(1, 8, 2, len(layout), axes)).astype("float32")
    x[:, 3] = 0
    sizes = np.float32([1, 1e3, 3e38]).reshape(3, 1, 1, 1, 1)
    x = np.where(np.arange(8).reshape(1, 8, 1, 1, 1) == 5, sizes * np.clip(x, -1, 1), x)
    expected, found = numpy(call(plain, x)), numpy(call(limited, x))
    np.testing.assert_allclose(found[0], expected[0], atol=1e-6)
    assert not np.isfinite(expected[2]).all() and np.isfinite(found).all()
    features = keras.Model(limited.input, limited.get_layer("limit").output)
    largest = np.abs(numpy(call(features, x))).max()
    assert largest <= 20 if torso else largest == 20


def test_models_of_channels_limit_what_is_beyond_so_many_deviations():
    how = {"mean": np.float32([100, -1]), "variance": np.float32([25, 4e-2]), "classes": 3}
    plain, limited = (build_channel_model(recipe, **how) for recipe in (RECIPE, LIMITED))
    limited.set_weights(plain.get_weights())
    x = RNG.normal(size=(1, 8, 1, 2, 1)).astype("float32") * np.float32([[5], [0.2]])
    x += np.float32([[100], [-1]])
    features = keras.Model(limited.input, limited.get_layer("limit").output)
    np.testing.assert_allclose(numpy(call(limited, x)), numpy(call(plain, x)), atol=1e-6)
    x[0, 4, 0, :, 0] = 100 + 5 * 19, -1 + 0.2 * 21
    x[0, 5, 0, :, 0] = 3e38, -3e38
    np.testing.assert_allclose(numpy(call(features, x))[0, 4:6], [[19, 20], [20, -20]], rtol=1e-5)


@pytest.mark.parametrize(("cell", "kernels"), [("drnn", 2), ("rnn", 1)])
def test_recurrent_matrices_of_a_recipe_have_its_norm_before_training_too(cell, kernels):
    recipe = Recipe(**{**vars(LIMITED), "cell": cell, "spectral_norm": 0.25})
    model = build_channel_model(recipe, mean=np.zeros(2), variance=np.ones(2), classes=2)
    held = [w for w in model.get_layer(cell).weights if w.constraint is not None]
    assert len(held) == kernels
    for weight in held:
        assert isinstance(weight.constraint, SpectralNorm) and weight.constraint.maximum == 0.25
        assert np.linalg.norm(numpy(weight.value), 2) == pytest.approx(0.25, rel=1e-5)
