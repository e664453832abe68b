"""Which models can be exported."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from keras_drnn import ops
from keras_drnn.export.check import ExportError
from keras_drnn.keras_file import read_keras_file

if TYPE_CHECKING:
    import keras

    from keras_drnn.export.graph import Call

_EXACT = ("float32", "int32", "int64", "bool", "string")


def loaded(model: "keras.Model | str | Path") -> "keras.Model":
    """A model, from its file if that is what was given, of a kind that can be exported."""
    if isinstance(model, (str, Path)):
        model = model_of_file(model)
    if not model.built or not hasattr(model, "inputs"):
        raise ExportError(
            "Expected a Sequential or Functional model with an `Input`: another one does not know "
            f"the shape it reads. Received: model={model}"
        )
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise ExportError(
            "Expected a model with one input and one output. Received: "
            f"{len(model.inputs)} inputs and {len(model.outputs)} outputs"
        )
    unfit = [w.path for w in model.weights if not _finite(w)]
    if unfit:
        raise ExportError(
            "Expected weights that are finite numbers; training has diverged. Received: NaN or "
            f"infinity in {', '.join(unfit)}"
        )
    return model


def model_of_file(path: str | Path) -> "keras.Model":
    """The model in a `.keras` file.

    Raises:
        ExportError: If Keras cannot read the file, or a class or function of it is not known in
            this process.
    """
    try:
        return read_keras_file(path)
    except ValueError as error:
        raise ExportError(str(error)) from error


def _finite(weight) -> bool:
    # NumPy has no test for the numbers of a short float type.
    return bool(np.isfinite(ops.convert_to_numpy(ops.cast(weight, "float32"))).all())


def obstacle(call: "Call") -> str | None:
    """Why a layer can be exported to no kind of file, or `None`."""
    import keras

    layer = call.operation
    policy = getattr(layer, "dtype_policy", None)
    if isinstance(policy, keras.dtype_policies.QuantizedDTypePolicy):
        return f"it is quantized ({policy.name}); export the model as it was, with form='dynamic'"
    if getattr(layer, "compute_dtype", "float32") not in _EXACT:
        return f"it computes in {layer.compute_dtype}; build it with dtype='float32'"
    if getattr(layer, "stateful", False):
        return (
            "it goes on from the batch before (stateful=True); build it without, the state of a "
            "stream is kept outside of the model"
        )
    return None


def check_whole_clips(model: "keras.Model") -> None:
    """Raise an error if a layer cannot be exported to a file of whole clips."""
    from keras_drnn.export.graph import calls

    for call in calls(model):
        reason = obstacle(call)
        if reason:
            raise ExportError(
                "Expected a model of float32 layers without a state of their own. Received: layer "
                f"{described(call.operation)}: {reason}"
            )


def described(operation) -> str:
    """Name and type of a layer, for messages."""
    return f"'{operation.name}' ({type(operation).__name__})"
