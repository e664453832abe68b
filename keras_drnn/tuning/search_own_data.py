"""The whole search on data of your own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_drnn.delays import is_integer
from keras_drnn.tuning.arrays import ArraySequences
from keras_drnn.tuning.explore import explore_here
from keras_drnn.tuning.one_search import Search
from keras_drnn.tuning.own_build import Build
from keras_drnn.tuning.own_objective import OwnObjective
from keras_drnn.tuning.own_worker import with_own_workers
from keras_drnn.tuning.progress import SearchProgress
from keras_drnn.tuning.py_datasets import DatasetSequences
from keras_drnn.tuning.roles import role
from keras_drnn.tuning.run_search import run_search
from keras_drnn.tuning.sequences import Sequences
from keras_drnn.tuning.settings import SearchSettings


def search(
    folder: str | Path,
    x: np.ndarray | keras.utils.PyDataset,
    y: np.ndarray | None = None,
    *,
    test: tuple[np.ndarray, np.ndarray] | keras.utils.PyDataset,
    validation: keras.utils.PyDataset | None = None,
    build: Build | None = None,
    settings: SearchSettings | None = None,
    groups: np.ndarray | None = None,
    workers: int = 1,
    tracking_uri: str | None = None,
    on_progress: Callable[[SearchProgress], object] = lambda progress: None,
) -> dict[str, Any]:
    """Search for the delays that suit sequences of your own, as `drnn tune` does for skeletons.

    Every trial is judged by training sequences that were held out; only the winner meets the test
    side. Called again with the same arguments it goes on where it was interrupted, and with more
    `trials` it goes on from there.

    Args:
        folder: Where everything is kept: one folder for each search.
        x: The training sequences, `(sequences, steps, features)`; or a dataset of batches `(x, y)`
            of them, which may differ in steps. A dataset is trained on batch by batch, and
            `validation` and `test` are datasets then, too. It must give the same batch for the same
            number whenever it is asked; the order of the batches is the search's own, and the
            dataset's `on_epoch_end` and `workers` are not used.
        y: The class of each sequence of an array, a whole number from 0 up.
        test: Sequences and classes of the test side.
        validation: With datasets: what is held out.
        build: Your own model in place of ours. It is given a dictionary with what the trial
            chooses, `units` and `delays` (both a tuple, a number for each group), `first_step`,
            `activation`, `head_units`, `dropout` and `learning_rate`, and returns a compiled
            `keras.Model` that gives one score per class for each sequence.
        settings: What is searched. `steps` are 1000 and `batch_size` 32 where they are `None`;
            there are no presets, and no cell but the D-RNN. With datasets `folds` is 1, and
            `batch_size` is theirs.
        groups: For each training sequence of an array whom or what it comes from; sequences of one
            group are held out together. By default every sequence is a group of its own.
        workers: Processes on this machine that run trials. To several, `build` and datasets are
            sent as pickles, with the code of what a program or a notebook defines.
        tracking_uri: An MLflow tracking address, `None` for none.
        on_progress: Called as trials end.

    Returns:
        The content of `outcome.json`: every trial, the best, the front, and the winner.

    Raises:
        ValueError: If data or settings are not as described, `build` gives another model, workers
            cannot be sent what they need, or the folder is that of another search.
        SearchFailedError: If no trial finished, or too many in a row failed.

    Example:

    >>> outcome = search(  # doctest: +SKIP
    ...     "my-search", x, y, test=(x_test, y_test), settings=SearchSettings(trials=20)
    ... )
    """
    if role() is not None:
        raise ValueError(
            "A search on data of your own has no workers but its own. Unset the variables "
            f"KERASTUNER_*. Received: the environment of a {role()}"
        )
    if not is_integer(workers) or workers < 1:
        raise ValueError(f"`workers` must be a whole number from 1 up. Received: {workers!r}")
    if tracking_uri is not None:
        from keras_drnn.tracking import check_store

        check_store(tracking_uri)
    if settings is None:
        settings = SearchSettings(folds=1) if _is_dataset(x) else SearchSettings()
    data = _sequences(x, y, test, validation, groups, settings)
    objective = OwnObjective(data, settings, build)
    return run_search(
        Search(Path(folder), settings, objective),
        tracking_uri,
        on_progress=on_progress,
        explore=explore_here if workers == 1 else with_own_workers(workers, objective),
    )


def _is_dataset(x: Any) -> bool:
    return isinstance(x, keras.utils.PyDataset)


def _sequences(
    x: Any, y: Any, test: Any, validation: Any, groups: Any, settings: SearchSettings
) -> Sequences:
    if _is_dataset(x):
        extra = {"y": y, "groups": groups, "batch_size": settings.batch_size}
        given = [name for name, value in extra.items() if value is not None]
        if given:
            raise ValueError(
                "A search on datasets takes classes and size of a batch from them, and has no "
                f"groups. Received: a dataset and {', '.join(given)}"
            )
        return DatasetSequences(x, validation, test, folds=settings.folds)
    if y is None or validation is not None or _is_dataset(test):
        raise ValueError(
            "Expected arrays `x`, `y` and `test=(x, y)`, or three keras.utils.PyDataset, the "
            f"training one, `validation` and `test`. Received: x={_kind(x)}, y={_kind(y)}, "
            f"validation={_kind(validation)}, test={_kind(test)}"
        )
    return ArraySequences(
        x, y, test=test, folds=settings.folds, batch_size=settings.batch_size, groups=groups
    )


def _kind(value: Any) -> str:
    return type(value).__name__
