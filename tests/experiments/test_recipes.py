"""The models of all presets, and how they are compiled."""

from dataclasses import replace

import keras
import pytest

from keras_drnn.data_sets import BEST, nucla
from keras_drnn.experiments.models import build_model
from keras_drnn.experiments.recipes import MODELS, recipe_for
from keras_drnn.experiments.training import compile_model, evaluation_interval
from keras_drnn.skeletons import KINECT_V1

ONE_WAY = [model for model in MODELS if not model.startswith("bi")]


@pytest.mark.parametrize(
    "model, preset",
    [
        *((model, preset) for model in MODELS for preset in ("best", "thesis")),
        *((model, "stream") for model in ONE_WAY),
    ],
)
def test_every_model_can_be_built_by_every_preset(model, preset):
    recipe = recipe_for(model, preset=preset, data="ntu", units=10)
    built = build_model(recipe, layout=KINECT_V1, bodies=2, classes=5)
    assert built.output_shape == (None, None, 5)
    compile_model(built, recipe)
    built.optimizer.build(built.trainable_variables)
    paths = [variable.path for variable in [*built.variables, *built.optimizer.variables]]
    assert len(set(paths)) == len(paths), "a checkpoint needs a path for each variable"


def test_a_model_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="Received: model='transformer'"):
        recipe_for("transformer", preset="best", data="ntu")


def test_a_model_that_reads_backwards_cannot_be_left_running():
    with pytest.raises(ValueError, match="take lstm, or the preset best. Received: model='bilstm'"):
        recipe_for("bilstm", preset="stream", data="nucla")


@pytest.mark.parametrize("data", ["demo", "ntu", "nucla"])
def test_the_preset_stream_is_for_streams_and_bounded_and_else_the_preset_best(data):
    best, stream = (recipe_for("lstm", preset=preset, data=data) for preset in ("best", "stream"))
    assert stream.streams and not best.streams
    assert 0 < stream.pause < 1 and stream.frames >= 128
    assert stream.spectral_norm is not None and stream.spectral_norm < 1
    assert stream.limit is not None and stream.memory is not None
    assert best.limit is best.memory is None
    kept = ("units", "delays", "frame_units", "augmentation", "learning_rate")
    assert all(getattr(best, name) == getattr(stream, name) for name in kept)
    # Only the demo needs more batches: its order is hard to learn where no clip begins.
    assert stream.steps == best.steps * (4 if data == "demo" else 1)


def test_a_data_set_may_bring_its_own_recipe_for_streams():
    mine = replace(BEST, streams=True, units=60)
    data = replace(nucla.DATA_SET, stream_recipe=mine)
    assert recipe_for("drnn", preset="stream", data=data) == mine
    assert recipe_for("drnn", preset="best", data=data) == BEST


def test_the_thesis_preset_is_the_thesis():
    recipe = recipe_for("drnn", preset="thesis", data="ntu")
    assert (recipe.units, recipe.delays, recipe.optimizer) == (150, (1, 3, 9, 27, 81), "rmsprop")
    assert (recipe.steps, recipe.batch_size, recipe.dropout) == (100_000, 60, 0.0)


def test_the_learning_rate_rises_then_falls_along_a_cosine():
    recipe = recipe_for("drnn", preset="best", data="nucla", steps=100, units=10)
    model = keras.Sequential([keras.Input((2, 3)), keras.layers.Dense(2, name="dense")])
    compile_model(model, recipe)
    schedule = model.optimizer.get_config()["learning_rate"]["config"]
    rate = keras.optimizers.schedules.CosineDecay.from_config(schedule)
    rates = [float(rate(step)) for step in (0, 5, 100)]
    assert rates == pytest.approx([0.0, recipe.learning_rate, 0.0], abs=1e-8)


def test_evaluations_divide_the_steps():
    assert evaluation_interval(100_000) == 2500
    assert evaluation_interval(4) == 1
    assert evaluation_interval(7) == 1
    assert evaluation_interval(97) == 97
    assert evaluation_interval(4000) == 100
    for steps in (1, 30, 4000, 12_345):
        assert steps % evaluation_interval(steps) == 0


def test_short_trainings_have_few_evaluations():
    assert evaluation_interval(100) == 10
    assert evaluation_interval(450) == 45
    assert evaluation_interval(1000) == 50
