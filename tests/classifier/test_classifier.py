"""What a fitted classifier is, by numbers. Models are fitted once where tests can share them."""

import copy
import os
import pickle
import random
import subprocess
import sys

import keras
import numpy as np
import pytest
from arrays import call, numpy
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

import keras_drnn
from keras_drnn import DelayedRNNClassifier
from keras_drnn.classifier.model import model_of_padded
from keras_drnn.schedule import proposed_delays


def made(samples, seed=0):
    """Sequences of 4 to 7 steps whose first channel is higher where the label is "b"."""
    rng = np.random.default_rng(seed)
    labels = np.array(["a", "b", "a", "b", "b"])[np.arange(samples) % 5]
    sequences = [rng.normal(5.0, 2.0, (4 + number % 4, 2)) for number in range(samples)]
    for sequence, label in zip(sequences, labels, strict=True):
        sequence[:, 0] += 12.0 * (label == "b")
        sequence[0] = 0.0  # a frame of zeros is data
    return sequences, labels


X, Y = made(60)
SMALL = DelayedRNNClassifier(
    units=7, delays=(1, 3), epochs=4, batch_size=12, learning_rate=0.05, random_state=3
)


class Watch(keras.callbacks.Callback):
    """Remembers, in a list that copies share, what the training showed."""

    def __init__(self, seen):
        super().__init__()
        self.seen = seen

    def __deepcopy__(self, memo):
        return Watch(self.seen)

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append(set(logs))


class Begun(Exception):
    """Training would begin now."""


class StopAtOnce(Watch):
    def __deepcopy__(self, memo):
        return StopAtOnce(self.seen)

    def on_train_begin(self, logs=None):
        self.seen.append(self.model)
        raise Begun


def built(classifier, sequences, labels):
    """The model as it is before training, which would have to be compiled."""
    seen = []
    with pytest.raises(Begun):
        clone(classifier).set_params(callbacks=[StopAtOnce(seen)]).fit(sequences, labels)
    return seen[0]


SEEN = []
WATCHED = clone(SMALL).set_params(
    dropout=0.1, head_units=4, validation_fraction=0.2, callbacks=[Watch(SEEN)]
)


@pytest.fixture(scope="module")
def fitted():
    keras.utils.set_random_seed(1)
    return clone(WATCHED).fit(X, Y)


@pytest.mark.every_backend
def test_it_learns_and_the_same_random_state_gives_the_same_model(fitted):
    assert SEEN == 4 * [{"loss", "accuracy", "val_loss", "val_accuracy"}]
    keras.utils.set_random_seed(2)
    states = random.getstate(), np.random.get_state()[2]
    # The validation after the second epoch sees all that the weights have become by then.
    again = clone(WATCHED).set_params(epochs=2).fit(X, Y)
    assert (random.getstate(), np.random.get_state()[2]) == states
    assert len(SEEN) == 6
    assert {name: values[:2] for name, values in fitted.history_.items()} == again.history_
    assert len(fitted.history_["val_loss"]) == 4
    assert fitted.score(X, Y) > 0.8
    loaded = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(loaded.predict_proba(X), fitted.predict_proba(X))


def test_a_sequence_gets_the_same_answer_alone_padded_and_from_the_keras_model(fitted):
    together = fitted.predict_proba(X)
    np.testing.assert_allclose(together.sum(axis=1), 1.0)
    for number in (0, 3):  # the shortest and the longest
        scores = numpy(call(fitted.model_, X[number][None].astype("float32")))[0]
        shares = np.exp(scores) / np.exp(scores).sum()
        np.testing.assert_allclose(together[number], shares, atol=1e-6)
    assert fitted.classes_.tolist() == ["a", "b"]
    np.testing.assert_array_equal(fitted.predict(X), np.where(together[:, 1] > 0.5, "b", "a"))


def test_behind_the_end_of_a_sequence_anything_may_stand(fitted):
    model = model_of_padded(fitted.model_)
    sequence, length = np.stack([X[0], X[4]]).astype("float32"), np.array([4, 2], "int32")
    other = sequence.copy()
    other[1, 2:] = 1e6
    one, two = (numpy(call(model, {"sequence": x, "length": length})) for x in (sequence, other))
    np.testing.assert_array_equal(one, two)
    full = numpy(call(model, {"sequence": other, "length": np.array([4, 4], "int32")}))
    assert np.abs(full[1] - two[1]).max() > 1e-3


