"""The HyperModel for data of one's own: what it registers is what its models are."""

import pytest
from keras_tuner import HyperParameters, RandomSearch
from keras_tuner.oracles import RandomSearchOracle

from keras_drnn.tuning.hypermodel import DelayedRNNHyperModel
from keras_drnn.tuning.space import Space
from keras_drnn.tuning.values import delays_of

SPACE = Space(
    groups=(1, 2, 3, 4), bases=(2.0, 3.0), units=(20, 41), growths=(0.7, 1.4), head_units=(0, 8)
)
MODEL = DelayedRNNHyperModel(3, 4, longest_delay=9, space=SPACE)


def declared(**fixed):
    hp = HyperParameters()
    for name, value in fixed.items():
        hp.Fixed(name, value)
    MODEL.declare_hyperparameters(hp)
    return hp


def proposed(hp, count=12):
    """The values of trials that keras-tuner chooses at random."""
    oracle = RandomSearchOracle("loss", max_trials=count, hyperparameters=hp, seed=1)
    oracle.verbose = 0
    return [oracle.populate_space(str(number))["values"] for number in range(count)]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("groups", 3),
        ("groups", 2),
        ("base", 2),
        ("base", 2.5),
        ("growth", 1.0),
        ("units", 60),
        ("first_step", 5),
        ("activation", "sigmoid"),
        ("head_units", 3),
        ("dropout", 0.3),
        ("learning_rate", 0.5),
    ],
)
def test_a_hyperparameter_that_was_fixed_before_is_kept(name, value):
    trials = proposed(declared(**{name: value}))
    assert {trial[name] for trial in trials} == {value}
    assert len({tuple(trial.items()) for trial in trials}) > len(trials) / 2


def test_a_range_that_was_registered_before_is_kept():
    hp = HyperParameters()
    hp.Int("groups", 2, 3)
    hp.Float("base", 1.2, 1.4)
    MODEL.declare_hyperparameters(hp)
    trials = proposed(hp)
    assert {trial["groups"] for trial in trials} == {2, 3}
    assert all(1.2 <= trial["base"] <= 1.4 for trial in trials)


def test_numbers_of_groups_that_fit_with_no_base_are_not_offered():
    hp = HyperParameters()
    DelayedRNNHyperModel(3, 4, longest_delay=5, space=SPACE).declare_hyperparameters(hp)
    trials = proposed(hp, 40)
    assert {trial["groups"] for trial in trials} == {1, 2, 3}
    assert {trial.get("base") for trial in trials if trial["groups"] > 1} == {2.0, 3.0}
    assert {trial.get("growth") for trial in trials if trial["groups"] > 1} == {0.7, 1.4}
    assert all("growth" not in trial for trial in trials if trial["groups"] == 1)


def test_bases_that_fit_with_no_number_of_groups_are_not_offered():
    trials = proposed(declared(groups=4), 20)
    assert {trial["base"] for trial in trials} == {2.0}  # of base 3, the longest delay would be 27


def test_a_model_is_what_its_trial_says(tmp_path, monkeypatch):
    """As keras-tuner has it built: it hands over the hyperparameters that it reports."""
    built = []
    monkeypatch.setattr(MODEL, "model", built.append)
    tuner = RandomSearch(
        MODEL, "val_loss", max_trials=20, seed=2, directory=tmp_path, project_name="search"
    )
    tuner.oracle.verbose = 0
    built.clear()
    asked = []
    for _ in range(20):
        trial = tuner.oracle.create_trial("tuner0")
        asked.append(dict(trial.hyperparameters.values))
        space = len(trial.hyperparameters.space)
        MODEL.build(trial.hyperparameters)
        values, recipe = trial.hyperparameters.values, built[-1]
        assert recipe.delays == delays_of(values) and recipe.delays[-1] <= 9
        assert sum(recipe.units) == values["units"]
        assert len(recipe.delays) == values["groups"] == min(asked[-1]["groups"], _most(values))
        assert len(trial.hyperparameters.space) == space
        tuner.oracle.ongoing_trials.clear()
    # Four groups of base 3 were asked for, and three fit.
    assert any(values["groups"] == 4 and values["base"] == 3.0 for values in asked)


def test_the_model_has_the_units_and_delays_of_its_recipe():
    model = MODEL.build(_of(groups=3, base=3.0, growth=1.4, units=41, head_units=8, dropout=0.25))
    layer = model.get_layer("drnn")
    assert layer.delays == (1, 3, 9) and layer.units == 41
    assert [len(bias) for bias in layer.get_weights()[2::3]] == [10, 13, 18]
    assert model.output_shape == (None, 4)


def _most(values):
    return 3 if values.get("base") == 3.0 else 4


def test_values_that_do_not_fit_in_any_way_are_refused():
    with pytest.raises(ValueError, match="delay of 27 is longer than 9"):
        hp = declared(groups=4)
        hp.values["base"] = 3.0
        MODEL.build(hp)
    with pytest.raises(ValueError, match="3 units are fewer than 4 groups"):
        MODEL.build(declared(groups=4, units=3))
    with pytest.raises(ValueError, match="at most 9 with any base.*bases=\\(16,\\)"):
        declared(base=16, groups=2)


def _of(**values):
    hp = HyperParameters()
    hp.values = values
    return hp
