"""Sequences of one's own, and short searches on them."""

import numpy as np

from keras_drnn.tuning.settings import SearchSettings
from keras_drnn.tuning.space import Space

SPACE = Space(
    groups=(1, 2),
    bases=(2.0,),
    units=(6, 9),
    growths=(1.0,),
    first_steps=(0,),
    head_units=(0,),
    dropout=(0.0, 0.0),
    learning_rate=(0.02, 0.02),
)
SETTINGS = SearchSettings(
    oracle="random", trials=2, folds=2, seeds=1, steps=20, batch_size=8, space=SPACE
)
VALUES = {"groups": 2, "base": 2.0, "growth": 1.0, "units": 9}


def sequences(count, seed=0):
    """The class is the sign of the mean of the first feature."""
    rng = np.random.default_rng(seed)
    y = np.arange(count) % 2
    x = rng.normal(0, 0.3, (count, 8, 3)).astype("float32")
    x[..., 0] += np.where(y, 1.0, -1.0)[:, None]
    return x, y


X, Y = sequences(40)
TEST = sequences(12, seed=1)
