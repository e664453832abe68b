"""Layers on top of each other, and the same as cells in one loop.

    KERAS_BACKEND=jax python examples/stacked.py

Three marks of two kinds come in any of eight orders; the second layer makes out the order of what
the first one has found. `StackedRNNCells` computes the same from the same weights, step by step.
"""

import keras
import numpy as np

from keras_drnn import DelayedRNN, DelayedRNNCell

STEPS, MARKS = 60, 3


def make_data(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Noise with a mark of one of two kinds in each third; the class is the order of kinds."""
    rng = np.random.default_rng(seed)
    x = rng.normal(0.0, 0.2, (count, STEPS, 2)).astype("float32")
    kinds = rng.integers(0, 2, (count, MARKS))
    at = rng.integers(0, STEPS // MARKS, (count, MARKS)) + STEPS // MARKS * np.arange(MARKS)
    x[np.arange(count)[:, None], at, kinds] += 2.0
    return x, kinds @ 2 ** np.arange(MARKS)


def main(count: int = 2000) -> float:
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((STEPS, 2)),
            DelayedRNN(40, delays=(1, 3, 9, 27), return_sequences=True),
            DelayedRNN(40, delays=(1, 3, 9, 27)),
            keras.layers.Dense(2**MARKS),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.005), loss, metrics=["accuracy"])
    model.fit(*make_data(count, seed=0), batch_size=50, epochs=5, verbose=0)
    x, orders = make_data(500, seed=1)
    _, accuracy = model.evaluate(x, orders, batch_size=500, verbose=0)

    cells = [DelayedRNNCell(40, delays=(1, 3, 9, 27)) for _ in range(2)]
    stepped = keras.Sequential(
        [
            keras.Input((STEPS, 2)),
            keras.layers.RNN(keras.layers.StackedRNNCells(cells)),
            keras.layers.Dense(2**MARKS),
        ]
    )
    stepped.set_weights(model.get_weights())
    scores = [each.predict(x, batch_size=500, verbose=0) for each in (model, stepped)]
    np.testing.assert_allclose(*scores, rtol=1e-3, atol=1e-3)
    return accuracy


if __name__ == "__main__":
    print(f"The order of {MARKS} marks is right in {100 * main():.1f} % (by chance 12 %)")
