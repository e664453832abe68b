"""Many to one: which of four marks was seen, asked long after it.

    KERAS_BACKEND=jax python examples/sequence_classification.py

One of the first ten steps bears a mark, noise follows. A slow group that reads it early on holds it
through few updates, so at the end the mark is a few products away instead of a hundred.
"""

import keras
import numpy as np

from keras_drnn import DelayedRNN

STEPS, MARKS = 100, 4


def make_data(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Noise with one mark early on, and which mark it is."""
    rng = np.random.default_rng(seed)
    x = rng.normal(0.0, 0.2, (count, STEPS, MARKS)).astype("float32")
    marks = rng.integers(0, MARKS, count)
    x[np.arange(count), rng.integers(0, 10, count), marks] += 2.0
    return x, marks


def main(count: int = 2000) -> float:
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((STEPS, MARKS)),
            DelayedRNN(60, delays=(1, 3, 9, 27)),
            keras.layers.Dense(MARKS),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.005), loss, metrics=["accuracy"])
    model.fit(*make_data(count, seed=0), batch_size=50, epochs=8, verbose=0)
    _, accuracy = model.evaluate(*make_data(500, seed=1), batch_size=500, verbose=0)
    return accuracy


if __name__ == "__main__":
    print(f"The mark is named after {STEPS} steps in {100 * main():.1f} % (by chance 25 %)")
