"""Clips that are byte-identical copies of each other across a split."""

import numpy as np

from keras_drnn.skeletons.index import ClipIndex
from keras_drnn.skeletons.split import Split


def clean_test(index: ClipIndex, split: Split) -> np.ndarray:
    """Which test clips are not copies of a clip of the training side.

    The validation clips belong to the training side: a model is chosen by them.

    Args:
        index: The index of the store.
        split: A split of it.

    Returns:
        `(test clips,)` bool, in the order of `split.test`.
    """
    return ~_copies(index, split.test, np.concatenate([split.train, split.validation]))


def copies_warning(index: ClipIndex, split: Split) -> str | None:
    """A warning for a split that has copies of a clip on two sides, or `None`.

    Args:
        index: The index of the store.
        split: A split of it.
    """
    test = int((~clean_test(index, split)).sum())
    validation = int(_copies(index, split.validation, split.train).sum())
    found = []
    if test:
        found.append(
            f"{test} of the {len(split.test)} test clips are byte-identical to a clip of the "
            f"training side: report accuracy on the other {len(split.test) - test} as well"
        )
    if validation:
        found.append(
            f"{validation} of the {len(split.validation)} validation clips are byte-identical to "
            "a training clip: the validation accuracy flatters the model"
        )
    return "; ".join(found) or None


def _copies(index: ClipIndex, clips: np.ndarray, originals: np.ndarray) -> np.ndarray:
    known = {index.coordinates[i] for i in originals}
    return np.array([index.coordinates[i] in known for i in clips], bool)
