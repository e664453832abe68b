"""One to many: from a number to its name, letter by letter.

    KERAS_BACKEND=jax python examples/one_to_many.py [picture.png]

The three digits are shown at the first step and never again: all letters have to come from the
state. Each model learns from 800 of the numbers from 100 to 999 and names the other 100. Over three
seeds a D-RNN names 93 +- 2 % of them, a GRU of as many parameters 19 +- 4 %, an LSTM 4 +- 2 %, each
after 960 updates. (GRU and LSTM are not at their end then.)
"""

import sys

import keras
import numpy as np

from keras_drnn import DelayedRNN

ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen".split()
ONES += "fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
LETTERS = " abcdefghijklmnopqrstuvwxyz"
STEPS, LEARNT = len("seven hundred seventy seven"), 800


def name_of(number: int) -> str:
    words, rest = [ONES[number // 100], "hundred"], number % 100
    if rest >= 20:
        words.append(TENS[rest // 10 - 2])
        rest %= 10
    if rest:
        words.append(ONES[rest])
    return " ".join(words)


def make_data(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Three digits, one-hot, at the first step and nothing after it; the letters of the name."""
    x = np.zeros((len(numbers), STEPS, 30), "float32")
    for place in range(3):
        x[np.arange(len(numbers)), 0, 10 * place + numbers // 10**place % 10] = 1.0
    names = [name_of(number).ljust(STEPS) for number in numbers.tolist()]
    return x, np.array([[LETTERS.index(letter) for letter in name] for name in names])


def layers() -> dict[str, keras.layers.Layer]:
    """A D-RNN of 12,560 parameters, and rivals with as many."""
    return {
        "D-RNN": DelayedRNN(160, (1, 2, 4, 8), activation="tanh", return_sequences=True),
        "GRU": keras.layers.GRU(51, return_sequences=True),
        "LSTM": keras.layers.LSTM(43, return_sequences=True),
    }


def train(layer: keras.layers.Layer, numbers: np.ndarray, epochs: int) -> keras.Model:
    model = keras.Sequential(
        [
            keras.Input((None, 30)),
            layer,
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(len(LETTERS)),
        ]
    )
    x, letters = make_data(numbers)
    rate = keras.optimizers.schedules.CosineDecay(0.005, epochs * -(-len(x) // 50))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(rate, clipnorm=1.0), loss)
    model.fit(x, letters, batch_size=50, epochs=epochs, verbose=0)
    return model


def draw(model: keras.Model, number: int, path: str) -> None:
    """How probable each letter is at each step of the name of this number."""
    from matplotlib.figure import Figure

    x, _ = make_data(np.array([number]))
    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.subplots()
    chances = keras.ops.softmax(keras.ops.convert_to_tensor(model.predict(x, verbose=0)[0]))
    axes.imshow(keras.ops.convert_to_numpy(chances).T, cmap="Blues", vmin=0, vmax=1)
    axes.set_yticks(range(len(LETTERS)), ["space", *LETTERS[1:]], fontsize="x-small")
    axes.set_xticks(range(STEPS), name_of(number).ljust(STEPS))
    axes.set_title(f"{number}, which was not trained on: probability of each letter")
    figure.savefig(path)


def main(picture: str | None = None, epochs: int = 60, seed: int = 1) -> dict[str, float]:
    """For each model, the share of names of new numbers that are right to the last letter."""
    numbers = np.random.default_rng(seed).permutation(np.arange(100, 1000))
    x, letters = make_data(numbers[LEARNT:])
    right = {}
    for name, layer in layers().items():
        keras.utils.set_random_seed(seed)
        model = train(layer, numbers[:LEARNT], epochs)
        named = model.predict(x, verbose=0).argmax(axis=-1)
        right[name] = float(np.mean(np.all(named == letters, axis=1)))
        if picture is not None and name == "D-RNN":
            draw(model, numbers[-1], picture)
    return right


if __name__ == "__main__":
    for name, right in main(*sys.argv[1:2]).items():
        print(
            f"{name}: {100 * right:.0f} % of the names of new numbers are right to the last letter"
        )
