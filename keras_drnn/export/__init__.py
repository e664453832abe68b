"""Models for devices: `.tflite` files that the stock LiteRT runtime runs, checked before use."""

from keras_drnn.export.check import ExportError
from keras_drnn.export.litert import export_litert
from keras_drnn.export.report import ExportReport
from keras_drnn.export.streaming_litert import export_streaming

__all__ = ["ExportError", "ExportReport", "export_litert", "export_streaming"]
