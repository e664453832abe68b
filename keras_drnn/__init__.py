"""The delayed RNN (D-RNN) for Keras 3.

`__all__` here and in the packages and modules that it names is what is public. Everything is
imported when it is first used: `import keras_drnn` is quick, and reading skeletons needs no Keras.
"""

from typing import TYPE_CHECKING

from keras_drnn.lazy import lazy_names
from keras_drnn.registration import register_lazily
from keras_drnn.version import __version__

if TYPE_CHECKING:
    from keras_drnn import (
        animation,
        data_sets,
        experiments,
        export,
        influence,
        recording_formats,
        report,
        skeletons,
        tuning,
    )
    from keras_drnn.causal import CausalLayer
    from keras_drnn.cell import DelayedRNNCell
    from keras_drnn.classifier.estimator import DelayedRNNClassifier
    from keras_drnn.delays import geometric_delays
    from keras_drnn.export.bounds import score_bound
    from keras_drnn.export.streaming import streaming_model
    from keras_drnn.layer import DelayedRNN
    from keras_drnn.limit import Limit
    from keras_drnn.schedule import transformations, update_steps
    from keras_drnn.schedule_picture import draw_schedule
    from keras_drnn.spectral_norm import SpectralNorm
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "CausalLayer": "keras_drnn.causal",
            "DelayedRNN": "keras_drnn.layer",
            "DelayedRNNCell": "keras_drnn.cell",
            "DelayedRNNClassifier": "keras_drnn.classifier.estimator",
            "Limit": "keras_drnn.limit",
            "SpectralNorm": "keras_drnn.spectral_norm",
            "animation": None,
            "data_sets": None,
            "draw_schedule": "keras_drnn.schedule_picture",
            "experiments": None,
            "export": None,
            "geometric_delays": "keras_drnn.delays",
            "influence": None,
            "recording_formats": None,
            "report": None,
            "score_bound": "keras_drnn.export.bounds",
            "skeletons": None,
            "streaming_model": "keras_drnn.export.streaming",
            "transformations": "keras_drnn.schedule",
            "tuning": None,
            "update_steps": "keras_drnn.schedule",
        },
    )

__all__ = [
    "CausalLayer",
    "DelayedRNN",
    "DelayedRNNCell",
    "DelayedRNNClassifier",
    "Limit",
    "SpectralNorm",
    "__version__",
    "animation",
    "data_sets",
    "draw_schedule",
    "experiments",
    "export",
    "geometric_delays",
    "influence",
    "recording_formats",
    "report",
    "score_bound",
    "skeletons",
    "streaming_model",
    "transformations",
    "tuning",
    "update_steps",
]

register_lazily()
