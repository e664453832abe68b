"""The quick model of the scores answers as scikit-learn's."""

import numpy as np
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import Matern

from keras_drnn.tuning.surrogate import quick_regressor


def test_the_quick_model_answers_as_scikit_learns():
    rng = np.random.default_rng(0)
    x = rng.random((20, 4))
    y = 3 + 2 * x[:, 0] - x[:, 1] ** 2 + 0.1 * rng.random(20)
    slow = GaussianProcessRegressor(Matern(nu=2.5), alpha=0.1, normalize_y=True, random_state=0)
    quick = quick_regressor(slow)
    slow.fit(x, y), quick.fit(x, y)
    for point in rng.random((5, 1, 4)):
        for expected, given in zip(
            slow.predict(point, return_std=True), quick.predict(point, return_std=True), strict=True
        ):
            np.testing.assert_allclose(given, expected, rtol=1e-9)
        np.testing.assert_array_equal(slow.predict(point), quick.predict(point))
