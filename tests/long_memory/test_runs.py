"""A run: as wide as its budget, the same when it is cut off, judged on what it may see."""

import json
from dataclasses import replace
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from benchmarks.long_memory.__main__ import main
from benchmarks.long_memory.budget import count, widest
from benchmarks.long_memory.build import build
from benchmarks.long_memory.devices import computed_by, devices_in_use
from benchmarks.long_memory.groups import read_groups
from benchmarks.long_memory.peers import PEERS
from benchmarks.long_memory.recipe import Recipe
from benchmarks.long_memory.results import Run, run_of
from benchmarks.long_memory.running import perform
from benchmarks.long_memory.tasks.adding import AddingTask
from benchmarks.long_memory.tasks.measures import ACCURACY, SQUARED_ERROR
from benchmarks.long_memory.tasks.task import Samples
from benchmarks.long_memory.training import judge, train
from keras_drnn.system.atomic_writes import write_json

TASK = AddingTask(
    "adding6", 6, 2, 1, SQUARED_ERROR, solved=0.001, training_samples=40, held_out_samples=16
)
EVERY_STEP = replace(TASK, every_step=True)
RECIPE = Recipe(epochs=2, batch=20)
OPTIONS = {"dropout": 0.3, "delays": [1, 2]}


@pytest.mark.parametrize("parameters", (10, 11, 1000))
def test_the_widest_that_fits(parameters):
    width = widest(lambda width: width**2 + 1, parameters)
    assert width**2 + 1 <= parameters < (width + 1) ** 2 + 1


def test_a_model_that_does_not_grow_with_its_width_is_refused():
    with pytest.raises(ValueError, match="one of 7 at any width"):
        widest(lambda width: 7, 100)


def test_a_budget_that_nothing_fits_into_is_refused():
    with pytest.raises(ValueError, match="at least 7 parameters"):
        widest(lambda width: width + 6, 6)


def test_a_model_spends_its_budget():
    options = {"delays": [1, 3], "shares": [0.5, 2]}
    model, width = build(PEERS["drnn"], TASK, 3000, options)
    assert model.layers[1].cell.group_units == (round(width / 2), 2 * width)
    assert 2700 < count(model) <= 3000


def test_dropout_of_the_input_takes_each_number_by_itself():
    model, _ = build(PEERS["drnn"], TASK, 300, OPTIONS, Recipe(input_dropout=0.5))
    _, dropped, *_ = model.layers
    x = np.ones((50, TASK.steps, TASK.features), "float32")
    kept = np.asarray(dropped(x, training=True))
    assert set(np.unique(kept)) == {0, 2}
    # Neither whole steps nor the same ones of every sequence.
    assert (kept[:, :, 0] != kept[:, :, 1]).any() and (kept[0] != kept[1]).any()


@pytest.mark.parametrize("name", ("drnn", "gru"))
def test_a_pooled_model_answers_from_the_mean_of_all_steps(name):
    steps, _ = build(PEERS[name], EVERY_STEP, 3000, {})
    pooled, _ = build(PEERS[name], TASK, 3000, {}, Recipe(pooling="mean"))
    pooled.set_weights(steps.get_weights())
    x = np.random.default_rng(1).normal(size=(3, TASK.steps, TASK.features)).astype("float32")
    # The last layer is linear: the answer from the mean is the mean of the answers.
    np.testing.assert_allclose(
        pooled.predict(x, verbose=0), steps.predict(x, verbose=0).mean(1), rtol=1e-4, atol=1e-5
    )


