"""A training loop of one's own, by the means of each backend.

    KERAS_BACKEND=jax python examples/custom_training.py        # or torch, or tensorflow

The task is that of sequence_classification.py: which mark was seen long ago. JAX: a step without
side effects, compiled, from the state of model and optimizer to the next. torch: the layer among
torch's own in a `torch.nn.Module`, trained by torch's optimizer and compiled by `torch.compile`.
TensorFlow: a `tf.function` with a tape.
"""

import keras
import numpy as np

from keras_drnn import DelayedRNN

STEPS, MARKS, BATCH, RATE = 60, 4, 50, 0.005


def make_data(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Noise with one mark early on, and which mark it is."""
    rng = np.random.default_rng(seed)
    x = rng.normal(0.0, 0.2, (count, STEPS, MARKS)).astype("float32")
    marks = rng.integers(0, MARKS, count)
    x[np.arange(count), rng.integers(0, 10, count), marks] += 2.0
    return x, marks


def batches(updates: int):
    """As many batches of new data as there are updates."""
    for update in range(updates):
        yield make_data(BATCH, seed=update)


def build() -> keras.Model:
    layers = [DelayedRNN(60, delays=(1, 3, 9, 27)), keras.layers.Dense(MARKS)]
    return keras.Sequential([keras.Input((STEPS, MARKS)), *layers])


def with_jax(updates: int):
    import jax

    model, optimizer = build(), keras.optimizers.Adam(RATE)
    optimizer.build(model.trainable_variables)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    def loss_of(trainable, fixed, x, marks):
        scores, fixed = model.stateless_call(trainable, fixed, x, training=True)
        return loss(marks, scores), fixed

    @jax.jit
    def update(state, x, marks):
        trainable, fixed, moments = state
        gradients, fixed = jax.grad(loss_of, has_aux=True)(trainable, fixed, x, marks)
        trainable, moments = optimizer.stateless_apply(moments, gradients, trainable)
        return trainable, fixed, moments

    kept = [model.trainable_variables, model.non_trainable_variables, optimizer.variables]
    state = tuple([variable.value for variable in variables] for variables in kept)
    for x, marks in batches(updates):
        state = update(state, x, marks)
    for variables, values in zip(kept, state, strict=True):
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
    return lambda x: np.asarray(model(x))


def with_torch(updates: int, compiler: str = "inductor"):
    import torch

    class Recogniser(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.before = torch.nn.Linear(MARKS, 16)
            self.recurrent = DelayedRNN(60, delays=(1, 3, 9, 27))
            self.after = torch.nn.Linear(60, MARKS)

        def forward(self, x):
            return self.after(self.recurrent(torch.relu(self.before(x))))

    model = Recogniser()
    model(torch.zeros(1, STEPS, MARKS))  # a Keras layer makes its weights at the first call
    compiled = torch.compile(model, backend=compiler)
    optimizer = torch.optim.Adam(model.parameters(), RATE)
    for x, marks in batches(updates):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(
            compiled(torch.from_numpy(x)), torch.from_numpy(marks)
        ).backward()
        optimizer.step()
    return lambda x: model(torch.from_numpy(x)).detach().numpy()


def with_tensorflow(updates: int):
    import tensorflow as tf

    model, optimizer = build(), keras.optimizers.Adam(RATE)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    @tf.function
    def update(x, marks):
        with tf.GradientTape() as tape:
            value = loss(marks, model(x, training=True))
        gradients = tape.gradient(value, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))

    for x, marks in batches(updates):
        update(tf.constant(x), tf.constant(marks))
    return lambda x: model(x).numpy()


def main(updates: int = 400, seed: int = 1) -> float:
    """The share of marks that the trained model names in new sequences."""
    keras.utils.set_random_seed(seed)
    ways = {"jax": with_jax, "torch": with_torch, "tensorflow": with_tensorflow}
    scores = ways[keras.backend.backend()](updates)
    x, marks = make_data(500, seed=updates)
    return float(np.mean(scores(x).argmax(axis=-1) == marks))


if __name__ == "__main__":
    print(
        f"{keras.backend.backend()}: {100 * main():.1f} % of the marks are named (by chance 25 %)"
    )
