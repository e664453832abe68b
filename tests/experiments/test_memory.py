"""A process that builds one model after another keeps none of them."""

import weakref

import keras
import numpy as np
import pytest

from keras_drnn import DelayedRNN
from keras_drnn.experiments.memory import forget_models


def trained():
    model = keras.Sequential(
        [keras.Input((6, 2)), DelayedRNN(4, delays=(1, 3)), keras.layers.Dense(2)]
    )
    model.compile("adam", "mse")
    model.fit(np.zeros((4, 6, 2)), np.zeros((4, 2)), verbose=0)
    return weakref.ref(model)


def test_a_trained_model_is_let_go_of():
    gone = trained()
    forget_models()
    assert gone() is None


@pytest.mark.skipif(keras.backend.backend() != "jax", reason="a cache of JAX")
def test_compiled_programs_are_let_go_of(clear_caches, monkeypatch):
    import jax

    monkeypatch.setattr(jax, "clear_caches", clear_caches)
    double = jax.jit(lambda x: x + x)
    double(1.0)
    assert double._cache_size() == 1
    forget_models()
    assert double._cache_size() == 0
