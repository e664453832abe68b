"""Both ways: between which two of the marks does each step stand.

    KERAS_BACKEND=jax python examples/bidirectional.py

The mark before a step is known to what reads forwards, the mark after it only to what reads
backwards: one direction alone names the pair at about half of the steps.
"""

import keras
import numpy as np

from keras_drnn import DelayedRNN

STEPS = 40


def make_data(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Noise with marks of two kinds; for each step, the kinds before (2 *) and after it (+)."""
    rng = np.random.default_rng(seed)
    x = rng.normal(0.0, 0.2, (count, STEPS, 2)).astype("float32")
    marked = rng.random((count, STEPS)) < 1 / 20
    marked[:, [0, -1]] = True
    kinds = rng.integers(0, 2, (count, STEPS))
    x += 2.0 * (marked[..., None] & (kinds[..., None] == np.arange(2)))
    steps = np.arange(STEPS)
    before = np.maximum.accumulate(np.where(marked, steps, 0), axis=1)
    after = np.minimum.accumulate(np.where(marked, steps, STEPS)[:, ::-1], axis=1)[:, ::-1]
    return x, 2 * np.take_along_axis(kinds, before, 1) + np.take_along_axis(kinds, after, 1)


def main(count: int = 2000) -> float:
    keras.utils.set_random_seed(1)
    layer = DelayedRNN(20, delays=(1, 2, 4, 8), return_sequences=True)
    model = keras.Sequential(
        [keras.Input((None, 2)), keras.layers.Bidirectional(layer), keras.layers.Dense(4)]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.01), loss, metrics=["accuracy"])
    model.fit(*make_data(count, seed=0), batch_size=50, epochs=5, verbose=0)
    _, accuracy = model.evaluate(*make_data(500, seed=1), batch_size=500, verbose=0)
    return accuracy


if __name__ == "__main__":
    print(f"Both marks are named at {100 * main():.1f} % of the steps (one way alone: about 50 %)")
