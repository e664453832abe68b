"""Training subjects held out in turn, so that the test side chooses nothing."""

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
        )
        for fold in range(folds)
    ]
