"""Models for devices: `.tflite` files that the stock LiteRT runtime runs, checked before use."""

from keras_drnn.export.litert import ExportError, ExportReport, export_litert

__all__ = ["ExportError", "ExportReport", "export_litert"]
