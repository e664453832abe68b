"""The model of the scores behind Bayesian search, made quick."""

import warnings
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor


class _QuickRegressor(GaussianProcessRegressor):
    """Predicts at single points without scikit-learn's checks, which take most of its time.

    keras-tuner asks tens of thousands of times before it proposes a trial. Scores are normalised
    here, not by scikit-learn, which keeps their mean and scale to itself.
    """

    mean_, scale_ = 0.0, 1.0

    def fit(self, X, y):
        self.mean_, self.scale_ = float(np.mean(y)), float(np.std(y)) or 1.0
        with warnings.catch_warnings():
            # A length scale at its bound means that a hyperparameter does not matter.
            warnings.simplefilter("ignore", ConvergenceWarning)
            return super().fit(X, (np.asarray(y) - self.mean_) / self.scale_)

    def predict(self, X, return_std=False, return_cov=False):
        if return_cov:
            raise NotImplementedError("Only the mean and the standard deviation are predicted.")
        if not return_std or not hasattr(self, "L_"):
            predicted: Any = super().predict(X, return_std=return_std)
            if not return_std:
                return self.mean_ + self.scale_ * predicted
            return self.mean_ + self.scale_ * predicted[0], self.scale_ * predicted[1]
        from scipy.linalg import solve_triangular

        kernel: Any = self.kernel_
        between = kernel(X, self.X_train_)
        solved = solve_triangular(self.L_, between.T, lower=True, check_finite=False)
        variance = kernel.diag(X) - (solved**2).sum(axis=0)
        mean = self.mean_ + self.scale_ * (between @ self.alpha_)
        return mean, self.scale_ * variance.clip(0.0) ** 0.5


def quick_regressor(regressor: GaussianProcessRegressor) -> GaussianProcessRegressor:
    """A regressor that answers as another one that normalises its targets, sooner.

    Args:
        regressor: Not yet fitted, with `normalize_y=True`.
    """
    settings: dict[str, Any] = {**regressor.get_params(deep=False), "normalize_y": False}
    return _QuickRegressor(**settings)
