"""From a trained model, on disk or in MLflow, to a file for a device."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from keras_drnn.data_sets.tables.row_clip import Reading
from keras_drnn.experiments.data import Data
from keras_drnn.experiments.sources import find_model
from keras_drnn.experiments.stream_check import stream_check
from keras_drnn.export import (
    ExportReport,
    export_litert,
    export_microcontroller,
    export_streaming,
)

REPRESENTATIVE_CLIPS = 100
CHECKED_CLIPS = 8


def export(
    source: str,
    path: Path,
    *,
    streaming: bool,
    microcontroller: bool = False,
    batch_size: int = 1,
    form: str = "float32",
    skipping: bool = True,
    accuracy_loss: float = 0.02,
    data: Data | None = None,
) -> ExportReport:
    """Export a trained model with everything that is known of it.

    Args:
        source: A `.keras` file, or an MLflow address, `runs:/...` or `models:/...`, of a model.
        path: Where to write the file; its ending says which kind of stream it is.
        streaming: Whether the file reads one frame at a time, or whole clips.
        microcontroller: Whether it is a stream for TFLite Micro, with a C header beside it; it
            takes frames in which nothing is missing.
        batch_size: How many clips a file of whole clips reads at once.
        form: The number format, one of `keras_drnn.export.quantize.FORMS`.
        skipping: Whether a streaming file can skip groups that are not due.
        accuracy_loss: Largest loss of sequence accuracy that is accepted.
        data: Clips to compare the file with Keras on, to measure its accuracy with, of a stream
            also left running, and for int8 the range of its values. Where nothing is known of how
            a stream's scores become events, that is chosen on them.

    Raises:
        ValueError: If there is no such model, or it cannot be exported, or the clips are of
            classes that it does not know.
    """
    if (streaming or microcontroller) and batch_size != 1:
        raise ValueError(
            "Expected no batch for a file that reads one frame at a time: it runs as many streams "
            f"as states are kept for it. Received: batch_size={batch_size}"
        )
    with tempfile.TemporaryDirectory() as scratch:
        keras_file, metadata = find_model(source, scratch)
        settings: dict[str, Any] = {
            "form": form,
            "accuracy_loss": accuracy_loss,
            "metadata": metadata,
        }
        if data is not None:
            settings |= _clips(data, metadata.get("labels"))
        if microcontroller:
            return export_microcontroller(keras_file, path, **settings)
        if not streaming:
            return export_litert(keras_file, path, batch_size=batch_size, **settings)
        model: Any = keras_file
        as_taken = None
        # A `.keras` file of one step is for Keras to run, and says nothing of itself.
        check = None
        if data is not None and path.suffix.lower() != ".keras":
            numbers = _numbers(data, metadata.get("labels"))
            check = stream_check(keras_file, data, metadata, numbers)
        if check is not None:
            metadata["decision"] = asdict(check.decision)
        # Int8 has no NaN, by which a recording says what is missing.
        if metadata.get("reading") and form != "int8":
            model, settings, as_taken = _of_recorded(keras_file, settings)
        report = export_streaming(model, path, skipping=skipping, **settings)
        if check is None:
            return report
        return replace(report, **check.report(path, as_taken))


def _of_recorded(
    keras_file: Path, settings: dict[str, Any]
) -> tuple[Any, dict[str, Any], Callable[[np.ndarray], np.ndarray]]:
    """The model and its settings for frames as they were recorded, and what makes such frames."""
    from keras_drnn.experiments import recorded_frames as recorded

    reading = Reading.of_json(settings["metadata"]["reading"])
    model = recorded.takes_recorded(keras_file, reading)
    checked = settings.get("check_inputs")
    changes = {
        "metadata": settings["metadata"] | recorded.recorded_metadata(reading),
        "check_inputs": recorded.random_clips(model, reading)
        if checked is None
        else [
            recorded.with_gaps(recorded.as_recorded(clip, reading), number)
            for number, clip in enumerate(checked)
        ],
    }
    if "validation" in settings:
        changes["validation"] = [
            (recorded.as_recorded(clip, reading), label) for clip, label in settings["validation"]
        ]
    return model, settings | changes, lambda frames: recorded.as_recorded(frames, reading)


def _clips(data: Data, names: Sequence[str] | None) -> dict[str, Any]:
    """The clips to export with, classes numbered as the model names them, if it does."""
    parts, numbers = data.split, _numbers(data, names)
    # Where no subjects are set aside for validation, the test clips have to do.
    judged = parts.validation if len(parts.validation) else parts.test

    def joints(chosen) -> list[np.ndarray]:
        return [data.clips[int(index)].joints for index in chosen]

    labels = numbers[parts.labels[judged]].tolist()
    return {
        "check_inputs": joints(judged[:: -(-len(judged) // CHECKED_CLIPS)]),
        "representative": joints(parts.train[:: -(-len(parts.train) // REPRESENTATIVE_CLIPS)]),
        "validation": list(zip(joints(judged), labels, strict=True)),
    }


def _numbers(data: Data, names: Sequence[str] | None) -> np.ndarray:
    """The model's number of each class of the data."""
    parts = data.split
    names = list(parts.class_names if names is None else names)
    unknown = [name for name in parts.class_names if name not in names]
    if unknown:
        raise ValueError(
            f"Expected clips of the classes that the model knows, {', '.join(names)}. Received: "
            f"{data.name} with {', '.join(unknown)}. Give the data that the model was trained on, "
            "with the same options"
        )
    return np.array([names.index(name) for name in parts.class_names])
