"""Which delays? Asked of data of your own: the whole search on arrays.

    KERAS_BACKEND=jax python tuning/own_data.py --trials 10 --out my-search

The sequences here are made up: the class is how far apart two pulses are. Put your own arrays in
place of `sequences`. Given again with the same folder, the search goes on where it stopped.
"""

import argparse

import numpy as np

from keras_drnn.tuning import SearchSettings, Space, search

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
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--out", default="search-own-data")
    arguments = parser.parse_args()
    outcome = search(
        arguments.out,
        *sequences(512, seed=0),
        test=sequences(256, seed=1),
        settings=SearchSettings(
            trials=arguments.trials,
            steps=arguments.steps,
            seeds=1,
            space=Space(units=(40, 80), head_units=(0,)),
        ),
        workers=arguments.workers,
        on_progress=lambda progress: print(f"{progress.done} of {progress.of} trials"),
    )
    finished = [trial for trial in outcome["trials"] if trial["status"] == "finished"]
    for trial in sorted(finished, key=lambda trial: -trial["score"])[:3]:
        units = sum(trial["units"])
        print(f"{100 * trial['score']:.1f} %  delays {trial['delays']}, {units} units")
    test = outcome["winner"]["mean"]["test/sequence_accuracy"]
    print(f"The best of them, trained anew: {100 * test:.1f} % of the test side")


if __name__ == "__main__":
    main()
