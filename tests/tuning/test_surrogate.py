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
    # Before there are scores as well.
    for given, expected in zip(
        quick.predict(x, return_std=True), slow.predict(x, return_std=True), strict=True
    ):
        np.testing.assert_allclose(given, expected)
    slow.fit(x, y), quick.fit(x, y)
    for point in rng.random((5, 1, 4)):
        for expected, given in zip(
            slow.predict(point, return_std=True), quick.predict(point, return_std=True), strict=True
        ):
            np.testing.assert_allclose(given, expected, rtol=1e-9)
        np.testing.assert_allclose(quick.predict(point), slow.predict(point), rtol=1e-9)


def test_equal_scores_are_no_fault():
    quick = quick_regressor(GaussianProcessRegressor(Matern(nu=2.5), alpha=0.1, normalize_y=True))
    x = np.linspace(0, 1, 5).reshape(-1, 1)
    quick.fit(x, np.full(5, 0.25))
    np.testing.assert_allclose(quick.predict(x[:1], return_std=True)[0], 0.25)
