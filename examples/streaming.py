"""A stream, chunk by chunk: the state that comes out goes in with the next chunk.

    KERAS_BACKEND=jax python examples/streaming.py

The state is `[h, clock]`: with the clock, slow groups update at the same steps as if the stream had
come in one piece, and the scores are the same.
"""

import keras
import numpy as np

from keras_drnn import DelayedRNN

STEPS = 64


def make_data(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Noise with pulses that switch a lamp on or off, and for each step whether it is on."""
    rng = np.random.default_rng(seed)
    pulses = rng.choice([-1, 0, 1], (count, STEPS, 1), p=[0.03, 0.94, 0.03])
    x = rng.normal(0.0, 0.2, pulses.shape) + 2.0 * pulses
    latest = np.maximum.accumulate(np.where(pulses != 0, np.arange(STEPS)[:, None], 0), axis=1)
    return x.astype("float32"), np.take_along_axis(pulses, latest, axis=1) > 0


def main(count: int = 2000) -> float:
    keras.utils.set_random_seed(1)
    layer = DelayedRNN([16, 8, 8], (1, 4, 16), return_sequences=True, return_state=True)
    head = keras.layers.Dense(1, activation="sigmoid")
    frames, h, clock = keras.Input((None, 1)), keras.Input((32,)), keras.Input((3,))
    whole = keras.Model(frames, head(layer(frames)[0]))
    hidden, *state = layer(frames, initial_state=[h, clock])
    chunked = keras.Model([frames, h, clock], [head(hidden), *state])  # the same weights

    whole.compile(
        keras.optimizers.Adam(0.01, clipnorm=1.0), "binary_crossentropy", metrics=["accuracy"]
    )
    whole.fit(*make_data(count, seed=0), batch_size=50, epochs=10, verbose=0)

    x, lit = make_data(200, seed=1)
    scores = []
    state = [np.zeros((200, 32)), np.zeros((200, 3))]  # zeros: a stream begins
    for chunk in np.split(x, 4, axis=1):
        found, *state = chunked.predict([chunk, *state], batch_size=200, verbose=0)
        scores.append(found)
    scores = np.concatenate(scores, axis=1)
    np.testing.assert_allclose(scores, whole.predict(x, batch_size=200, verbose=0), atol=1e-5)
    return float(np.mean((scores > 0.5) == lit))


if __name__ == "__main__":
    print(f"The lamp is known at {100 * main():.1f} % of the steps of a stream (by chance 50 %)")
