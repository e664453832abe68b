"""Clips of different lengths in one batch: padding is masked, and changes nothing.

    KERAS_BACKEND=jax python examples/masked_sequences.py

A clip's first step bears a mark, and so does its last: which? `Masking` tells the layer what is
padding; it skips that as if it were absent, so the scores are those of the clip alone.
"""

import keras
import numpy as np

from keras_drnn import DelayedRNN

LONGEST = 60


def make_data(count: int, seed: int) -> tuple[list[np.ndarray], np.ndarray]:
    """Clips of 20 to 60 steps of noise, and the kinds of mark at start (2 *) and end (+)."""
    rng = np.random.default_rng(seed)
    kinds = rng.integers(0, 2, (count, 2))
    clips = []
    for first, last in kinds:
        clip = rng.normal(0.0, 0.2, (rng.integers(20, LONGEST + 1), 2)).astype("float32")
        clip[0, first] += 2.0
        clip[-1, last] += 2.0
        clips.append(clip)
    return clips, kinds @ [2, 1]


def pad(clips: list[np.ndarray]) -> np.ndarray:
    """One array, `(clips, LONGEST, 2)`, with zeros after the end of each clip."""
    return keras.utils.pad_sequences(clips, LONGEST, "float32", padding="post")


def main(count: int = 2000) -> float:
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((None, 2)),
            keras.layers.Masking(mask_value=0.0),
            DelayedRNN(40, delays=(1, 3, 9, 27)),
            keras.layers.Dense(4),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.005), loss, metrics=["accuracy"])
    clips, marks = make_data(count, seed=0)
    model.fit(pad(clips), marks, batch_size=50, epochs=5, verbose=0)

    clips, marks = make_data(500, seed=1)
    _, accuracy = model.evaluate(pad(clips), marks, batch_size=500, verbose=0)
    padded = model.predict(pad(clips[:1]), verbose=0)
    alone = model.predict(clips[0][None], verbose=0)
    np.testing.assert_allclose(padded, alone, atol=1e-5)
    return accuracy


if __name__ == "__main__":
    print(f"Both marks are named in {100 * main():.1f} % of the clips (by chance 25 %)")
