"""When the groups update, and how far that leaves the past away."""

from collections.abc import Sequence

import numpy as np

from keras_drnn.delays import check_delays, check_first_step, first_updates, is_integer


def update_steps(delays: Sequence[int], steps: int, first_step: int = 0) -> list[np.ndarray]:
    """Say at which steps of a sequence each group updates.

    Args:
        delays: Strictly increasing positive integers, in steps (frames).
        steps: Length of the sequence, 1 or more.
        first_step: The number that the first step bears, as in `DelayedRNN`.

    Returns:
        One array of indices into the sequence, from 0 up, for each group.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    >>> [steps.tolist() for steps in update_steps((1, 3), 7)]
    [[0, 1, 2, 3, 4, 5, 6], [0, 3, 6]]
    """
    delays, steps = check_delays(delays), _check_steps(steps)
    firsts = first_updates(delays, check_first_step(first_step))
    return [np.arange(first, steps, delay) for first, delay in zip(firsts, delays, strict=True)]


def transformations(delays: Sequence[int], steps: int, first_step: int = 0) -> np.ndarray:
    """Count the matrix products between each input frame and the last output.

    The fewest on any way through the groups: each update on the way is one product and one
    activation, holding is none. In a plain RNN the count is the distance in frames, plus one.

    Args:
        delays: Strictly increasing positive integers, in steps (frames).
        steps: Length of the sequence, 1 or more.
        first_step: The number that the first step bears, as in `DelayedRNN`.

    Returns:
        `(steps,)` integers, for the frames from the first to the last; -1 for a frame that does not
        reach the last output at all.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    >>> transformations((1, 3), 7).tolist()
    [4, 5, 4, 3, 3, 2, 1]
    >>> transformations((1,), 4).tolist()
    [4, 3, 2, 1]

    Reference:

    - García Cedeño (ESPOL, 2018), equations 3.10 to 3.13: an example of such ways.
    """
    due = [set(moments.tolist()) for moments in update_steps(delays, steps, first_step)]
    # counts[i, s]: products between input frame s and what group i holds now.
    never = np.iinfo(np.int64).max // 2
    counts = np.full((len(due), steps), never)
    for step in range(steps):
        below = np.full(steps, never)
        below[step] = 0
        for group, moments in enumerate(due):
            if step in moments:
                counts[group] = 1 + np.minimum(below, counts[group])
            below = counts[group]
    fewest = counts.min(axis=0)
    return np.where(fewest < never, fewest, -1)


def _check_steps(steps: int) -> int:
    if not is_integer(steps) or steps < 1:
        raise ValueError(f"`steps` must be an integer from 1 up. Received: steps={steps!r}")
    return int(steps)
