"""Training: the same numbers from the same seed, and resuming as if nothing had happened."""

import itertools
import json
from dataclasses import replace

import keras
import numpy as np
import pytest
from keras import layers
from made_clips import CLIPS, SPLIT

from keras_drnn.experiments.callbacks import StepCounter, TrainingDivergedError
from keras_drnn.experiments.recipes import recipe_for
from keras_drnn.experiments.training import TrainingData, compile_model, train, training_batches
from keras_drnn.skeletons import KINECT_V1
from keras_drnn.skeletons.features import FrameVector

RECIPE = replace(recipe_for("drnn", preset="best", data="nucla", steps=4, batch_size=4), frames=12)
DATA = TrainingData(CLIPS, SPLIT, KINECT_V1)


def fresh(recipe=RECIPE, seed=0):
    """A small model that drops some of its activations."""
    keras.utils.clear_session()
    keras.utils.set_random_seed(seed)
    joints = keras.Input((None, 1, 20, 3))
    x = FrameVector((1.0,), name="frame")([joints])
    x = layers.SpatialDropout1D(0.5)(layers.Dense(6, name="pose")(x))
    model = keras.Model(joints, layers.Dense(3, name="logits")(x))
    compile_model(model, recipe)
    return model


def trained(folder, recipe=RECIPE, seed=0, callbacks=()):
    folder.mkdir(exist_ok=True)
    model = fresh(recipe, seed)
    return model, train(model, recipe, DATA, seed=seed, folder=folder, callbacks=callbacks)


def lines(folder):
    return [json.loads(line) for line in (folder / "history.jsonl").read_text().splitlines()]


def timeless(history):
    return [{key: value for key, value in e.items() if key != "seconds"} for e in history]


class SlowsDown(keras.callbacks.Callback):
    """Halves the learning rate after every interval."""

    def on_epoch_end(self, epoch, logs=None):
        self.model.optimizer.learning_rate.assign(self.model.optimizer.learning_rate * 0.5)


class Dies(keras.callbacks.Callback):
    def __init__(self, at):
        super().__init__()
        self._at = at

    def on_epoch_end(self, epoch, logs=None):
        if epoch == self._at:
            raise RuntimeError("killed")


def dies_at_step(number):
    def on_step(step):
        if step == number:
            raise RuntimeError("killed")

    return StepCounter(on_step)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A training that nothing interrupts: the model and its history."""
    return trained(tmp_path_factory.mktemp("whole"))


def state(model):
    return [*model.get_weights(), *(v.numpy() for v in model.optimizer.variables)]


def check_resumes(whole, folder, recipe, callbacks, death):
    """That a training that dies, and goes on, ends as the whole one."""
    with pytest.raises(RuntimeError, match="killed"):
        trained(folder, recipe, callbacks=(*callbacks, death))
    assert 1 <= len(lines(folder)) < 4
    resumed, history = trained(folder, recipe, callbacks=callbacks)
    for a, b in zip(state(whole[0]), state(resumed), strict=True):
        np.testing.assert_array_equal(a, b)
    assert timeless(whole[1]) == timeless(history) == timeless(lines(folder))
    # A finished training is not done again.
    again, _ = trained(folder, recipe, callbacks=[StepCounter(pytest.fail)])
    np.testing.assert_array_equal(again.get_weights()[0], whole[0].get_weights()[0])


@pytest.mark.every_backend
def test_a_training_that_dies_in_a_step_ends_as_an_uninterrupted_one(whole, tmp_path):
    assert [entry["step"] for entry in whole[1]] == [1, 2, 3, 4]
    check_resumes(whole, tmp_path, RECIPE, (), dies_at_step(3))


def test_a_training_on_streams_that_dies_ends_as_an_uninterrupted_one(tmp_path):
    recipe = replace(RECIPE, streams=True, pause=0.3, frames=40)
    uninterrupted = trained(tmp_path / "whole", recipe)
    assert np.isfinite([entry["train/loss"] for entry in uninterrupted[1]]).all()
    check_resumes(uninterrupted, tmp_path / "killed", recipe, (), dies_at_step(3))
    for joints, truth in itertools.islice(training_batches(recipe, DATA, seed=0), 1):
        assert joints.shape == (4, 40, 1, 20, 3) and truth.shape == (4, 40, 2)


def test_a_training_that_dies_before_a_checkpoint_ends_as_an_uninterrupted_one(tmp_path):
    # Its evaluation is noted already; a callback changes the optimizer.
    recipe, callbacks = replace(RECIPE, optimizer="rmsprop"), (SlowsDown(),)
    uninterrupted = trained(tmp_path / "whole", recipe, callbacks=callbacks)
    check_resumes(uninterrupted, tmp_path / "killed", recipe, callbacks, Dies(1))


def test_the_seed_decides(whole, tmp_path):
    same, other = trained(tmp_path / "a")[0], trained(tmp_path / "b", seed=1)[0]
    np.testing.assert_array_equal(state(whole[0])[0], state(same)[0])
    assert np.abs(state(whole[0])[0] - state(other)[0]).max() > 1e-3


def test_steps_are_counted_and_callbacks_see_what_was_measured(tmp_path):
    steps, seen = [], []
    watch = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(dict(logs)))
    recipe = replace(RECIPE, steps=22)
    _, history = trained(tmp_path, recipe, callbacks=[StepCounter(steps.append), watch])
    assert steps == list(range(22))
    assert [entry["step"] for entry in history] == [11, 22]
    for logs, entry in zip(seen, history, strict=True):
        assert logs["loss"] == entry["train/loss"]
        measured = {key for key in entry if key.startswith("validation/")}
        assert len(measured) == 3 and all(logs[key] == entry[key] for key in measured)


def test_a_callback_ends_the_training_for_good_and_has_the_last_word(tmp_path):
    class Ends(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = epoch == 1

        def on_train_end(self, logs=None):
            self.model.set_weights([np.full_like(w, 3) for w in self.model.get_weights()])

    _, history = trained(tmp_path, callbacks=[Ends()])
    assert [entry["step"] for entry in history] == [1, 2]
    again, same = trained(tmp_path, callbacks=[StepCounter(pytest.fail)])
    assert same == history == lines(tmp_path)
    assert all((weights == 3).all() for weights in again.get_weights())


def test_a_loss_that_is_no_number_stops_the_training(tmp_path):
    model = fresh()
    model.set_weights([np.full_like(w, np.nan) for w in model.get_weights()])
    with pytest.raises(TrainingDivergedError, match="nan"):
        train(model, RECIPE, DATA, seed=0, folder=tmp_path)
    assert not (tmp_path / "checkpoint.npz").exists()
