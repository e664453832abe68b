"""The HyperModel for data of one's own: what it registers is what its models are."""

import itertools
import random
from dataclasses import replace

import pytest
from keras_tuner import (
    BayesianOptimization,
    GridSearch,
    Hyperband,
    HyperParameters,
    RandomSearch,
)
from keras_tuner.errors import FatalValueError
from keras_tuner.oracles import BayesianOptimizationOracle, RandomSearchOracle
from threadpoolctl import threadpool_limits

from keras_drnn.data_sets.recipe import Recipe
from keras_drnn.delays import geometric_delays
from keras_drnn.tuning.hypermodel import DelayedRNNHyperModel
from keras_drnn.tuning.space import Space
from keras_drnn.tuning.surrogate import quick_regressor
from keras_drnn.tuning.values import key_of, recipe_of

SPACE = Space(
    groups=(1, 2, 3, 4), bases=(2.0, 3.0), units=(20, 41), growths=(0.7, 1.4), head_units=(0, 8)
)
MODEL = DelayedRNNHyperModel(3, 4, longest_delay=9, space=SPACE)


def fixed_to(**fixed):
    hp = HyperParameters()
    for name, value in fixed.items():
        hp.Fixed(name, value)
    return hp


def declared(**fixed):
    hp = fixed_to(**fixed)
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
    several = [trial for trial in trials if trial["groups"] > 1]
    assert {trial[key_of(trial, "base")] for trial in several} == {2.0, 3.0}
    assert {trial.get("growth") for trial in trials if trial["groups"] > 1} == {0.7, 1.4}
    assert all("growth" not in trial for trial in trials if trial["groups"] == 1)


def test_bases_that_fit_with_no_number_of_groups_are_not_offered():
    trials = proposed(declared(groups=4), 20)
    assert {trial["base"] for trial in trials} == {2.0}  # of base 3, the longest delay would be 27


# Of these three dimensions no rectangle is all that fits: base 3 fits three groups at most, four
# groups take four units.
UNEVEN = replace(SPACE, units=(3, 20), first_steps=(0,), activations=("relu",), head_units=(0,))
UNEVEN = replace(UNEVEN, dropout=(0.0, 0.0), learning_rate=(0.01, 0.01))


class Recipes(DelayedRNNHyperModel):
    """Notes what it would build."""

    def __init__(self, space):
        super().__init__(3, 4, longest_delay=9, space=space)
        self.built = []

    def model(self, recipe):
        self.built.append(recipe)


def searched(tuner, folder, fixed, space=UNEVEN, **how):
    """The values of all trials of a search by one of keras-tuner's tuners, checked one by one."""
    model = Recipes(space)
    made = tuner(
        model,
        "val_loss",
        hyperparameters=fixed_to(**fixed),
        directory=folder,
        project_name="search",
        seed=2,
        **how,
    )
    oracle, trials = made.oracle, []
    oracle.verbose = 0
    if isinstance(oracle, BayesianOptimizationOracle):
        # A proposal takes half a minute, most of it scikit-learn's checks.
        oracle.gpr = quick_regressor(oracle.gpr)
    while (trial := oracle.create_trial("tuner0")).status == "RUNNING":
        made.hypermodel.build(trial.hyperparameters)
        values, recipe = dict(trial.hyperparameters.values), model.built[-1]
        groups = values["groups"]
        assert recipe.delays == (geometric_delays(values["base"], groups) if groups > 1 else (1,))
        assert recipe.delays[-1] <= 9 and min(recipe.units) >= 1
        assert sum(recipe.units) == values["units"] and len(recipe.units) == groups
        assert fixed.items() <= values.items()
        oracle.update_trial(trial.trial_id, {"val_loss": float(len(trials) * 7 % 5)})
        trial.status = "COMPLETED"
        oracle.end_trial(trial)
        # What keras-tuner keeps and loads again says the same.
        kept = oracle.trials[trial.trial_id].hyperparameters.values
        assert recipe_of(kept, Recipe("drnn")) == recipe
        trials.append(tuple(values.get(name) for name in ("groups", "base", "growth", "units")))
    return trials


def everything_that_fits(space=UNEVEN):
    several = itertools.product(space.groups, space.bases, space.growths, space.units)
    return {(1, None, None, units) for units in space.units} | {
        (groups, base, growth, units)
        for groups, base, growth, units in several
        if 1 < groups <= units and base ** (groups - 1) <= 9
    }


def test_a_grid_search_tries_everything_that_fits_and_nothing_twice(tmp_path):
    trials = searched(GridSearch, tmp_path, {})
    assert len(trials) == len(set(trials)) == 20
    assert set(trials) == everything_that_fits()


def test_a_random_search_tries_what_fits_and_nothing_twice(tmp_path):
    trials = searched(RandomSearch, tmp_path, {}, max_trials=100)
    assert 14 < len(trials) == len(set(trials)) <= 20
    assert {groups for groups, *_ in trials} == {1, 2, 3, 4}


