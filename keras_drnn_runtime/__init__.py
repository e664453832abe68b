"""Runs exported models with NumPy and the LiteRT runtime alone: no Keras, no TensorFlow."""

from keras_drnn_runtime.metadata import read_metadata
from keras_drnn_runtime.sequence import LiteRTModel
from keras_drnn_runtime.streaming import Stream, StreamingClassifier

__all__ = ["LiteRTModel", "Stream", "StreamingClassifier", "read_metadata"]
