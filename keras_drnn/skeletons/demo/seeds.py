"""Where chance comes from: one stream of random numbers for each thing that is made up.

The streams hang together by what they are for and not by the order of the work, so that any clip
can be made alone, and made again.
"""

import numpy as np

SUBJECT, PERFORMANCE, CAMERA = range(3)


def generator(seed: int, purpose: int, *numbers: int) -> np.random.Generator:
    """Open the stream of one thing.

    Args:
        seed: Seed of the whole data set.
        purpose: `SUBJECT`, `PERFORMANCE` or `CAMERA`.
        *numbers: Which one: numbers of performer, action, replication, camera.

    Returns:
        A generator, in the same state on every machine.
    """
    sequence = np.random.SeedSequence(seed, spawn_key=(purpose, *numbers))
    return np.random.Generator(np.random.PCG64(sequence))
