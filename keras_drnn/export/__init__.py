"""Models for devices: `.tflite` files that the stock LiteRT runtime runs, checked before use."""

from keras_drnn.export.litert import ExportError, ExportReport, export_litert
from keras_drnn.export.streaming_litert import StreamingReport, export_streaming

__all__ = ["ExportError", "ExportReport", "StreamingReport", "export_litert", "export_streaming"]
