"""Clips that are byte-identical copies of each other across a split."""

import numpy as np

from keras_drnn.skeletons.index import ClipIndex
from keras_drnn.skeletons.split import Split
from keras_drnn.skeletons.words import counted


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
        others = len(split.test) - test
        advice = f"report accuracy on the other {others} as well"
        if not others:
            advice = "the accuracy on them says nothing of clips that were not trained on"
        found.append(
            f"{test} of {counted(len(split.test), 'test clip')} byte-identical to a clip of the "
            f"training side: {advice}"
        )
    if validation:
        found.append(
            f"{validation} of {counted(len(split.validation), 'validation clip')} byte-identical "
            "to a training clip: the validation accuracy flatters the model"
        )
    return "; ".join(found) or None


def _copies(index: ClipIndex, clips: np.ndarray, originals: np.ndarray) -> np.ndarray:
    hashes = {index.coordinates[i] for i in originals}
    return np.array([index.coordinates[i] in hashes for i in clips], bool)