def test_it_is_standardised_by_the_real_steps_of_the_training_side_alone():
    steps = np.concatenate(X)
    layer = built(SMALL, X, Y).get_layer("standardise")
    np.testing.assert_allclose(numpy(layer.mean).ravel(), steps.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(numpy(layer.variance).ravel(), steps.var(axis=0), rtol=1e-5)
    outliers = [np.full((4, 2), 1e6), np.full((4, 2), 1e6)]
    halved = clone(SMALL).set_params(validation_fraction=0.5)
    layer = built(halved, [*X[:20], *outliers], [*Y[:20], "c", "c"]).get_layer("standardise")
    # One of the two outliers is held out; the other is one of eleven sequences of 4 to 7 steps.
    assert 0.04e6 < numpy(layer.mean).max() < 0.1e6


def test_a_channel_that_never_changes_is_left_as_it_is():
    still = [np.hstack([sequence, np.full((len(sequence), 1), 7.0)]) for sequence in X]
    assert numpy(built(SMALL, still, Y).get_layer("standardise").variance).ravel()[2] == 1.0


@pytest.mark.parametrize(
    ("parameters", "layers", "kernels"),
    [
        ({"standardise": False, "units": (2, 4)}, ["drnn", "scores"], [2, 4]),
        ({"units": 7}, ["standardise", "drnn", "scores"], [4, 3]),
        ({"head_units": 5, "units": 8, "delays": None}, ["standardise", "drnn", "dense", "scores"],
         [8]),
    ],
)  # fmt: skip
def test_the_parameters_decide_the_layers(parameters, layers, kernels):
    model = built(clone(SMALL).set_params(**parameters), X, Y)
    found = [layer.name.partition("_")[0] for layer in model.layers]
    assert [name for name in found if name not in ("sequence", "length", "mask")] == layers
    weights = model.get_layer("drnn").get_weights()
    assert [kernel.shape[1] for kernel in weights[::3]] == kernels


def test_delays_are_proposed_from_the_median_length():
    lengths = [10, 60, 60, 60, 500]
    model = built(DelayedRNNClassifier(), [np.ones((n, 1)) for n in lengths], [0, 1, 0, 1, 0])
    assert model.get_layer("drnn").delays == proposed_delays(60) == (1, 3, 9)


@pytest.mark.parametrize(
    ("parameters", "y", "words"),
    [
        ({"epochs": 0}, Y, "`epochs` must be an integer from 1 up. Received: epochs=0"),
        ({"batch_size": 2.5}, Y, "`batch_size` .* Received: batch_size=2.5"),
        ({"validation_fraction": 1.0}, Y, "Received: validation_fraction=1.0"),
        ({"validation_fraction": 0.01}, Y, "each class on both sides.*of the rarest class 24"),
        ({"validation_fraction": "a"}, Y, "Received: validation_fraction='a'"),
        ({"callbacks": Watch([])}, Y, "`callbacks` must be a list"),
        ({"delays": 3}, Y, "`delays`.*Received: delays=3"),
        ({"units": 1}, Y, "`units`.*Received: units=1"),
        ({"delays": (3, 1)}, Y, "`delays`.*increasing"),
        ({}, ["a"] * 60, "two classes or more. Received: one class, 'a'"),
        ({}, Y[:5], "inconsistent numbers of samples: \\[60, 5\\]"),
        ({}, np.linspace(0, 1, 60), "Unknown label type"),
        ({}, [*([0.0, 1.0] * 29), 0.0, np.nan], "NaN"),
        ({}, None, "requires y"),
        ({"class_weight": "none"}, Y, "class_weight"),
    ],
)
def test_wrong_parameters_and_labels_are_told_before_any_training(parameters, y, words):
    with pytest.raises(ValueError, match=words):
        clone(SMALL).set_params(**parameters).fit(X, y)


def test_a_training_that_diverges_is_no_classifier():
    with pytest.raises(ValueError, match="diverged.*Received: learning_rate=1e\\+30"):
        clone(WATCHED).set_params(learning_rate=1e30, epochs=1, callbacks=None).fit(X, Y)


@pytest.mark.parametrize("weight", [-1.0, 0.0])
def test_negative_and_all_zero_weights_are_refused(weight):
    with pytest.raises(ValueError, match="zero"):
        clone(SMALL).fit(X, Y, sample_weight=np.full(60, weight))


def test_predicting_before_fitting_or_with_other_channels_is_refused(fitted):
    with pytest.raises(NotFittedError, match="not fitted yet"):
        DelayedRNNClassifier().predict(X)
    with pytest.raises(ValueError, match="training sequences, 2. Received: 3"):
        fitted.predict([np.ones((4, 3))])


LOAD = """
    import joblib, sys
    folder = sys.argv[1]
    classifier, X, expected = joblib.load(f"{folder}/classifier.joblib")
    assert abs(classifier.predict_proba(X) - expected).max() < 1e-6
    import keras, keras_drnn, numpy as np
    scores = keras.saving.load_model(f"{folder}/model.keras").predict(X[0][None], verbose=0)
    inputs = {"sequence": X[0][None], "length": np.array([len(X[0])])}
    again = keras.saving.load_model(f"{folder}/padded.keras").predict(inputs, verbose=0)
    assert abs(scores - again).max() < 1e-5
"""


def test_it_loads_in_a_fresh_process(fitted, tmp_path):
    import joblib

    # The class of the callback is not to be found there.
    plain = copy.copy(fitted).set_params(callbacks=None)
    joblib.dump((plain, X[:3], fitted.predict_proba(X[:3])), tmp_path / "classifier.joblib")
    fitted.model_.save(tmp_path / "model.keras")
    fitted._padded_model.save(tmp_path / "padded.keras")  # as ModelCheckpoint does
    root = os.path.dirname(os.path.dirname(keras_drnn.__file__))
    program = "if True:" + LOAD
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": root},
        check=False,
    )
    assert done.returncode == 0, done.stderr
