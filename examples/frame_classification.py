"""A score at each step: which of three switches was flicked last.

    KERAS_BACKEND=jax python examples/frame_classification.py

Between two flicks lie some thirty steps of noise; the answer has to be kept all the while.
"""

import keras
import numpy as np

from keras_drnn import DelayedRNN

STEPS, SWITCHES = 100, 3


def make_data(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Noise with a flick now and then, and for each step the switch flicked last."""
    rng = np.random.default_rng(seed)
    x = rng.normal(0.0, 0.2, (count, STEPS, SWITCHES)).astype("float32")
    flicked = rng.random((count, STEPS)) < 1 / 30
    flicked[:, 0] = True
    switches = rng.integers(0, SWITCHES, (count, STEPS))
    x += 2.0 * (flicked[..., None] & (switches[..., None] == np.arange(SWITCHES)))
    latest = np.maximum.accumulate(np.where(flicked, np.arange(STEPS), 0), axis=1)
    return x, np.take_along_axis(switches, latest, axis=1)


def main(count: int = 2000) -> float:
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((None, SWITCHES)),  # any number of steps
            DelayedRNN(40, delays=(1, 2, 4, 8), return_sequences=True),
            keras.layers.Dense(SWITCHES),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.01), loss, metrics=["accuracy"])
    model.fit(*make_data(count, seed=0), batch_size=50, epochs=5, verbose=0)
    _, accuracy = model.evaluate(*make_data(500, seed=1), batch_size=500, verbose=0)
    return accuracy


if __name__ == "__main__":
    print(f"The last switch is named at {100 * main():.1f} % of the steps (by chance 33 %)")