def test_the_mean_is_over_the_steps_that_are_no_padding():
    padded = replace(TASK, padded=True)
    model, _ = build(PEERS["drnn"], padded, 300, OPTIONS, Recipe(pooling="mean", input_dropout=0.5))
    steps, _ = build(PEERS["drnn"], EVERY_STEP, 300, OPTIONS)
    model.set_weights(steps.get_weights())
    x = np.random.default_rng(1).normal(size=(2, TASK.steps, TASK.features)).astype("float32")
    x[0, :4], x[1, 2, 0] = 0, 0
    answers = steps.predict(x, verbose=0)
    expected = np.stack([answers[0, 4:].mean(0), answers[1].mean(0)])
    np.testing.assert_allclose(model.predict(x, verbose=0), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("task", "pooling"), ((EVERY_STEP, "mean"), (TASK, "max")), ids=("every step", "no such one")
)
def test_pooling_that_cannot_be_is_refused(task, pooling):
    with pytest.raises(ValueError, match="Expected .*pooling"):
        build(PEERS["drnn"], task, 300, OPTIONS, Recipe(pooling=pooling))


@pytest.fixture
def trained(tmp_path):
    """Trains, cut off after an epoch where that is wanted."""

    def run(name, *, cut_off):
        def say(line):
            if cut_off and line.startswith("epoch 1"):
                raise KeyboardInterrupt

        model, _ = build(PEERS["drnn"], TASK, 300, OPTIONS, seed=3)
        path = tmp_path / f"{name}.npz"
        try:
            history = train(model, TASK, RECIPE, 3, path, say)
        except KeyboardInterrupt:
            model, _ = build(PEERS["drnn"], TASK, 300, OPTIONS, seed=99)
            history = train(model, TASK, RECIPE, 3, path, lambda line: None)
        return history, model.get_weights()

    return run


def test_weight_decay_is_for_matrices_alone():
    """The biases of Keras' GRU have two rows."""
    layer = keras.layers.GRU(2)
    model = keras.Sequential(
        [keras.Input((TASK.steps, TASK.features)), layer, keras.layers.Dense(1)]
    )
    Recipe(weight_decay=0.1).compile(model, TASK, 10)
    decayed = {
        weight.path for weight in model.trainable_weights
        if model.optimizer._use_weight_decay(weight)
    }  # fmt: skip
    assert len(layer.trainable_weights[2].shape) == 2
    assert decayed == {weight.path for weight in model.trainable_weights if "kernel" in weight.name}


def test_a_training_that_was_cut_off_ends_as_if_it_had_not_been(trained):
    whole, weights = trained("whole", cut_off=False)
    parts, same_weights = trained("parts", cut_off=True)
    for one, other in zip(whole, parts, strict=True):
        assert one["loss"] == other["loss"] and one["validation"] == other["validation"]
    for one, other in zip(weights, same_weights, strict=True):
        np.testing.assert_array_equal(one, other)


def test_answers_are_judged_once_each_in_whole_batches():
    class Model:
        def predict(self, x, batch_size, verbose):
            assert len(x) % batch_size == 0
            return x[:, -1, :1] * 2

    samples = TASK.validation()
    expected = np.mean((samples.x[:, -1, :1] * 2 - samples.y) ** 2)
    for batch in (5, 16, 40):
        assert judge(Model(), TASK, samples, batch) == pytest.approx(expected)


@pytest.mark.parametrize("lost", [np.nan, np.inf])
def test_a_model_whose_answers_are_lost_has_no_accuracy(lost):
    class Model:
        def predict(self, x, batch_size, verbose):
            return np.where(np.arange(len(x))[:, None] == 1, lost, [[2.0, 1.0]] * len(x))

    samples = Samples(np.zeros((4, 6, 2)), np.zeros(4, "int32"))
    task = SimpleNamespace(measure=ACCURACY)
    assert np.isnan(judge(Model(), task, samples, 2))


class Broken(AddingTask):
    """Has a number in it that is none."""

    def epoch(self, seed, number):
        samples = super().epoch(seed, number)
        return samples._replace(y=samples.y * np.nan)


def test_a_training_whose_loss_is_no_number_ends(tmp_path):
    task = Broken("broken", 6, 2, 1, SQUARED_ERROR, training_samples=8, held_out_samples=4)
    for _ in range(2):  # when its command is given again too
        model, _ = build(PEERS["drnn"], task, 300, OPTIONS)
        history = train(model, task, RECIPE, 0, tmp_path / "broken.npz", lambda line: None)
        assert len(history) == 1 and np.isnan(history[0]["loss"])


