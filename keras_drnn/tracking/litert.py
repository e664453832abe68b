"""Logs an exported file to MLflow as a model that needs neither Keras nor TensorFlow."""

from pathlib import Path

import numpy as np

import keras_drnn_runtime
from keras_drnn.export import ExportReport
from keras_drnn.tracking.requirements import requirements_of
from keras_drnn.tracking.store import (
    EXPERIMENT,
    check_store,
    connect,
    find_or_create_experiment,
)
from keras_drnn.tracking.uri import resolve_uri


def log_litert_model(report: ExportReport, name: str) -> str:
    """Log a `.tflite` file as an MLflow model, and register a version of it.

    `mlflow.pyfunc.load_model` loads it with NumPy and the LiteRT runtime alone, and it predicts on
    raw joints, `(clips, frames, bodies, joints, 3)`. The numbers of the report become metrics of a
    run of its own, in the experiment `keras_drnn` whatever the environment says of experiments and
    runs.

    Args:
        report: Of the export of the file.
        name: Name of the registered model.

    Returns:
        The address of the version, `models:/NAME/VERSION`.

    Example:

    >>> mlflow.pyfunc.load_model(log_litert_model(report, "gestures")).predict(joints)
    """
    import mlflow
    from mlflow.models import ModelSignature
    from mlflow.types import Schema, TensorSpec

    model = keras_drnn_runtime.open_model(report.path)
    shape = (-1, *(-1 if size is None else size for size in model.input_shape[1:]))
    example = np.zeros([1 if size < 0 else size for size in shape], "float32")
    scores = model.predict(example[0])
    float32 = np.dtype("float32")
    signature = ModelSignature(
        inputs=Schema([TensorSpec(float32, shape)]),
        outputs=Schema([TensorSpec(float32, (-1, *([-1] * (scores.ndim - 1)), scores.shape[-1]))]),
    )
    runtime = Path(keras_drnn_runtime.__file__).parent
    entries = report.as_dict().items()
    numbers = {key: float(value) for key, value in entries if isinstance(value, (int, float))}
    uri = resolve_uri()
    check_store(uri)
    mlflow.set_tracking_uri(uri)
    mlflow.set_experiment(EXPERIMENT)
    client = connect(uri)
    experiment_id = find_or_create_experiment(client, uri, EXPERIMENT)
    run = client.create_run(experiment_id, run_name=name)
    # By its id: else MLflow would go on with the run that MLFLOW_RUN_ID names, and change it.
    with mlflow.start_run(run.info.run_id):
        mlflow.log_metrics(numbers)
        mlflow.log_params({"form": report.form, "operators": " ".join(report.operators)})
        logged = mlflow.pyfunc.log_model(
            name="model",
            python_model=str(runtime / "pyfunc.py"),
            artifacts={"model": str(report.path)},
            code_paths=[str(runtime)],
            signature=signature,
            input_example=example,
            pip_requirements=requirements_of(("ai_edge_litert", "numpy")),
            registered_model_name=name,
        )
    return f"models:/{name}/{logged.registered_model_version}"
