"""Searches of a model of one's own, `build(values)`."""

import json
from dataclasses import replace
from functools import partial

import keras
import numpy as np
import pytest
from own_sequences import SETTINGS, TEST, X, Y

from keras_drnn import DelayedRNN
from keras_drnn.tuning import search
from keras_drnn.tuning.limits import Limits

pytestmark = pytest.mark.usefixtures("no_pictures")

SHORT = replace(SETTINGS, folds=1, steps=4)
SEEN = []


def build(values, classes=2, activation="softmax"):
    """A model with a layer that ours has not, and probabilities in place of scores."""
    SEEN.append(values)
    model = keras.Sequential(
        [
            DelayedRNN(values["units"], values["delays"], first_step=values["first_step"]),
            keras.layers.BatchNormalization(name="own"),
            keras.layers.Dense(classes, activation),
        ]
    )
    model.compile(keras.optimizers.SGD(values["learning_rate"]), "sparse_categorical_crossentropy")
    return model


def test_a_search_of_a_model_of_ones_own(tmp_path, monkeypatch):
    SEEN.clear()
    go = partial(search, tmp_path, X, Y, test=TEST)
    outcome = go(build=build, settings=SHORT)
    assert outcome["counts"] == {"finished": 2, "failed": 0, "infeasible": 0}
    # It is given what the trials chose, by the names that are documented.
    assert all(
        set(values)
        == {
            "units",
            "delays",
            "first_step",
            "activation",
            "head_units",
            "dropout",
            "learning_rate",
        }
        for values in SEEN
    )
    for trial in outcome["trials"]:
        delays = tuple(map(int, trial["delays"].split(",")))
        built = [values for values in SEEN if values["delays"] == delays]
        assert tuple(trial["units"]) in {values["units"] for values in built}
        assert trial["multiply_adds"] is None
    winner = outcome["winner"]
    folder = tmp_path / "winner" / winner["chosen"]
    model = keras.saving.load_model(folder / "model.keras")
    assert model.get_layer("own") and (folder / "model.tflite").exists()
    assert winner["params"]["build"].endswith("test_own_build.build")
    # The moving mean and variance are not trained.
    trained = sum(np.prod(each.shape) for each in model.trainable_variables)
    assert winner["mean"]["parameters"] == outcome["best"]["parameters"] == trained
    assert trained < model.count_params()
    # The loss is the model's own: probabilities are not taken for scores.
    measured = json.loads((folder / "metrics.json").read_text())
    assert measured["test/loss"] == pytest.approx(model.evaluate(*TEST, verbose=0), rel=1e-4)
    # Another function is another search.
    with pytest.raises(ValueError, match=r"build\.source was"):
        monkeypatch.setattr("inspect.getsource", lambda build: "changed")
        go(build=build, settings=SHORT)
    with pytest.raises(ValueError, match="build was .*is None"):
        go(settings=SHORT)


def test_a_model_that_cannot_be_built_or_exported_fails_alone(tmp_path, monkeypatch):
    def sometimes(values):
        if values["delays"] == (1,):
            raise RuntimeError("no such model")
        return build(values)

    def no_export(*given, **how):
        raise RuntimeError("no such file")

    monkeypatch.setattr("keras_drnn.export.export_litert", no_export)
    space = replace(SHORT.space, units=(9,), activations=("relu",))
    settings = replace(SHORT, oracle="grid", space=space)
    outcome = search(tmp_path, X, Y, test=TEST, build=sometimes, settings=settings)
    assert outcome["counts"] == {"finished": 1, "failed": 1, "infeasible": 0}
    assert {trial["error"] for trial in outcome["trials"]} == {None, "RuntimeError: no such model"}
    (error,) = outcome["winner"]["export_errors"]
    assert "no such file" in error and outcome["winner"]["mean"]["test/sequence_accuracy"] >= 0


def test_limits_hold_for_a_model_of_ones_own(tmp_path):
    go = partial(search, tmp_path, X, Y, test=TEST, build=build)
    with pytest.raises(ValueError, match="none of 2 did.* parameters, of 9 allowed"):
        go(settings=replace(SHORT, limits=Limits(parameters=9)))
    with pytest.raises(ValueError, match="not known. Limit `parameters`"):
        go(settings=replace(SHORT, limits=Limits(multiply_adds=9)))


@pytest.mark.parametrize(
    ("own", "message"),
    [
        (lambda values: 3, "must return a keras.Model that is compiled. Received: 3"),
        (lambda values: keras.Sequential(), "one that is not compiled"),
        (
            partial(build, classes=1, activation=None),
            r"one score per class .*\(1, 2\).*Received: \(1, 1\)",
        ),
    ],
)
def test_what_is_no_model_for_the_data_is_refused_before_any_trial(tmp_path, own, message):
    with pytest.raises(ValueError, match=message):
        search(tmp_path / "s", X, Y, test=TEST, build=own, settings=SHORT)
    assert not (tmp_path / "s").exists()
