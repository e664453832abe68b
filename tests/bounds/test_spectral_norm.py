"""The spectral norm of a constrained kernel never exceeds its maximum."""

from functools import cache

import keras
import numpy as np
import pytest
from arrays import compiled, numpy
from keras import ops

from keras_drnn import DelayedRNN, SpectralNorm

pytestmark = pytest.mark.every_backend

RNG = np.random.default_rng(0)


def orthogonal(n):
    return np.linalg.qr(RNG.normal(size=(n, n)))[0]


KERNELS = {
    "random": RNG.normal(size=(30, 30)),
    "large": RNG.normal(size=(200, 200)),
    "orthogonal": 3 * orthogonal(30),
    "shear": np.eye(30) + np.diag(np.full(29, 5.0), 1),
    "one": np.array([[-7.0]]),
    "low rank": RNG.normal(size=(30, 2)) @ RNG.normal(size=(2, 30)),
    "constant": np.ones((30, 30)),
    "wide": RNG.normal(size=(8, 32)),
    "tall": RNG.normal(size=(32, 8)),
    "nilpotent": np.diag(np.full(29, 2.0), 1),
    "huge": 1e30 * RNG.normal(size=(30, 30)),
    "the largest": np.full((30, 30), 3e38),
    "far apart": np.diag(np.geomspace(1e-30, 1e30, 30)),
    "rows far apart": np.outer(np.geomspace(1e-20, 1e17, 30), np.ones(30)),
}


@cache
def constraint(maximum):
    return compiled(SpectralNorm(maximum).__call__)


def constrained(kernel, maximum, dtype="float32"):
    return numpy(constraint(maximum)(ops.convert_to_tensor(kernel, dtype=dtype)))


def spectral(kernel):
    return np.linalg.norm(kernel.astype("float64"), 2)


@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_a_kernel_above_the_maximum_is_scaled_to_it(name, dtype):
    kernel = numpy(ops.convert_to_tensor(KERNELS[name], dtype=dtype))
    maximum = 0.9
    after = constrained(kernel, maximum, dtype)
    # The rounding of bfloat16 takes a share of its own.
    least = 0.99 if dtype == "float32" else 0.9
    assert least * maximum <= spectral(after) <= maximum
    # As a whole: only its size has changed.
    direction = kernel.astype("float64") / np.abs(kernel).max()
    expected = direction * (spectral(after) / spectral(direction))
    digits = 1e-5 if dtype == "float32" else 1e-2
    np.testing.assert_allclose(after, expected, rtol=digits, atol=1e-30)


def test_a_kernel_below_the_maximum_stays_bit_for_bit():
    zero, tiny = np.zeros((30, 30)), np.full((30, 30), 1e-40)
    for kernel in (*KERNELS.values(), zero, tiny):
        kernel = (0.88 * kernel / max(spectral(kernel), 1e-30)).astype("float32")
        np.testing.assert_array_equal(constrained(kernel, 0.9), kernel)
    once = constrained(KERNELS["random"], 0.9)
    np.testing.assert_array_equal(constrained(once, 0.9), once)


def test_little_is_lost_where_all_singular_values_are_alike():
    kernel = 2 * np.eye(200, dtype="float32")[RNG.permutation(200)]
    assert 0.99 <= spectral(constrained(kernel, 0.9)) / 0.9 <= 1.0


def test_what_is_not_a_number_stays_so():
    kernel = np.full((3, 3), 5.0)
    kernel[1, 1] = np.nan
    after = constrained(kernel, 0.5)
    assert np.isnan(after[1, 1]) and after[0, 0] == 5.0


def test_every_group_keeps_the_maximum_in_training():
    layer = DelayedRNN(8, (1, 2), recurrent_constraint=SpectralNorm(0.3))
    model = keras.Sequential([keras.Input((6, 3)), layer])
    model.compile(keras.optimizers.SGD(10.0), "mse")
    x = RNG.normal(size=(2, 6, 3)).astype("float32")
    before = layer.get_weights()[1::3]
    for _ in range(3):
        model.train_on_batch(x, np.ones((2, 8)))
        for start, kernel in zip(before, layer.get_weights()[1::3], strict=True):
            assert 0.297 < spectral(kernel) <= 0.3
            assert np.abs(start / spectral(start) - kernel / spectral(kernel)).max() > 1e-3


def test_wrong_arguments():
    for wrong in (0, -1.0, float("nan"), float("inf"), True, "1"):
        with pytest.raises(ValueError, match="positive finite number. Received: maximum="):
            SpectralNorm(wrong)
    with pytest.raises(ValueError, match=r"matrices.*Received: a weight of shape \(3,\)"):
        SpectralNorm(1.0)(ops.ones(3))
