"""How long a model takes once it is exported."""

from pathlib import Path

import keras
import numpy as np


def export_latency(model: keras.Model, sequence: np.ndarray, scratch: Path) -> float:
    """Export a model, trained or not, and time it: that does not depend on its weights.

    Args:
        model: The model.
        sequence: What to run it on, without a batch axis.
        scratch: A folder for files, which are removed.

    Returns:
        Milliseconds for the sequence.
    """
    from keras_drnn.export import export_litert

    path = scratch / "untrained.keras"
    model.save(path)
    try:
        return export_litert(
            path, path.with_suffix(".tflite"), check_inputs=[sequence], tolerance=1e-3
        ).latency_milliseconds
    finally:
        path.unlink()
        path.with_suffix(".tflite").unlink(missing_ok=True)
