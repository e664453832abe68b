"""Training: the loss, the same numbers from the same seed, and resuming as if nothing happened."""

import keras
import numpy as np
import pytest

from keras_drnn.experiments.evaluation import accuracy_of_beginnings, clip_scores
from keras_drnn.experiments.losses import FrameCrossentropy
from keras_drnn.experiments.models import build_model
from keras_drnn.experiments.recipes import MODELS, recipe_for
from keras_drnn.experiments.training import (
    TrainingDivergedError,
    compile_model,
    evaluation_interval,
    train,
)
from keras_drnn.reporting.metrics import accuracy_by_fraction
from keras_drnn.skeletons import KINECT_V1, Clip


def clips(count=9):
    rng = np.random.default_rng(3)
    made = []
    for number in range(count):
        frames = int(rng.integers(4, 20))
        joints = rng.normal(size=(frames, 1, 20, 3)).astype("float32")
        joints[:, :, 11] += number % 3  # the right hand tells the class
        mask = np.ones((frames, 1), bool)
        if number == 2:
            joints[1], mask[1] = 0, False
        made.append(Clip(joints, mask, 1, 1, number % 3, f"clip{number}"))
    return made


CLIPS = clips()
LABELS = np.array([clip.action for clip in CLIPS])
RECIPE = recipe_for("drnn", preset="best", data="nucla", steps=4, batch_size=4, units=10)


def fresh(recipe=RECIPE, seed=0):
    keras.utils.set_random_seed(seed)
    model = build_model(recipe, layout=KINECT_V1, bodies=1, classes=3)
    compile_model(model, recipe)
    return model


def trained(folder, recipe=RECIPE, seed=0, **callbacks):
    model = fresh(recipe, seed)
    history = train(
        model,
        recipe,
        CLIPS,
        np.arange(6),
        np.arange(6, 9),
        LABELS,
        layout=KINECT_V1,
        seed=seed,
        folder=folder,
        **callbacks,
    )
    return model, history


@pytest.mark.parametrize("clip_weight", [0.0, 0.7])
def test_the_loss_is_the_mean_over_valid_frames_and_over_clips(clip_weight):
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(3, 6, 4)).astype("float32")
    labels = np.array([[2] * 6, [0] * 4 + [-1] * 2, [1, -1, 1, -1, -1, -1]])
    valid = labels >= 0
    inputs = keras.Input((6, 4))
    model = keras.Model(inputs, keras.layers.Masking(-9.0)(inputs))
    model.compile("sgd", FrameCrossentropy(clip_weight))
    masked = np.where(valid[..., None], logits, -9.0)
    found = model.evaluate(masked, labels, verbose=0)

    wide = logits.astype("float64")
    log_p = wide - np.log(np.exp(wide).sum(-1, keepdims=True))
    frames = np.mean([-log_p[b, t, labels[b, t]] for b, t in np.argwhere(valid)])
    means = np.stack([log_p[b][valid[b]].mean(0) for b in range(3)])
    of_clips = means - np.log(np.exp(means).sum(-1, keepdims=True))
    whole = -np.mean(of_clips[np.arange(3), [2, 0, 1]])
    np.testing.assert_allclose(found, frames + clip_weight * whole, rtol=1e-5)


def test_an_interrupted_training_ends_as_an_uninterrupted_one(tmp_path):
    def stop(step):
        if step == 3:
            raise RuntimeError("killed")

    whole_folder, folder = tmp_path / "whole", tmp_path / "killed"
    whole_folder.mkdir()
    folder.mkdir()
    whole, history = trained(whole_folder)
    with pytest.raises(Exception, match="killed"):  # TensorFlow makes an error of its own of it
        trained(folder, on_step=stop)
    kept = (folder / "history.jsonl").read_text().splitlines()
    assert 1 <= len(kept) < 4
    resumed, resumed_history = trained(folder)
    for a, b in zip(whole.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    for a, b in zip(history, resumed_history, strict=True):
        assert {k: v for k, v in a.items() if k != "seconds"} == {
            k: v for k, v in b.items() if k != "seconds"
        }
    # A finished training is not done again.
    again, _ = trained(folder, on_step=lambda step: stop(3 if step < 4 else 4))
    np.testing.assert_array_equal(again.get_weights()[0], whole.get_weights()[0])


def test_the_seed_decides(tmp_path):
    weights = []
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        (tmp_path / name).mkdir()
        weights.append(trained(tmp_path / name, seed=seed)[0].get_weights()[0])
    np.testing.assert_array_equal(weights[0], weights[1])
    assert np.abs(weights[0] - weights[2]).max() > 1e-3


def test_a_loss_that_is_no_number_stops_the_training(tmp_path):
    model = fresh()
    model.set_weights([np.full_like(w, np.nan) for w in model.get_weights()])
    with pytest.raises(TrainingDivergedError, match="nan"):
        train(
            model,
            RECIPE,
            CLIPS,
            np.arange(6),
            np.arange(6, 9),
            LABELS,
            layout=KINECT_V1,
            seed=0,
            folder=tmp_path,
        )


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


def test_scores_do_not_depend_on_padding_or_company():
    model = fresh()
    together = clip_scores(model, CLIPS, np.arange(9), LABELS, batch_size=4)
    for i, clip in enumerate(CLIPS):
        alone = model.predict(clip.joints[None], verbose=0)[0]
        alone = alone - np.log(np.exp(alone).sum(-1, keepdims=True))
        valid = clip.mask[:, 0]
        np.testing.assert_array_equal(together[i].valid, valid)
        np.testing.assert_allclose(
            together[i].log_probabilities[valid], alone[valid], rtol=1e-4, atol=1e-4
        )
        assert together[i].label == LABELS[i]


def test_beginnings_are_what_a_causal_model_said_on_the_way():
    model = fresh()
    scores = clip_scores(model, CLIPS, np.arange(9), LABELS)
    np.testing.assert_allclose(
        accuracy_of_beginnings(model, CLIPS, np.arange(9), LABELS), accuracy_by_fraction(scores)
    )


@pytest.mark.parametrize("model", MODELS)
def test_every_model_can_be_built_by_both_presets(model):
    for preset in ("best", "thesis"):
        recipe = recipe_for(model, preset=preset, data="ntu", units=10)
        built = build_model(recipe, layout=KINECT_V1, bodies=2, classes=5)
        assert built.output_shape == (None, None, 5)
    with pytest.raises(ValueError, match="Received: model='transformer'"):
        recipe_for("transformer", preset="best", data="ntu")


def test_the_thesis_preset_is_the_thesis():
    recipe = recipe_for("drnn", preset="thesis", data="ntu")
    assert (recipe.units, recipe.delays, recipe.optimizer) == (150, (1, 3, 9, 27, 81), "rmsprop")
    assert (recipe.steps, recipe.batch_size, recipe.dropout) == (100_000, 60, 0.0)
