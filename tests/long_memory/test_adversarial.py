"""Training also on sequences that are made harder, against the formula in NumPy."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from benchmarks.long_memory.build import build
from benchmarks.long_memory.peers import PEERS
from benchmarks.long_memory.recipe import Recipe
from benchmarks.long_memory.tasks.adding import AddingTask
from benchmarks.long_memory.tasks.measures import SQUARED_ERROR
from benchmarks.long_memory.training import train

UNDER_JAX = keras.backend.backend() == "jax"
RATE, CHANGE = 0.5, 0.3
TASK = AddingTask(
    "adding6", 6, 2, 1, SQUARED_ERROR, solved=0.001, training_samples=40, held_out_samples=16
)


def loss_and_slopes(x, y, kernel, bias):
    """Of softmax regression: the loss, and its slopes by kernel, bias and input."""
    scores = x @ kernel + bias
    shares = np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)
    wrong = (shares - np.eye(shares.shape[1])[y]) / len(x)
    loss = -np.log(shares[np.arange(len(x)), y]).mean()
    return loss, x.T @ wrong, wrong.sum(0), wrong @ kernel.T


@pytest.mark.skipif(not UNDER_JAX, reason="written for JAX")
def test_a_step_goes_half_by_the_batch_and_half_by_the_harder_one():
    from benchmarks.long_memory.adversarial import AdversarialModel

    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(8, 5)), rng.integers(3, size=8)
    kernel, bias = rng.normal(size=(5, 3)), rng.normal(size=3)
    inputs = keras.Input((5,))
    answers = keras.layers.Dense(3)(inputs)
    model = AdversarialModel(inputs=inputs, outputs=answers, change=CHANGE)
    model.compile(
        keras.optimizers.SGD(RATE), keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    )
    model.set_weights([kernel, bias])
    found = model.fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0).history["loss"]
    for epoch in range(2):
        losses = []
        for rows in (slice(0, 4), slice(4, 8)):
            loss, *plain, upward = loss_and_slopes(x[rows], y[rows], kernel, bias)
            harder = x[rows] + CHANGE * upward / np.linalg.norm(upward, axis=1, keepdims=True)
            worse, *hard, _ = loss_and_slopes(harder, y[rows], kernel, bias)
            assert worse > loss
            losses.append(loss)
            kernel, bias = (
                weight - RATE * (one + other) / 2
                for weight, one, other in zip((kernel, bias), plain, hard, strict=True)
            )
        np.testing.assert_allclose(found[epoch], np.mean(losses), rtol=1e-5)
    for weight, expected in zip(model.get_weights(), (kernel, bias), strict=True):
        np.testing.assert_allclose(weight, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.skipif(not UNDER_JAX, reason="written for JAX")
@pytest.mark.parametrize("slope", (0.0, 1e-30, 1.0))
def test_a_sequence_is_moved_as_far_whatever_its_slope_but_not_without_one(slope):
    from benchmarks.long_memory.adversarial import AdversarialModel

    # Answers that grow with all numbers of the sequence, and a loss that grows with the answers.
    inputs = keras.Input((2, 2))
    summed = keras.layers.Flatten()(inputs)
    answers = keras.layers.Dense(1, use_bias=False)(summed)
    model = AdversarialModel(inputs=inputs, outputs=answers, change=CHANGE)
    model.compile(keras.optimizers.SGD(RATE), lambda right, answer: answer)
    model.set_weights([np.full((4, 1), slope)])
    model.fit(np.ones((1, 2, 2)), np.ones((1, 1)), batch_size=1, verbose=0)
    # The slope by a weight is the number that it multiplies: 1, and 1 and half of the change.
    moved = CHANGE / 2 if slope else 0
    expected = slope - RATE * (1 + (1 + moved)) / 2
    np.testing.assert_allclose(model.get_weights()[0], np.full((4, 1), expected), rtol=1e-5)


@pytest.mark.skipif(not UNDER_JAX, reason="written for JAX")
def test_steps_that_pad_a_sequence_are_not_moved():
    """They would count in the mean over steps."""
    recipe = Recipe(epochs=1, batch=2, clipnorm=None, pooling="mean", adversarial=CHANGE)
    padded = replace(TASK, padded=True)
    x = np.random.default_rng(1).normal(size=(2, 6, 2)).astype("float32")
    x[:, :4] = 0

    def trained(task, x, change):
        recipe_of = recipe.changed({"adversarial": change})
        model, _ = build(PEERS["simple_rnn"], task, 300, {}, recipe_of)
        model.compile(keras.optimizers.SGD(RATE), task.measure.loss())
        # Biases start at zero: zeros before a sequence leave a state of zeros, and the mean has
        # none of them. Kernels, not the biases, learn as from the sequence without its padding.
        model.fit(x, np.ones((2, 1)), batch_size=2, verbose=0)
        return [weight for weight in model.get_weights() if weight.ndim == 2]

    short = replace(TASK, steps=2)
    for one, other, plain in zip(
        trained(padded, x, CHANGE),
        trained(short, x[:, 4:], CHANGE),
        trained(padded, x, 0.0),
        strict=True,
    ):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)
        assert (one != plain).any()


@pytest.mark.skipif(not UNDER_JAX, reason="written for JAX")
def test_both_halves_have_the_same_dropout_and_the_next_batch_another():
    from benchmarks.long_memory.adversarial import AdversarialModel

    def trained(make):
        keras.utils.set_random_seed(0)
        inputs = keras.Input((20,))
        answers = keras.layers.Dense(1)(keras.layers.Dropout(0.5, seed=1)(inputs))
        model = make(inputs, answers)
        model.compile(keras.optimizers.SGD(0.01), keras.losses.MeanSquaredError())
        model.fit(np.ones((8, 20)), np.ones((8, 1)), batch_size=4, shuffle=False, verbose=0)
        return model.get_weights()

    # Nothing is moved: the second half is the first, and the training that of any model.
    halves = trained(lambda x, y: AdversarialModel(inputs=x, outputs=y, change=0.0))
    for one, other in zip(halves, trained(keras.Model), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


@pytest.mark.skipif(not UNDER_JAX, reason="written for JAX")
def test_a_recipe_trains_so_and_goes_on(tmp_path):
    recipe = Recipe(epochs=2, batch=20, input_dropout=0.2, adversarial=0.1)

    def trained(name, recipe, say=lambda line: None):
        model, _ = build(PEERS["drnn"], TASK, 300, {"delays": [1, 2]}, recipe)
        train(model, TASK, recipe, 0, tmp_path / name, say)
        return model.get_weights()

    def cut_off(line):
        raise KeyboardInterrupt

    whole = trained("whole.npz", recipe)
    with pytest.raises(KeyboardInterrupt):
        trained("parts.npz", recipe, cut_off)
    for one, other in zip(trained("parts.npz", recipe), whole, strict=True):
        np.testing.assert_array_equal(one, other)
    plain = trained("plain.npz", recipe.changed({"adversarial": 0.0}))
    assert any((one != other).any() for one, other in zip(plain, whole, strict=True))


@pytest.mark.every_backend
@pytest.mark.skipif(UNDER_JAX, reason="written for JAX")
def test_other_backends_are_refused():
    with pytest.raises(ValueError, match="KERAS_BACKEND=jax.*adversarial"):
        build(PEERS["drnn"], TASK, 300, {}, Recipe(adversarial=0.1))
