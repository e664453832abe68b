"""From a Keras model to a stream for microcontrollers: a `.tflite` file and a C header with it."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from keras_drnn.export.c_header import c_header
from keras_drnn.export.check import ExportError
from keras_drnn.export.conversion import Content, convert
from keras_drnn.export.file import ExportOptions, export_file
from keras_drnn.export.layout import TYPES
from keras_drnn.export.quantize import FORMS
from keras_drnn.export.report import ExportReport
from keras_drnn.export.stream_file import StreamFile
from keras_drnn.export.tflite_micro import MicroStream, smallest_arena
from keras_drnn.system.atomic_writes import write_bytes
from keras_drnn_runtime.names import FRAME

if TYPE_CHECKING:
    import keras


def export_microcontroller(
    model: "keras.Model | str | Path", path: str | Path, **options: Unpack[ExportOptions]
) -> ExportReport:
    """Export a model to a file for TFLite Micro that reads one frame at a time, and check it.

    Beside the `.tflite` file there is a C header of the same name, `.h`, with the model as an
    array, the order and sizes of what it takes and gives, the labels, and the operators and the
    memory that it needs. The file has one graph and nothing else: it takes the frame, the state
    and, where groups have delays, the clock, and gives the scores and the next state and clock.

    With `form="int8"` the network computes in int8. Frames, features, state and scores are
    float32, and clocks int32, in every form.

    Args:
        model: As for `export_streaming`.
        path: Where to write the `.tflite` file.
        options: `ExportOptions`.

    Returns:
        An `ExportReport`, of which times and `arena_bytes` are those of TFLite Micro: the least
        memory that it can do with on this machine.

    Raises:
        ExportError: As for `export_streaming`; and if TFLite Micro is not installed, or cannot run
            the file.

    Example:

    >>> report = export_microcontroller(model, "stream.tflite", form="int8", representative=clips)
    >>> print(report.bytes, report.arena_bytes)
    """
    path = Path(path)
    if path.suffix.lower() != ".tflite":
        # The header stands beside it, under the same name.
        raise ExportError(f"Expected a file that ends in .tflite. Received: path={path}")
    kind: list[_MicroFile] = []

    labels = (options.get("metadata") or {}).get("labels", ())

    def made(model: "keras.Model") -> _MicroFile:
        if labels and len(labels) != model.output_shape[-1]:
            raise ExportError(
                f"Expected a label for each of the {model.output_shape[-1]} scores. "
                f"Received: labels={list(labels)}"
            )
        kind.append(_MicroFile(model))
        return kind[0]

    report = export_file(made, model, path, **options)
    header = c_header(
        path.stem,
        path.read_bytes(),
        kind[0].interface(),
        report=report,
        scores=kind[0].model.output_shape[-1],
        labels=labels,
    )
    write_bytes(path.with_suffix(".h"), header.encode())
    return report


class _MicroFile(StreamFile):
    """A file with one graph; see `StreamFile`."""

    forms = FORMS

    def interface(self) -> dict[str, tuple[int, ...]]:
        """Shapes of what the graph takes, in order; it gives scores, and then the same states."""
        states = {name: (1, width) for name, width in self.streaming.layout.widths.items()}
        return {FRAME: (1, *self.model.input_shape[2:]), **states}

    def write(self, converted: Path, metadata: dict, form: str, representative) -> Content:
        job = {"streaming": True, "due_sets": {}, "bare": True}
        layout = self.streaming.layout
        return convert(self.model, converted, metadata, form, representative, job, layout)

    def open(self, converted: Path) -> MicroStream:
        states = [(shape, TYPES[name]) for name, shape in self.interface().items() if name in TYPES]
        return MicroStream(converted, states)

    def costs(self, converted: Path) -> dict[str, Any]:
        return {"arena_bytes": smallest_arena(converted), **super().costs(converted)}
