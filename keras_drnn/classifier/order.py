"""The order in which samples are trained on."""

from collections.abc import Iterator

import numpy as np


def batches_of_numbers(
    chosen: np.ndarray, size: int, seed: int, first_step: int = 0
) -> Iterator[np.ndarray]:
    """Batches without end, each pass in an order of its own; the same from wherever it begins.

    Args:
        chosen: Numbers of the samples to train on.
        size: Samples in a batch.
        seed: Seed of the order.
        first_step: How many batches to leave out.
    """
    step = first_step
    while True:
        # A place in the endless row of passes over the samples.
        places = np.arange(step * size, (step + 1) * size)
        passes, within = np.divmod(places, len(chosen))
        orders = {
            number: np.random.default_rng([seed, number]).permutation(chosen)
            for number in np.unique(passes)
        }
        yield np.array(
            [orders[number][place] for number, place in zip(passes, within, strict=True)]
        )
        step += 1
