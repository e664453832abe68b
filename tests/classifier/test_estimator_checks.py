"""What takes many fits: scikit-learn's own checks, and weights."""

from pathlib import Path

import keras
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.utils.estimator_checks import estimator_checks_generator

from keras_drnn import DelayedRNNClassifier

PAGE = Path(__file__).parents[2] / "docs/guides/scikit_learn.md"

pytestmark = [
    pytest.mark.every_backend,
    pytest.mark.skipif(
        keras.backend.backend() != "torch", reason="a hundred fits: elsewhere each is compiled"
    ),
]

# Columns of a table are steps of one channel here: another width is another length, no error.
COLUMNS_ARE_STEPS = "columns are steps, so their number is the length, not n_features_in_"
DO_NOT_APPLY = {
    "check_n_features_in": COLUMNS_ARE_STEPS,
    "check_n_features_in_after_fitting": COLUMNS_ARE_STEPS,
    "check_classifiers_train": COLUMNS_ARE_STEPS,
    "check_sample_weight_equivalence_on_dense_data": "in batches, twice is not a weight of 2",
}


CHECKED = DelayedRNNClassifier(
    units=4, delays=(1,), epochs=3, batch_size=64, learning_rate=0.1, random_state=0
)


def checks():
    """All of them, those that do not apply in one of their variations: no failure tells more."""
    failing = set()
    for _, check in estimator_checks_generator(CHECKED):
        name = check.func.__name__
        if name in failing:
            continue
        marks = []
        if name in DO_NOT_APPLY:
            failing.add(name)
            marks = [pytest.mark.xfail(reason=DO_NOT_APPLY[name], strict=True)]
        variation = [f"{key}={value}" for key, value in check.keywords.items()]
        yield pytest.param(check, marks=marks, id="-".join([name, *variation]))


@pytest.mark.parametrize("check", list(checks()))
def test_scikit_learns_checks(check):
    check(clone(CHECKED))


def test_the_page_lists_what_does_not_apply():
    table = PAGE.read_text("utf-8").partition("| check |")[2]
    assert all(f"`{name}`" in table for name in DO_NOT_APPLY)
    assert table.count("`check_") == len(DO_NOT_APPLY)


def test_weights():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(20, 5, 2)), np.array(["a", "b"] * 10)
    classifier = DelayedRNNClassifier(units=4, delays=(1, 3), epochs=2, random_state=0)
    weight = np.ones(20)
    weight[0] = 0.0
    left_out = clone(classifier).fit(X, y, sample_weight=weight)
    shorter = clone(classifier).fit(X[1:], y[1:])
    for one, other in zip(left_out.model_.get_weights(), shorter.model_.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    by_sample = clone(classifier).fit(X, y, sample_weight=np.where(y == "a", 3.0, 0.5))
    by_class = clone(classifier).set_params(class_weight={"a": 3.0, "b": 0.5}).fit(X, y)
    np.testing.assert_array_equal(by_sample.predict_proba(X), by_class.predict_proba(X))
    assert (
        np.abs(by_class.predict_proba(X) - clone(classifier).fit(X, y).predict_proba(X)).max() > 0
    )
