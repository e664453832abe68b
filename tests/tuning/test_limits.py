"""What a model costs by arithmetic is what Keras counts."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from keras_drnn.experiments.models import build_model
from keras_drnn.experiments.recipes import Recipe
from keras_drnn.skeletons.layouts import KINECT_V2
from keras_drnn.tuning.limits import Cost, Limits, cost_of, longest_delay

SMALL = Recipe("drnn", units=(7, 5, 3), delays=(1, 2, 4), frame_units=6)


@pytest.mark.parametrize(
    "recipe",
    [
        SMALL,
        replace(SMALL, units=12, head_units=5, motion=True),
        replace(SMALL, units=(9,), delays=(1,), frame_units=0),
        Recipe("rnn", units=9),
        Recipe("lstm", units=9, head_units=4),
        Recipe("gru", units=9, frame_units=6),
    ],
    ids=lambda recipe: f"{recipe.cell}-{recipe.units}",
)
def test_parameters_are_those_keras_counts(recipe):
    keras.utils.clear_session()
    model = build_model(recipe, layout=KINECT_V2, bodies=2, classes=11)
    features = model.get_layer("frame").output.shape[-1]
    cost = cost_of(recipe, features=features, classes=11)
    assert cost.parameters == model.count_params()
    if recipe.cell != "drnn":
        # Every weight but the biases multiplies once a frame.
        weights = sum(int(np.prod(v.shape)) for v in model.weights if len(v.shape) > 1)
        # Keras keeps a GRU's two biases in one matrix.
        weights -= 2 * 3 * recipe.units if recipe.cell == "gru" else 0
        assert cost.multiply_adds == weights


def test_a_slow_group_multiplies_less_often():
    cost = cost_of(SMALL, features=10, classes=11)
    groups = (6 + 7) * 7 + (7 + 5) * 5 / 2 + (5 + 3) * 3 / 4
    assert cost.multiply_adds == 10 * 6 + groups + 15 * 11


def test_limits_say_what_is_exceeded():
    limits = Limits(parameters=1000, multiply_adds=500)
    assert limits.exceeded(Cost(1000, 500)) is None
    assert "1,001 parameters" in limits.exceeded(Cost(1001, 500))
    assert "501 multiply_adds" in limits.exceeded(Cost(1000, 501))
    assert Limits().exceeded(Cost(10**9, 1e9)) is None


def test_the_longest_delay_fits_the_clips_and_the_stretches():
    lengths = np.array([10, 20, 30, 40, 50])
    assert longest_delay(lengths, 100) == 29
    assert longest_delay(lengths, 16) == 15
    assert longest_delay(np.array([1]), 100) == 1
