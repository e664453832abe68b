"""Which delays? Asked of data of your own, with keras-tuner and the HyperModel of this package.

    KERAS_BACKEND=jax python tuning/own_data.py --trials 10

The sequences here are made up: the class is how far apart two pulses are. Put your own arrays in
place of `sequences`. Under TensorFlow, keras-tuner's tuners need `pip install tensorboard`.
"""

import argparse
import tempfile

import keras
import keras_tuner
import numpy as np

from keras_drnn.tuning import DelayedRNNHyperModel, Space, delays_of

FRAMES, CLASSES = 60, 4


def sequences(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Noise with two pulses; the class is their distance: 4, 12, 20 or 28 steps."""
    rng = np.random.default_rng(seed)
    x = rng.normal(0.0, 0.1, (count, FRAMES, 3)).astype("float32")
    classes = rng.integers(0, CLASSES, count)
    first = rng.integers(0, FRAMES - 28, count)
    rows = np.arange(count)
    x[rows, first, 0] += 1.0
    x[rows, first + 4 + 8 * classes, 0] += 1.0
    return x, classes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=10)
    parser.add_argument("--epochs", type=int, default=20)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tuner = keras_tuner.RandomSearch(
            DelayedRNNHyperModel(
                3,
                CLASSES,
                longest_delay=FRAMES - 1,
                space=Space(units=(40, 80), head_units=(0,)),
            ),
            objective="val_accuracy",
            max_trials=arguments.trials,
            seed=1,
            directory=folder,  # one that stays, if a killed search is to go on
        )
        tuner.search(
            *sequences(512, seed=0),
            validation_data=sequences(256, seed=1),
            epochs=arguments.epochs,
            batch_size=64,
            callbacks=[keras.callbacks.TerminateOnNaN()],
            verbose=0,
        )
        for trial in tuner.oracle.get_best_trials(3):
            values = trial.hyperparameters.values
            delays = delays_of(values)
            print(f"{100 * trial.score:.1f} %  delays {delays}, {values['units']} units")


if __name__ == "__main__":
    main()
