"""From a trained model, on disk or in MLflow, to a file for a device."""

import json
import tempfile
from pathlib import Path

import numpy as np

from keras_drnn.experiments.data import Data
from keras_drnn.export import ExportReport, export_litert, export_streaming

REPRESENTATIVE_CLIPS = 100
CHECKED_CLIPS = 8
FRAME_RATE = 30  # of both Kinects, and of the demo


def export(
    source: str,
    path: Path,
    *,
    streaming: bool,
    form: str = "float32",
    skipping: bool = True,
    accuracy_loss: float = 0.02,
    data: Data | None = None,
) -> ExportReport:
    """Export a trained model with everything that is known of it.

    Args:
        source: A `.keras` file, or an MLflow address, `runs:/...` or `models:/...`, of a model.
        path: Where to write the `.tflite` file.
        streaming: Whether the file reads one frame at a time, or whole clips.
        form: The number format, one of `keras_drnn.export.quantize.FORMS`.
        skipping: Whether a streaming file can skip groups that are not due.
        accuracy_loss: Largest loss of sequence accuracy that is accepted.
        data: Clips to compare the file with Keras on, to measure its accuracy with, and for int8
            the range of its values.

    Raises:
        ValueError: If there is no such model, or it cannot be exported.
    """
    settings = {"form": form, "accuracy_loss": accuracy_loss}
    if data is not None:
        settings |= _clips(data)
    with tempfile.TemporaryDirectory() as scratch:
        keras_file = _keras_file(source, scratch)
        settings["metadata"] = about_model(keras_file, source)
        if streaming:
            return export_streaming(keras_file, path, skipping=skipping, **settings)
        return export_litert(keras_file, path, **settings)


def _keras_file(source: str, scratch: str) -> Path:
    if not source.startswith(("runs:/", "models:/")):
        if not Path(source).is_file() or Path(source).suffix != ".keras":
            raise ValueError(
                "Expected a .keras file, or a model in MLflow like runs:/RUN/NAME or "
                f"models:/NAME/VERSION. Received: {source}"
            )
        return Path(source)
    from mlflow.artifacts import download_artifacts

    from keras_drnn.tracking.uri import resolve_uri

    folder = download_artifacts(source, dst_path=scratch, tracking_uri=resolve_uri())
    found = sorted(Path(folder).rglob("*.keras"))
    if not found:
        raise ValueError(f"Expected a Keras model. Received: {source}, without a .keras file")
    return found[0]


def about_model(keras_file: Path, source: str) -> dict:
    """What the run's folder tells of the model, for the file's metadata.

    Args:
        keras_file: The model; `classes.json` may lie beside it.
        source: Where the model came from.
    """
    about: dict = {"source": source}
    classes = keras_file.with_name("classes.json")
    if classes.is_file():
        known = json.loads(classes.read_text(encoding="utf-8"))
        about |= {
            "labels": known["classes"],
            "joints": known["joints"],
            "bodies": known["bodies"],
            "data": known["data"],
            "units": "metres in the camera's frame, y up; an absent body and a lost frame are zero",
            "frame_rate": FRAME_RATE,
        }
    return about


def _clips(data: Data) -> dict:
    parts = data.split
    # Where no subjects are set aside for validation, the test clips have to do.
    judged = parts.validation if len(parts.validation) else parts.test

    def joints(chosen) -> list[np.ndarray]:
        return [data.clips[int(index)].joints for index in chosen]

    return {
        "check_inputs": joints(judged[:: -(-len(judged) // CHECKED_CLIPS)]),
        "representative": joints(parts.train[:: -(-len(parts.train) // REPRESENTATIVE_CLIPS)]),
        "validation": list(zip(joints(judged), parts.labels[judged].tolist(), strict=True)),
    }
