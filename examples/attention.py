"""Attention: an encoder reads a date as people write it, a decoder writes it as machines do.

    KERAS_BACKEND=jax python examples/attention.py [picture.png]

Dates as people write them have different lengths; the padding is masked. Attention chooses at each
step which of the encoder's outputs the decoder looks at. While it learns, the decoder hears the
right character before (teacher forcing); in use it hears what it wrote itself, so that a mistake
leads to others. One more model learns without teacher forcing: before each epoch it writes all
dates by itself, and hears that. Over three seeds the D-RNN writes 86 +- 2 % of new dates right, a
GRU of as many parameters 49 +- 7 %, the D-RNN without teacher forcing 86 +- 3 %, after 600 updates.
"""

import sys
from datetime import date

import keras
import numpy as np

from keras_drnn import DelayedRNN

READ = "?ADFJMNOSTW abcdeghilmnoprstuvy,.0123456789"  # the first stands for padding
WRITTEN, START = "0123456789-", 11
LONGEST, LENGTH = len("Wednesday, 30 September 1999"), len("1999-09-30")
WAYS = "{0:%A}, {0.day} {0:%B} {0.year}", "{0:%b} {0.day}, {0.year}", "{0.day}.{0.month}.{0.year}"


def make_data(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Days of three centuries, written in one of three ways and padded, and as `1999-09-30`."""
    rng = np.random.default_rng(seed)
    first, last = date(1800, 1, 1).toordinal(), date(2100, 1, 1).toordinal()
    read, written = np.zeros((count, LONGEST), int), np.zeros((count, LENGTH), int)
    for row, number in enumerate(rng.integers(first, last, count).tolist()):
        day = date.fromordinal(number)
        text = WAYS[rng.integers(len(WAYS))].format(day)
        read[row, : len(text)] = [READ.index(character) for character in text]
        written[row] = [WRITTEN.index(character) for character in day.isoformat()]
    return read, written


class Dates:
    """Three models with the same weights: to learn with, to read a date, to write a character."""

    def __init__(self, recurrent, size: int):
        read, heard = keras.Input((None,)), keras.Input((None,))
        mask = keras.ops.not_equal(read, 0)
        letters = keras.layers.Embedding(len(READ), 32)
        characters = keras.layers.Embedding(START + 1, 32)
        encoder = recurrent(size, return_sequences=True, return_state=True)
        decoder = recurrent(size, return_sequences=True, return_state=True)
        attention, hidden = keras.layers.AdditiveAttention(), keras.layers.Dense(64, "relu")
        scores = keras.layers.Dense(len(WRITTEN))

        def decode(encoded, state):
            asked, *state = decoder(characters(heard), initial_state=state)
            looked, weights = attention(
                [asked, encoded], mask=[None, mask], return_attention_scores=True
            )
            found = scores(hidden(keras.ops.concatenate([asked, looked], axis=-1)))
            return found, weights, state

        encoded, *state = encoder(letters(read), mask=mask)
        self.model = keras.Model([read, heard], decode(encoded, state)[0])
        self.reader = keras.Model(read, [encoded, *state])
        encoded, state = keras.Input((None, size)), [keras.Input(s.shape[1:]) for s in state]
        found, weights, following = decode(encoded, state)
        self.writer = keras.Model([read, heard, encoded, *state], [found, weights, *following])

    def write(self, read: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Written freely, each character heard at the next step; and what was looked at."""
        heard, written, weights = np.full((len(read), 1), START), [], []
        encoded, *state = self.reader.predict(read, batch_size=500, verbose=0)
        for _ in range(LENGTH):
            given = [read, heard, encoded, *state]
            scores, looked, *state = self.writer.predict(given, batch_size=500, verbose=0)
            heard = scores.argmax(axis=-1)
            written.append(heard)
            weights.append(looked)
        return np.concatenate(written, axis=1), np.concatenate(weights, axis=1)

    def train(self, read: np.ndarray, written: np.ndarray, epochs: int, forced: bool) -> None:
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        rate = keras.optimizers.schedules.CosineDecay(0.003, epochs * -(-len(read) // 50))
        self.model.compile(keras.optimizers.Adam(rate, clipnorm=1.0), loss, metrics=["accuracy"])
        for _ in range(epochs):
            heard = after_start(written if forced else self.write(read)[0])
            self.model.fit([read, heard], written, batch_size=50, verbose=0)


def after_start(written: np.ndarray) -> np.ndarray:
    """What the decoder hears while it writes this: at first the start, then what came before."""
    return np.pad(written[:, :-1], ((0, 0), (1, 0)), constant_values=START)


def draw(read: np.ndarray, written: np.ndarray, weights: np.ndarray, path) -> None:
    """Which characters were looked at, for each that was written."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3.6), layout="constrained")
    axes = figure.subplots()
    text = [READ[letter] for letter in read if letter]
    axes.imshow(weights[:, : len(text)], cmap="Blues", vmin=0)
    axes.set_xticks(range(len(text)), text)
    axes.set_yticks(range(LENGTH), [WRITTEN[character] for character in written])
    axes.set(xlabel="read", ylabel="written")
    figure.savefig(path)


def drnn(size: int, **how) -> DelayedRNN:
    return DelayedRNN(size, (1, 2, 4), activation="tanh", **how)


def main(picture=None, count: int = 3000, epochs: int = 10, seed: int = 1) -> dict[str, float]:
    """Characters right where the right ones were heard before, and whole dates right in use."""
    found = {}
    for name, recurrent, size, forced in (
        ("D-RNN", drnn, 120, True),
        ("GRU", keras.layers.GRU, 53, True),
        ("D-RNN without teacher forcing", drnn, 120, False),
    ):
        keras.utils.set_random_seed(seed)
        dates = Dates(recurrent, size)
        dates.train(*make_data(count, seed), epochs, forced)
        read, written = make_data(500, seed + 1000)
        told = dates.model.evaluate([read, after_start(written)], written, verbose=0)[1]
        freely, weights = dates.write(read)
        found[f"{name}: characters, the right ones heard"] = told
        found[f"{name}: whole dates, its own heard"] = float(np.mean((freely == written).all(1)))
        if picture is not None and name == "D-RNN":
            draw(read[0], freely[0], weights[0], picture)
    return found


if __name__ == "__main__":
    for what, right in main(*sys.argv[1:2]).items():
        print(f"{what:<56}{100 * right:6.1f} %")
