"""Sends a `.keras` file to MLflow as a model that `mlflow.keras.load_model` reads."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import keras
import numpy as np

from keras_drnn.keras_file import read_keras_file
from keras_drnn.tracking.mirrored_run import MirroredRun
from keras_drnn.tracking.requirements import requirements_of
from keras_drnn.tracking.wheel import write_wheel

if TYPE_CHECKING:
    from mlflow.models import ModelSignature

#: Under this name a model's metadata in MLflow say what its scores and joints mean.
CLASSES = "keras_drnn"
#: The folder of a logged model that has the wheel of this package.
WHEELS = "wheels"


def log_keras_model(run: MirroredRun, path: Path) -> None:
    """Attach a saved Keras model to a run as an MLflow model with a signature.

    What it takes to load it is in its `requirements.txt`, and this package beside it as a wheel.
    What `classes.json` beside the file knows goes with it, as the model's metadata.

    These are the steps of `mlflow.keras.log_model`, with a client of our own in place of MLflow's
    global state, and with the model's id kept in the run's progress: cut off in the middle, the
    next call fills the same MLflow model.

    Args:
        run: The run, begun.
        path: The `.keras` file.
    """
    from mlflow.entities import LoggedModelOutput, LoggedModelStatus
    from mlflow.keras import save_model
    from mlflow.models import Model

    model = read_keras_file(path)
    client, progress = run.client, run.progress
    if progress.model_id is None:
        # A process killed right after it had created the model left no note of it.
        of_this_run = f"source_run_id = '{run.run_id}'"
        models = client.search_logged_models([run.experiment_id], of_this_run) or [
            client.create_logged_model(
                run.experiment_id, name=run.folder.name, source_run_id=run.run_id
            )
        ]
        progress.model_id = models[0].model_id
        run.save()
    logged = client.get_logged_model(progress.model_id)
    described = Model(
        artifact_path=logged.artifact_location,
        run_id=run.run_id,
        model_uuid=logged.model_id,
        model_id=logged.model_id,
        metadata=_classes(path),
    )
    with tempfile.TemporaryDirectory() as folder:
        wheel = write_wheel(Path(folder))
        local = Path(folder, "model")
        save_model(
            model,
            str(local),
            mlflow_model=described,
            signature=signature_of(model),
            pip_requirements=[
                *requirements_of(("keras", "numpy", keras.backend.backend())),
                f"./{WHEELS}/{wheel.name}",
            ],
        )
        described.flavors["python_function"]["loader_module"] = "keras_drnn.tracking.loader"
        described.save(str(local / "MLmodel"))
        (local / WHEELS).mkdir()
        wheel.rename(local / WHEELS / wheel.name)
        client.log_model_artifacts(logged.model_id, str(local))
    client.finalize_logged_model(logged.model_id, LoggedModelStatus.READY)
    outputs = client.get_run(run.run_id).outputs
    noted = [output.model_id for output in outputs.model_outputs or ()] if outputs else []
    if logged.model_id not in noted:
        client.log_outputs(
            run.run_id, [LoggedModelOutput(logged.model_id, step=progress.last_step)]
        )


def _classes(path: Path) -> dict | None:
    classes = path.with_name("classes.json")
    if not classes.is_file():
        return None
    return {CLASSES: json.loads(classes.read_text(encoding="utf-8"))}


def signature_of(model: keras.Model) -> ModelSignature:
    """The shapes and dtypes that a model takes and gives, with -1 for each free dimension.

    Args:
        model: A built Keras model.
    """
    from mlflow.models import ModelSignature
    from mlflow.types import Schema, TensorSpec

    def schema(tensors: list) -> Schema:
        # A single tensor stays without a name, so that `predict` takes a bare array.
        names = [tensor.name for tensor in tensors] if len(tensors) > 1 else [None]
        return Schema(
            [
                TensorSpec(
                    np.dtype(keras.backend.standardize_dtype(tensor.dtype)),
                    tuple(-1 if size is None else size for size in tensor.shape),
                    name=name,
                )
                for tensor, name in zip(tensors, names, strict=True)
            ]
        )

    return ModelSignature(inputs=schema(model.inputs), outputs=schema(model.outputs))
