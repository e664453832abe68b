"""Sequence to sequence: an encoder reads a tune, a decoder plays it backwards.

    KERAS_BACKEND=jax python examples/sequence_to_sequence.py

The encoder's final state, `[h, clock]`, is the initial state of the decoder, which hears nothing
else but its own last note.
"""

import keras
import numpy as np

from keras_drnn import DelayedRNN

NOTES, LENGTH = 4, 6
DELAYS = (1, 2, 4)


def make_data(count: int, seed: int):
    """Tunes, what the decoder hears (its last note; at first none), and the tunes backwards."""
    tunes = np.random.default_rng(seed).integers(0, NOTES, (count, LENGTH))
    backwards = tunes[:, ::-1]
    heard = np.pad(backwards[:, :-1], ((0, 0), (1, 0)), constant_values=NOTES)
    return [tunes, heard], backwards


def main(count: int = 4000) -> float:
    keras.utils.set_random_seed(1)
    tune, heard = keras.Input((None,)), keras.Input((None,))
    _, *state = DelayedRNN(120, DELAYS, activation="tanh", return_state=True)(
        keras.layers.Embedding(NOTES, 16)(tune)
    )
    played = DelayedRNN(120, DELAYS, activation="tanh", return_sequences=True)(
        keras.layers.Embedding(NOTES + 1, 16)(heard), initial_state=state
    )
    model = keras.Model([tune, heard], keras.layers.Dense(NOTES)(played))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.003), loss, metrics=["accuracy"])
    model.fit(*make_data(count, seed=0), batch_size=50, epochs=5, verbose=0)

    # Played from nothing: each note that the decoder chooses is what it hears next.
    (tunes, heard), backwards = make_data(500, seed=1)
    heard = np.full_like(heard, NOTES)
    for step in range(LENGTH):
        notes = model.predict([tunes, heard], batch_size=500, verbose=0)[:, step].argmax(axis=-1)
        heard[:, step + 1 : step + 2] = notes[:, None]
    return float(np.mean(np.concatenate([heard[:, 1:], notes[:, None]], axis=1) == backwards))


if __name__ == "__main__":
    print(f"{100 * main():.1f} % of the notes are right (by chance 25 %)")
