"""What MLflow imports to load a logged model for `mlflow.pyfunc` and `mlflow models serve`.

`mlflow.keras`, which it imports by itself, knows neither this package's layers nor which backend
was installed for the model.
"""

import importlib.util
import os


def _load_pyfunc(path: str):
    """Load a model; MLflow calls it by this name.

    Args:
        path: The folder of the logged model.
    """
    from mlflow.models import Model

    backend = Model.load(path).flavors["keras"]["keras_backend"]
    if importlib.util.find_spec(backend) is not None:
        os.environ.setdefault("KERAS_BACKEND", backend)
    from mlflow import keras

    return keras._load_pyfunc(path)