class Watched(AddingTask):
    """Says when the test data are asked for."""

    asked = 0

    def test(self):
        type(self).asked += 1
        return super().test()


def test_the_test_data_are_asked_for_once_and_only_where_wanted(tmp_path):
    task = Watched("adding6", 6, 2, 1, SQUARED_ERROR, training_samples=40, held_out_samples=16)
    run = Run("adding6", "drnn", 300, PEERS["drnn"].options({"delays": [1, 2]}), RECIPE, 0)
    lines = []

    def once(test):
        return perform(run, task, results=tmp_path, work=tmp_path, test=test, say=lines.append)

    chosen = once(False)
    assert "test" not in chosen and Watched.asked == 0
    found = once(True)
    assert found["history"] == chosen["history"] and Watched.asked == 1
    assert once(True)["test"] == found["test"] and once(False) and Watched.asked == 1
    written = json.loads(run.path(tmp_path).read_text())
    assert written["test"] == found["test"] and written["options"]["delays"] == [1, 2]
    assert written["trained_parameters"] <= 300 and written["recipe"]["epochs"] == 2


def test_a_distribution_is_kept_where_a_model_is_built():
    distribution = keras.distribution.DataParallel(devices=keras.distribution.list_devices()[:1])
    keras.distribution.set_distribution(distribution)
    try:
        build(PEERS["drnn"], TASK, 300, OPTIONS)
        assert keras.distribution.distribution() is distribution and devices_in_use() == 1
    finally:
        keras.distribution.set_distribution(None)


def test_other_settings_are_another_file(tmp_path):
    one = Run("adding6", "drnn", 300, {"delays": [1, 2]}, RECIPE, 0)
    other = Run("adding6", "drnn", 300, {"delays": [1, 3]}, RECIPE, 0)
    longer = Run("adding6", "drnn", 300, {"delays": [1, 2]}, Recipe(epochs=3, batch=20), 0)
    assert len({run.path(tmp_path) for run in (one, other, longer)}) == 3


def test_one_spelling_of_numbers_and_lists_is_as_good_as_another(tmp_path):
    one = Run("adding6", "drnn", 300, {"delays": [1, 2], "gain": 1.0}, RECIPE, 0)
    other = replace(one, options={"gain": 1, "delays": (1, 2)}, recipe=replace(RECIPE, clipnorm=1))
    assert one.name == other.name
    one.write(tmp_path, {})
    assert other.read(tmp_path)["options"] == one.options
    assert replace(one, options={"delays": [1, 2], "gain": 1.5}).name != one.name


def test_a_file_without_a_field_of_recipes_has_its_default(tmp_path):
    run = Run("adding6", "drnn", 300, {}, RECIPE, 0)
    content = run.write(tmp_path, {})
    del content["recipe"]["adversarial"]
    write_json(run.path(tmp_path), content)
    assert run_of(run.read(tmp_path)) == run


def test_a_file_that_is_not_called_as_its_run_is_not_counted_twice(tmp_path):
    run = Run("adding6", "drnn", 300, {}, RECIPE, 0)
    content = run.write(
        tmp_path, {"validation": 0.5, "measure": "accuracy", "trained_parameters": 9}
    )
    assert len(read_groups(tmp_path)) == 1
    (tmp_path / "adding6" / "drnn-300-old-seed0.json").write_text(json.dumps(content))
    with pytest.raises(ValueError, match=f"to be called .*{run.name}.*Received: .*old-seed0"):
        read_groups(tmp_path)
    content["recipe"]["rate"] = 1
    write_json(run.path(tmp_path), content)
    with pytest.raises(ValueError, match=f"Received: .*{run.name}.*Expected a field"):
        read_groups(tmp_path)
    for broken in ("", "[]", '{"task": "adding6"'):
        run.path(tmp_path).write_text(broken, "utf-8")
        with pytest.raises(ValueError, match=f"Expected the file of a run. Received: .*{run.name}"):
            run.read(tmp_path)


