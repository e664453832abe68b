"""Search for delays: hyperparameters of the D-RNN, tried out with keras-tuner.

keras-tuner is imported where it is used, so that the search space and the outcome of a search can
be read without it.
"""

from typing import TYPE_CHECKING

from keras_drnn.lazy import lazy_names

if TYPE_CHECKING:
    from keras_drnn.tuning.hypermodel import DelayedRNNHyperModel
    from keras_drnn.tuning.limits import Limits
    from keras_drnn.tuning.search_own_data import search
    from keras_drnn.tuning.settings import SearchSettings
    from keras_drnn.tuning.space import Space
    from keras_drnn.tuning.values import delays_of
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "DelayedRNNHyperModel": "keras_drnn.tuning.hypermodel",
            "Limits": "keras_drnn.tuning.limits",
            "SearchSettings": "keras_drnn.tuning.settings",
            "Space": "keras_drnn.tuning.space",
            "delays_of": "keras_drnn.tuning.values",
            "search": "keras_drnn.tuning.search_own_data",
        },
    )

__all__ = [
    "DelayedRNNHyperModel",
    "Limits",
    "SearchSettings",
    "Space",
    "delays_of",
    "search",
]
