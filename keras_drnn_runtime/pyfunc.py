"""An exported file as an MLflow model: `mlflow` runs this script when it loads one.

It takes raw joints, `(clips, frames, bodies, joints, 3)`, and gives `(clips, frames, classes)`.
"""

import numpy as np
from mlflow.models import set_model
from mlflow.pyfunc.model import PythonModel

from keras_drnn_runtime import LiteRTModel, open_model


class LiteRTPythonModel(PythonModel):
    """Runs the `.tflite` file among the model's artifacts."""

    def load_context(self, context):
        self._model = open_model(context.artifacts["model"])

    def predict(self, context, model_input: np.ndarray, params=None) -> np.ndarray:
        if isinstance(self._model, LiteRTModel):
            return self._model.predict_batch(model_input)
        return np.stack([self._model.predict(clip) for clip in model_input])


set_model(LiteRTPythonModel())
