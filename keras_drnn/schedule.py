"""When the groups update, and how far that leaves the past away."""

from collections.abc import Sequence

import numpy as np

from keras_drnn.delays import check_delays, check_first_step, first_updates, is_integer

_PRODUCTS = 12  # up to so many, what is to be remembered was learnt nearly always


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
    due = np.zeros((steps, len(delays)), bool)
    for group, moments in enumerate(update_steps(delays, steps, first_step)):
        due[moments, group] = True
    # Backwards in time: the fewest products between the state of a group and the last output.
    ahead = np.zeros(len(delays), int)
    fewest = np.full(steps, -1)
    for step in reversed(range(steps)):
        for group in reversed(range(len(delays) - 1)):
            if due[step, group + 1]:
                ahead[group] = min(ahead[group], 1 + ahead[group + 1])
        if due[step, 0]:
            fewest[step] = 1 + ahead[0]
        ahead += due[step]
    return fewest


def proposed_delays(steps: int) -> tuple[int, ...]:
    """Delays for sequences of a length, by the rule of `docs/guides/delays.md`.

    Powers of 3, as few as leave at most a dozen products between any step and the last output;
    none that is as long as the sequence, or that brings no fewer products.

    Args:
        steps: Length of the sequences, 1 or more.

    Raises:
        ValueError: If `steps` is out of its range.

    Example:

    >>> proposed_delays(100)
    (1, 3, 9, 27)
    >>> proposed_delays(300)
    (1, 3, 9, 27, 81)
    """
    delays = (1,)
    products = _check_steps(steps)
    while products > _PRODUCTS:
        more = (*delays, 3 * delays[-1])
        fewer = int(transformations(more, steps).max())
        if more[-1] >= steps or fewer >= products:
            break
        delays, products = more, fewer
    return delays


def _check_steps(steps: int) -> int:
    if not is_integer(steps) or steps < 1:
        raise ValueError(f"`steps` must be an integer from 1 up. Received: steps={steps!r}")
    return int(steps)
