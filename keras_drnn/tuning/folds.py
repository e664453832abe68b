"""Parts of the training side held out in turn, so that the test side chooses nothing."""

from dataclasses import dataclass

import numpy as np

from keras_drnn.experiments.data import Data
from keras_drnn.skeletons.split import Split, split


def fold_splits(data: Data, folds: int) -> list[Split]:
    """Splits of the data that hold out other training subjects each.

    Every subject is held out once: subject `i` of the sorted ones in fold `i mod folds`.

    Args:
        data: The data.
        folds: How many splits. With 1 it is the data's own.

    Raises:
        ValueError: If there are fewer subjects than folds, or a fold would leave a class without
            training clips.
    """
    if folds == 1:
        return [data.split]
    own = data.split
    side = np.concatenate([own.train, own.validation])
    subjects = np.unique(data.clips.index.subject[side])
    if len(subjects) < folds:
        raise ValueError(
            f"`folds` must be at most the number of training subjects, {len(subjects)}. "
            f"Received: folds={folds}"
        )
    return [
        split(
            data.clips.index,
            data.protocol,
            validation_subjects=[int(subject) for subject in subjects[fold::folds]],
            texts=data.data_set.texts,
        )
        for fold in range(folds)
    ]


@dataclass(frozen=True, eq=False)
class Parts:
    """Numbers of the sequences to train on, and of those that are held out.

    Args:
        train: To train on.
        validation: Held out.
    """

    train: np.ndarray
    validation: np.ndarray


def group_folds(groups: np.ndarray, labels: np.ndarray, folds: int) -> list[Parts]:
    """Parts of sequences that are held out in turn, groups as a whole, each once.

    Args:
        groups: The group of every sequence.
        labels: The class of every sequence.
        folds: How many parts.

    Raises:
        ValueError: If there are fewer groups than folds, or a class would have no training
            sequence.
    """
    # In an order of their own: sequences often come class by class.
    kinds = np.random.default_rng(0).permutation(np.unique(groups))
    if len(kinds) < folds:
        raise ValueError(
            f"{folds} parts are held out in turn, so at least as many groups of sequences are "
            f"needed. Received: {len(kinds)} groups"
        )
    parts = []
    for fold in range(folds):
        held_out = np.isin(groups, kinds[fold::folds])
        missing = np.setdiff1d(labels, labels[~held_out])
        if len(missing):
            raise ValueError(
                f"With groups {kinds[fold::folds].tolist()} held out no training sequence is left "
                f"of class {missing[0]}. Give more sequences, other groups or other folds."
            )
        parts.append(Parts(np.flatnonzero(~held_out), np.flatnonzero(held_out)))
    return parts
