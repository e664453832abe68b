"""The search space: what the hyperparameters of a trial stand for, and what may be tried."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras_tuner import HyperParameters

from keras_drnn.experiments.recipes import Recipe, recipe_for
from keras_drnn.tuning.settings import SearchSettings
from keras_drnn.tuning.space import Space
from keras_drnn.tuning.values import delays_of, recipe_of, sizes_of


def test_delays_follow_base_and_groups():
    assert delays_of({"groups": 5, "base": 3.0}) == (1, 3, 9, 27, 81)
    assert delays_of({"groups": 4, "base": 1.5}) == (1, 2, 3, 4)
    assert delays_of({"groups": 1}) == (1,)


@given(st.integers(1, 8), st.integers(8, 300), st.floats(0.3, 3.0))
def test_sizes_add_up_and_grow_as_asked(groups, units, growth):
    sizes = sizes_of(units, groups, growth)
    assert len(sizes) == groups and sum(sizes) == units and min(sizes) >= 1
    steps = np.diff(sizes)
    assert (steps >= -1).all() if growth >= 1 else (steps <= 1).all()


def test_units_are_split_as_evenly_as_growth_allows():
    assert sizes_of(150, 5, 1.0) == (30, 30, 30, 30, 30)
    assert sizes_of(10, 3, 1.0) == (4, 3, 3)
    assert sizes_of(9, 2, 2.5) == (3, 6)
    with pytest.raises(ValueError, match="units=3"):
        sizes_of(3, 4, 1.0)


def test_a_trial_changes_its_recipe_and_nothing_else():
    recipe = recipe_for("drnn", preset="best", data="demo")
    values = {
        "groups": 3,
        "base": 2.0,
        "growth": 1.0,
        "units": 90,
        "first_step": 1,
        "activation": "tanh",
        "head_units": 64,
        "dropout": 0.125,
        "learning_rate": 2e-3,
    }
    changed = recipe_of(values, recipe)
    assert changed.delays == (1, 2, 4) and changed.units == (30, 30, 30)
    assert (changed.first_step, changed.activation, changed.head_units) == (1, "tanh", 64)
    assert (changed.dropout, changed.learning_rate) == (0.125, 2e-3)
    assert changed.augmentation == recipe.augmentation and changed.steps == recipe.steps
    streams = SearchSettings(preset="stream").recipe("demo")
    assert recipe_of(values, streams).streams and not changed.streams
    lstm = recipe_of({"units": 60, "dropout": 0.25}, Recipe("lstm"))
    assert (lstm.units, lstm.dropout) == (60, 0.25)


def test_one_group_has_neither_base_nor_growth():
    hp = HyperParameters()
    hp.values = {"groups": 1}
    Space().declare(hp)
    assert "base" not in hp.values and "growth" not in hp.values
    hp = HyperParameters()
    hp.values = {"groups": 2}
    Space().declare(hp)
    assert {"base", "growth", "units", "dropout", "learning_rate"} <= set(hp.values)


def test_a_cell_without_delays_is_searched_without_them():
    hp = HyperParameters()
    Space().declare(hp, "lstm")
    assert set(hp.values) == {"units", "head_units", "dropout", "learning_rate"}
    # And goes on although the space of delays has changed.
    wide, narrow = (
        SearchSettings(cell="lstm", space=Space(bases=bases)) for bases in ((2.0, 3.0), (2.0,))
    )
    assert wide.decisive() == narrow.decisive()


def test_a_space_is_read_from_a_file():
    space = Space.of({"bases": [2, 3], "groups": [1, 4], "dropout": [0, 0.2]})
    assert space.bases == (2.0, 3.0) and isinstance(space.bases[0], float)
    assert space.units == Space().units
    for content, message in [
        ({"base": [2]}, "base"),
        ({"bases": 2}, "bases=2"),
        ({"bases": []}, "bases=()"),
        ({"bases": [2, 2]}, "distinct"),
        ({"bases": [1]}, "above 1"),
        ({"bases": ["2"]}, "float.*'2'"),
        ({"groups": [0]}, "from 1 up"),
        ({"groups": [1.9]}, "int.*1.9"),
        ({"units": [0]}, "from 1 up"),
        ({"first_steps": [-1]}, "from 0 up"),
        ({"dropout": [0.0, 1.0]}, "below 1"),
        ({"learning_rate": [0.0, 0.1]}, "above 0"),
        ({"dropout": [0.5, 0.1]}, "dropout"),
    ]:
        with pytest.raises(ValueError, match=message.replace("(", r"\(").replace(")", r"\)")):
            Space.of(content)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"oracle": "magic"}, "magic"),
        ({"cell": "rnn"}, "cell='rnn'"),
        ({"trials": 0}, "trials=0"),
        ({"winner_steps": 0}, "winner_steps=0"),
        ({"steps": -1}, "steps=-1"),
        ({"trials": "30"}, "trials='30'"),
        ({"folds": 2.5}, "folds=2.5"),
        ({"seed": -1}, "-1"),
        ({"space": 4}, "space=4"),
        ({"limits": 4}, "limits=4"),
        ({"limits": {"parameters": -2}}, "parameters=-2"),
        ({"budget": 3}, "budget"),
        ({"limits": {"watts": 3}}, "watts"),
    ],
)
def test_settings_say_what_is_wrong(content, message):
    with pytest.raises(ValueError, match=message):
        SearchSettings.of(content)


def test_settings_come_back_from_json():
    import json
    from dataclasses import asdict

    settings = SearchSettings.of(
        {"trials": 7, "space": {"bases": [2.5]}, "limits": {"parameters": 9}}
    )
    assert SearchSettings.of(json.loads(json.dumps(asdict(settings)))) == settings
