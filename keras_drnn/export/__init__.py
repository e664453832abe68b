"""Models for devices: `.tflite` files that the stock LiteRT runtime runs, checked before use."""

from typing import TYPE_CHECKING

from keras_drnn.lazy import lazy_names

if TYPE_CHECKING:
    from keras_drnn.export.check import ExportError
    from keras_drnn.export.file import ExportOptions
    from keras_drnn.export.litert import export_litert
    from keras_drnn.export.microcontroller import export_microcontroller
    from keras_drnn.export.report import ExportReport
    from keras_drnn.export.streaming_export import export_streaming
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "ExportError": "keras_drnn.export.check",
            "ExportOptions": "keras_drnn.export.file",
            "ExportReport": "keras_drnn.export.report",
            "export_litert": "keras_drnn.export.litert",
            "export_microcontroller": "keras_drnn.export.microcontroller",
            "export_streaming": "keras_drnn.export.streaming_export",
        },
    )

__all__ = [
    "ExportError",
    "ExportOptions",
    "ExportReport",
    "export_litert",
    "export_microcontroller",
    "export_streaming",
]