def test_a_file_of_other_settings_is_refused(tmp_path):
    run = Run("adding6", "drnn", 300, {}, RECIPE, 0)
    content = run.write(tmp_path, {})
    content["recipe"]["learning_rate"] = 0.5
    write_json(run.path(tmp_path), content)
    with pytest.raises(ValueError, match=f"to be called .*Received: .*{run.name}"):
        run.read(tmp_path)


def test_results_and_checkpoints_of_other_data_are_refused(tmp_path):
    task = replace(TASK, data="one")
    run = Run("adding6", "drnn", 300, PEERS["drnn"].options({"delays": [1, 2]}), RECIPE, 0)

    def found(task, results="results", say=lambda line: None):
        folders = {"results": tmp_path / results, "work": tmp_path / "work"}
        return perform(run, task, **folders, test=False, say=say)

    assert found(task)["data"] == "one"
    for results in ("results", "another, where the checkpoint goes on"):
        with pytest.raises(ValueError, match="come from the data.*Received: other data"):
            found(replace(task, data="two"), results)
    content = run.read(tmp_path / "results")
    del content["data"]
    run.path(tmp_path / "silent").parent.mkdir(parents=True)
    write_json(run.path(tmp_path / "silent"), content)
    with pytest.raises(ValueError, match="does not say its data"):
        found(task, "silent")
    lines = []
    assert found(task, say=lines.append)["data"] == "one"
    assert len(lines) == 1 and "done before" in lines[0]


@pytest.mark.parametrize("gpu_first", (True, False))
def test_a_training_of_which_a_gpu_computed_a_part_is_one_of_a_gpu(
    gpu_first, tmp_path, monkeypatch
):
    run = Run("adding6", "drnn", 300, PEERS["drnn"].options({"delays": [1, 2]}), RECIPE, 0)

    def found(test, say=lambda line: None):
        return perform(run, TASK, results=tmp_path, work=tmp_path, test=test, say=say)

    def cut_off(line):
        if line.startswith("epoch 1"):
            raise KeyboardInterrupt

    computers = ["a GPU", None] if gpu_first else [None, "a GPU"]
    monkeypatch.setattr("benchmarks.long_memory.devices.accelerator", lambda: computers[0])
    with pytest.raises(KeyboardInterrupt):
        found(False, cut_off)
    monkeypatch.setattr("benchmarks.long_memory.devices.accelerator", lambda: computers[1])
    content = found(False)
    assert content["environment"]["accelerator"] == "a GPU"
    assert content["environment"]["devices"] == 1
    assert set(content["history"][0]) == {"loss", "validation", "seconds", "processor_seconds"}
    monkeypatch.setattr("benchmarks.long_memory.devices.accelerator", lambda: None)
    write_json(run.path(tmp_path), {**content, "longer": {"20": 0.5}})
    tested = found(True)
    assert tested["longer"] == {"20": 0.5} and np.isfinite(tested["test"])
    assert tested["environment"]["accelerator"] == "a GPU"


def test_of_what_computed_a_training_nothing_is_left_out():
    one = {"backend": "jax", "devices": 1, "accelerator": ""}
    two = {"backend": "torch", "devices": 2, "accelerator": "a GPU"}
    expected = {"backend": "jax, torch", "devices": 2, "accelerator": "a GPU"}
    assert computed_by([one, two, one]) == expected
    assert computed_by([one, one]) == {**one, "accelerator": None}


def test_what_was_found_of_a_training_that_diverged_is_kept(tmp_path):
    task = Broken("adding6", 6, 2, 1, SQUARED_ERROR, training_samples=40, held_out_samples=4)
    run = Run("adding6", "drnn", 300, PEERS["drnn"].options({"delays": [1, 2]}), RECIPE, 0)
    lines = []

    def found(test):
        return perform(run, task, results=tmp_path, work=tmp_path, test=test, say=lines.append)

    content = found(False)
    write_json(run.path(tmp_path), {**content, "longer": {"20": 0.5}})
    assert found(True)["longer"] == {"20": 0.5}
    assert not [line for line in lines if "written anew" in line]


