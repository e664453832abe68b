"""The whole search on arrays of your own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from keras_drnn.tuning.arrays import ArrayObjective
from keras_drnn.tuning.one_search import Search
from keras_drnn.tuning.progress import SearchProgress
from keras_drnn.tuning.roles import role
from keras_drnn.tuning.run_search import run_search
from keras_drnn.tuning.settings import SearchSettings


def search(
    folder: str | Path,
    x: np.ndarray,
    y: np.ndarray,
    *,
    test: tuple[np.ndarray, np.ndarray],
    settings: SearchSettings | None = None,
    groups: np.ndarray | None = None,
    tracking_uri: str | None = None,
    on_progress: Callable[[SearchProgress], object] = lambda progress: None,
) -> dict[str, Any]:
    """Search for the delays that suit sequences of your own, as `drnn tune` does for skeletons.

    Every trial is judged by training sequences that were held out; only the winner meets the test
    side. Called again with the same arguments it goes on where it was interrupted, and with more
    `trials` it goes on from there.

    Args:
        folder: Where everything is kept: one folder for each search.
        x: The training sequences, `(sequences, steps, features)`.
        y: The class of each, a whole number from 0 up.
        test: Sequences and classes of the test side.
        settings: What is searched. `steps` are 1000 and `batch_size` 32 where they are `None`;
            there are no presets, and no cell but the D-RNN.
        groups: For each training sequence whom or what it comes from; sequences of one group are
            held out together. By default every sequence is a group of its own.
        tracking_uri: An MLflow tracking address, `None` for none.
        on_progress: Called as trials end.

    Returns:
        The content of `outcome.json`: every trial, the best, the front, and the winner.

    Raises:
        ValueError: If arrays or settings are not as described, or the folder is that of another
            search.
        SearchFailedError: If no trial finished, or too many in a row failed.

    Example:

    >>> outcome = search(  # doctest: +SKIP
    ...     "my-search", x, y, test=(x_test, y_test), settings=SearchSettings(trials=20)
    ... )
    """
    if role() is not None:
        raise ValueError(
            "A search on arrays runs in one process. Unset the variables KERASTUNER_*. "
            f"Received: the environment of a {role()}"
        )
    if tracking_uri is not None:
        from keras_drnn.tracking import check_store

        check_store(tracking_uri)
    settings = settings or SearchSettings()
    objective = ArrayObjective(x, y, settings, test=test, groups=groups)
    return run_search(
        Search(Path(folder), settings, objective), tracking_uri, on_progress=on_progress
    )
