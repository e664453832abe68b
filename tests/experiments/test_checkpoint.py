"""The state of a training on disk: all of it, and only that of the same model."""

import keras
import numpy as np
import pytest
from keras import layers

from keras_drnn.experiments.checkpoint import Progress, load_checkpoint, save_checkpoint


def compiled(*names, units=3, dtype="float32", optimizer=None):
    """A model of Dense layers with these names, and one dropout layer without a name."""
    keras.utils.clear_session()
    dense = [layers.Dense(units, name=name, dtype=dtype) for name in names]
    model = keras.Sequential([keras.Input((2,)), *dense, layers.Dropout(0.5)])
    model.compile(optimizer or keras.optimizers.AdamW(0.1), "mse")
    return model


def trained(*names, **settings):
    model = compiled(*names, **settings)
    model.train_on_batch(np.ones((4, 2)), np.ones((4, 3)))
    return model


def state(model):
    variables = [*model.variables, *model.optimizer.variables]
    return {v.path: keras.ops.convert_to_numpy(v).astype("float64") for v in variables}


@pytest.mark.every_backend
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_the_whole_state_comes_back(tmp_path, dtype):
    model = trained("a", "b", dtype=dtype)
    progress = Progress([{"step": 1.0, "train/loss": 0.5}, {"step": 2.0, "train/loss": 0.25}])
    save_checkpoint(tmp_path / "c.npz", model, progress)
    fresh = compiled("a", "b", dtype=dtype)
    assert load_checkpoint(tmp_path / "c.npz", fresh) == progress
    before, after = state(model), state(fresh)
    assert set(before) == set(after)
    assert any("seed" in path for path in before) and any("momentum" in path for path in before)
    for path, value in before.items():
        np.testing.assert_array_equal(value, after[path], err_msg=path)


def test_without_a_checkpoint_nothing_happens(tmp_path):
    model = compiled("a")
    before = state(model)
    assert load_checkpoint(tmp_path / "c.npz", model) == Progress([], finished=False)
    assert all(np.array_equal(value, state(model)[path]) for path, value in before.items())


def test_variables_are_told_apart_by_their_paths_not_by_their_order(tmp_path):
    keras.utils.clear_session()
    x = keras.Input((2,))
    outputs = [layers.Dense(2, name=name)(x) for name in ("a", "b")]
    one = keras.Model(x, outputs)
    other = keras.Model(x, outputs[::-1])
    for model in (one, other):
        model.compile(keras.optimizers.SGD(name="sgd"), "mse")
    assert [v.path for v in one.variables] != [v.path for v in other.variables]
    save_checkpoint(tmp_path / "c.npz", one, Progress())
    before = state(one)
    for variable in one.variables:
        variable.assign(variable + 1)
    load_checkpoint(tmp_path / "c.npz", other)
    assert all(np.array_equal(before[path], value) for path, value in state(other).items())


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """The checkpoint of a model of the layers a and b."""
    path = tmp_path_factory.mktemp("saved") / "c.npz"
    save_checkpoint(path, trained("a", "b"), Progress())
    return path


def many(count):
    return [f"layer{number}" for number in range(count)]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            lambda: compiled("a", "new"),
            r"it lacks: sequential/new/kernel, .* model lacks: sequential/b/kernel",
        ),
        (
            lambda: compiled("a"),
            r"\. Variables that the model lacks: sequential/b/kernel, sequential/b/bias",
        ),
        (
            lambda: compiled("a", "b", units=4),
            r"of another shape: sequential/a/kernel \(2, 3\) in place of \(2, 4\)",
        ),
        (
            lambda: compiled("a", "b", optimizer="sgd"),
            r"it lacks: sgd/iteration.*model lacks: adam_w/",
        ),
        (lambda: compiled("a", "b", *many(9)), r"it lacks: .*layer2/kernel and \d+ more\. "),
    ],
    ids=["another name", "a layer less", "another size", "another optimizer", "many layers more"],
)
def test_a_changed_model_is_refused_and_left_as_it_was(saved, changed, message):
    model = changed()
    before = state(model)
    with pytest.raises(ValueError, match=message) as refused:
        load_checkpoint(saved, model)
    assert str(saved) in str(refused.value)
    assert "delete the file" in str(refused.value)
    after = state(model)
    assert all(np.array_equal(value, after[path]) for path, value in before.items())


def test_a_checkpoint_by_position_is_refused(tmp_path):
    # As version 0.1.0 wrote them before its release.
    model = compiled("a")
    values = {f"variable_{i}": value for i, value in enumerate(state(model).values())}
    np.savez(tmp_path / "c.npz", history_step=np.ones(1), **values)
    with pytest.raises(
        ValueError, match="older version of the package.*it lacks: sequential/a/kernel"
    ):
        load_checkpoint(tmp_path / "c.npz", model)


def test_two_variables_of_one_path_are_refused(tmp_path):
    model = compiled("a")
    twice = [*model.variables, model.variables[0]]
    with pytest.raises(ValueError, match="Received: sequential/a/kernel twice"):
        save_checkpoint(tmp_path / "c.npz", _With(model, twice), Progress())
    assert not list(tmp_path.iterdir())


class _With:
    """A model of which Keras gives these variables."""

    def __init__(self, model, variables):
        self.optimizer = model.optimizer
        self.trainable_variables = model.trainable_variables
        self.variables = variables