def test_a_training_that_had_to_be_repeated_and_went_otherwise_says_so(tmp_path):
    run = Run("adding6", "drnn", 300, PEERS["drnn"].options({"delays": [1, 2]}), RECIPE, 0)
    lines = []

    def found(test):
        return perform(run, TASK, results=tmp_path, work=tmp_path, test=test, say=lines.append)

    content = found(False)
    content["history"][0]["loss"] += 1
    write_json(run.path(tmp_path), {**content, "longer": {"20": 0.5}})
    assert "longer" not in found(True)
    assert len([line for line in lines if "written anew" in line]) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    (
        ("clipnorm", 0), ("clipnorm", "none"),
        ("epochs", 0), ("epochs", 1.5), ("batch", 0), ("batch", True), ("learning_rate", "fast"),
        ("learning_rate", -1), ("warmup", 1), ("weight_decay", None), ("clipnorm", float("nan")),
        ("dropout", 1.0), ("input_dropout", -0.1), ("adversarial", "yes"), ("adversarial", -0.1),
        ("adversarial", float("inf")),
    ),
)  # fmt: skip
def test_recipes_that_cannot_be_are_refused(name, value):
    with pytest.raises(ValueError, match=f"Expected {name}, .*number .*Received: {value}"):
        Recipe(**{name: value})


def test_gradients_may_be_left_as_they_are():
    assert Recipe(clipnorm=None).clipnorm is None


@pytest.mark.parametrize(
    "given",
    (
        ["--models", "drnn,lsmt"],
        ["--models", "windowed_drnn,lstm", "--option", "windowed=1"],
        ["--models", "drnn,lstm", "--option", "delays=[1,2]"],
        ["--models", "drnn,windowed_drnn", "--option", "gain=2"],
        ["--option", "delays=[1,2]", "--option", "shares=[1]"],
        ["--option", "delays=fast"],
        ["--option", "recurrent=identical"],
        ["--models", "simple_rnn,lstm", "--parameters", "12"],
        ["--models", "tcn", "--option", "kernel=1"],
        ["--models", "dilated_rnn", "--option", "layers=0"],
        ["--models", "clockwork", "--option", "periods=[0,2]"],
        ["--models", "mist", "--option", "delays=[1.5]"],
        ["--models", "lmu", "--option", "window=-1"],
        ["--models", "lstm", "--option", "dropout=1.5"],
    ),
)
def test_nothing_is_trained_where_one_model_cannot_be(given, tmp_path):
    common = ["--task", "adding", "--steps", "9", "--results", str(tmp_path)]
    with pytest.raises(SystemExit, match="Expected"):
        main([*common, "--work", str(tmp_path), *given])
    assert not list(tmp_path.iterdir())


def test_trials_leave_what_is_given_as_it_is_and_what_does_not_fit_out(monkeypatch, capsys):
    runs = []

    def performed(run, task, **more):
        runs.append(run)
        return {"validation": 0.5}

    monkeypatch.setattr("benchmarks.long_memory.__main__.perform", performed)
    common = ["--task", "adding", "--steps", "9", "--models", "lmu", "--trials", "12"]
    main([*common, "--parameters", "200", "--set", "learning_rate=.02"])
    assert {run.recipe.learning_rate for run in runs} == {0.02}
    assert len({run.recipe.weight_decay for run in runs}) > 1
    # With 128 and 256 it has more than 200 parameters however narrow it is.
    assert {run.options["order"] for run in runs} == {32, 64}
    assert "left out of the trials" in capsys.readouterr().out
    runs.clear()
    main([*common, "--parameters", "600", "--option", "order=8"])
    assert {run.options["order"] for run in runs} == {8} and len(runs) == 13


def test_the_command_names_what_it_does_not_know(tmp_path, capsys):
    common = ["--task", "adding", "--results", str(tmp_path), "--work", str(tmp_path)]
    for given, word in (
        (["--models", "gpt"], "drnn"),
        (["--set", "rate=1"], "learning_rate"),
        (["--option", "delay=1"], "delays"),
    ):
        with pytest.raises(SystemExit, match=word):
            main([*common, *given])