@pytest.mark.parametrize(
    ("tuner", "how"),
    [
        (Hyperband, {"max_epochs": 9}),
        (BayesianOptimization, {"max_trials": 5, "num_initial_points": 4}),
    ],
)
def test_searches_that_learn_from_trials_try_what_fits(tuner, how, tmp_path):
    with threadpool_limits(1, user_api="blas"):
        trials = searched(tuner, tmp_path, {}, **how)
    assert set(trials) <= everything_that_fits() and len({each[0] for each in trials}) > 1


FIXED = {
    "base": (1.5, 2, 4, 16),
    "groups": (1, 2, 3, 4),
    "growth": (0.5, 1.0),
    "units": (1, 3, 60),
    "first_step": (1,),
    "activation": ("tanh",),
    "head_units": (8,),
    "dropout": (0.25,),
    "learning_rate": (0.5,),
}


@pytest.mark.parametrize("tuner", [RandomSearch, GridSearch])
def test_whatever_is_fixed_every_trial_fits_or_the_tuner_is_refused(tuner, tmp_path):
    """All single values, and pairs of names with values drawn at random."""
    draw = random.Random(5)
    pairs = itertools.combinations(FIXED, 2)
    cases = [{name: value} for name, values in FIXED.items() for value in values]
    cases += [{name: draw.choice(FIXED[name]) for name in pair} for pair in pairs]
    refused = 0
    for number, fixed in enumerate(cases):
        # Each name alone is feasible; of the pairs, those of values that cannot go together.
        groups, base = fixed.get("groups", 1), fixed.get("base", 1.5)
        if geometric_delays(base, groups)[-1] > 9 or fixed.get("units", groups) < groups:
            refused += 1
            with pytest.raises(FatalValueError, match="a delay of|are fewer than"):
                searched(tuner, tmp_path / str(number), fixed, Space(), max_trials=1)
        else:
            found = searched(tuner, tmp_path / str(number), fixed, Space(), max_trials=3)
            assert len(found) == 3
    assert 0 < refused < len(cases) / 4


def test_the_model_has_the_units_and_delays_of_its_recipe():
    model = MODEL.build(_of(groups=3, base=3.0, growth=1.4, units=41, head_units=8, dropout=0.25))
    layer = model.get_layer("drnn")
    assert layer.delays == (1, 3, 9) and layer.units == 41
    assert [len(bias) for bias in layer.get_weights()[2::3]] == [10, 13, 18]
    assert model.output_shape == (None, 4)


def test_what_cannot_fit_is_refused_before_the_search_in_words(tmp_path):
    for fixed, message in [
        (
            {"groups": 4, "base": 3.0},
            r"groups=\[4\], base=\[3.0\].*4 groups a delay of 27 is longer",
        ),
        ({"groups": 4, "units": 3}, "with 4 groups 3 units are fewer than 4 groups"),
        ({"groups": 9}, "at most 9, and a unit each.*larger `longest_delay`.*with 9 groups"),
        ({"groups": 2.5}, "groups=2.5 is no whole number"),
        ({"units": 7.5}, "units=7.5 is no whole number"),
    ]:
        # Of the kind that ends a search, where keras-tuner would note three failed trials.
        with pytest.raises(FatalValueError, match=message):
            RandomSearch(Recipes(UNEVEN), "val_loss", hyperparameters=fixed_to(**fixed))
    with pytest.raises(FatalValueError, match="delay of 27 is longer than 9"):
        hp = declared(groups=4)
        hp.values["base"] = 3.0
        MODEL.build(hp)


def test_groups_fit_with_every_value_of_a_range_that_was_registered(tmp_path):
    hp = HyperParameters()
    hp.Float("base", 1.2, 3.0)
    hp.Int("units", 3, 10)
    MODEL.declare_hyperparameters(hp)
    assert {trial["groups"] for trial in proposed(hp, 40)} == {1, 2, 3}
    hp = fixed_to(groups=4)
    hp.Float("base", 1.2, 3.0)
    with pytest.raises(FatalValueError, match="delay of 27"):
        MODEL.declare_hyperparameters(hp)


def test_a_base_that_was_registered_for_some_numbers_of_groups_is_kept():
    hp = HyperParameters()
    hp.Choice("groups", [2, 3, 4])
    with hp.conditional_scope("groups", [3]):
        hp.Fixed("base", 2.5)
    MODEL.declare_hyperparameters(hp)
    trials = proposed(hp, 40)
    bases = {(each["groups"], float(each[key_of(each, "base")])) for each in trials}
    assert bases == {(2, 2.0), (2, 3.0), (3, 2.5), (4, 2.0)}


def test_scopes_are_opened_at_every_build():
    """keras-tuner builds models until each scope that it has seen was active; else for ever."""
    first = HyperParameters()
    Recipes(UNEVEN).declare_hyperparameters(first)
    again = first.copy()
    Recipes(UNEVEN).declare_hyperparameters(again)
    scopes, opened = (hp.active_scopes + hp.inactive_scopes for hp in (first, again))
    assert len(scopes) > 3 and all(scope in opened for scope in scopes)


def _of(**values):
    hp = HyperParameters()
    hp.values = values
    return hp
