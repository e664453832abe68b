"""The delayed RNN (D-RNN) for Keras 3."""

# Registers the feature layers: a model of the comparison loads after `import keras_drnn` alone.
import keras_drnn.skeletons.features  # noqa: F401 - imported for its registrations
from keras_drnn.cell import DelayedRNNCell
from keras_drnn.delays import geometric_delays
from keras_drnn.layer import DelayedRNN
from keras_drnn.schedule import transformations, update_steps
from keras_drnn.version import __version__

__all__ = [
    "DelayedRNN",
    "DelayedRNNCell",
    "__version__",
    "geometric_delays",
    "transformations",
    "update_steps",
]
