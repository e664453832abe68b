"""The delayed RNN (D-RNN) for Keras 3."""

from keras_drnn.cell import DelayedRNNCell
from keras_drnn.delays import geometric_delays
from keras_drnn.layer import DelayedRNN

__version__ = "0.1.0"
__all__ = ["DelayedRNN", "DelayedRNNCell", "geometric_delays"]
