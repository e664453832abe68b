"""Types of computation: float64 to its last digits, half precision within its rounding."""

import contextlib

import keras
import numpy as np
import pytest
from arrays import call, numpy
from keras import ops
from reference import delayed_rnn

from keras_drnn import DelayedRNN, DelayedRNNCell

DELAYS = (1, 3, 4)
X = np.random.default_rng(0).normal(size=(2, 11, 3))
# On JAX and torch Keras' own operations take float64 and compute in float32.
FLOAT64 = 1e-12 if keras.backend.backend() == "tensorflow" else 1e-6
MASK = np.random.default_rng(1).random((2, 11)) < 0.7


@contextlib.contextmanager
def sixty_four_bits():
    """JAX rounds to 32 bits unless it is told not to."""
    if keras.backend.backend() == "jax":
        import jax

        with jax.enable_x64(True):
            yield
    else:
        yield


def make(stepped, dtype, activation):
    cell = {
        "activation": activation,
        "dtype": dtype,
        # Not every backend has the default, orthogonal, in half precision.
        "recurrent_initializer": "glorot_uniform",
        "bias_initializer": "random_normal",
    }
    loop = {"return_sequences": True, "return_state": True}
    if stepped:
        cell = DelayedRNNCell(6, DELAYS, **cell)
        return keras.layers.RNN(cell, dtype=dtype, **loop)
    return DelayedRNN(6, DELAYS, **cell, **loop)


@pytest.mark.parametrize("stepped", [False, True], ids=["cascade", "stepped"])
@pytest.mark.parametrize("activation", ["relu", "elu", "tanh", "softsign"])
@pytest.mark.parametrize(
    ("dtype", "tolerance"), [("float64", FLOAT64), ("float16", 1e-2), ("bfloat16", 8e-2)]
)
def test_pure_types(dtype, tolerance, activation, stepped):
    with sixty_four_bits():
        layer = make(stepped, dtype, activation)
        outputs = call(layer, ops.convert_to_tensor(X, dtype), mask=ops.convert_to_tensor(MASK))
        for value in outputs:
            assert keras.backend.standardize_dtype(value.dtype) == dtype
        weights = [numpy(v.value) for v in layer.weights]
        found, h, _ = numpy(outputs)
    expected, final, _ = delayed_rnn(X, weights, DELAYS, activation=activation, mask=MASK)
    kept = np.cumsum(MASK, axis=1)[..., None] > 0
    np.testing.assert_allclose(found * kept, expected * kept, atol=tolerance)
    np.testing.assert_allclose(h, final, atol=tolerance)
