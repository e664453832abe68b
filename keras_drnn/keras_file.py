"""Reads `.keras` files, and says of one that cannot be read what to do."""

import os
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras

# What Keras says of what it does not find when it reads a file.
_UNKNOWN = re.compile(r"(?:Could not locate \w+ '|Cannot deserialize object of type `)([^'`]+)")


def read_keras_file(path: str | Path) -> "keras.Model":
    """The model in a `.keras` file, without its loss and its optimizer.

    These are for training, and may be of classes that whoever reads the model does not have.

    Args:
        path: The file.

    Raises:
        ValueError: If Keras cannot read the file, if it is not of a model, or if a class or
            function of it is not known in this process.
    """
    import keras

    try:
        model = keras.saving.load_model(path, compile=False)
    except MemoryError:
        raise
    except Exception as error:  # of a damaged file: whatever its archive, JSON or HDF5 raise
        unknown = _UNKNOWN.search(str(error)) if isinstance(error, TypeError) else None
        if unknown is None:
            raise ValueError(
                "Expected a .keras file that Keras can read. Received: "
                f"{path}{_reason(Path(path), error)}"
            ) from error
        raise ValueError(
            "Expected a file of which every class and function is known where it is read: register "
            "it with `keras.saving.register_keras_serializable` and import its module, or, where "
            "it is defined in a script or a notebook, use the model there in place of its file. "
            f"Received: {path} with {unknown[1]}"
        ) from error
    if not isinstance(model, keras.Model):
        raise ValueError(
            f"Expected the file of a model. Received: {path}, of a {type(model).__name__}"
        )
    return model


def _reason(path: Path, error: Exception) -> str:
    """Why a file cannot be read: of one that is there and no archive Keras says "not found" too."""
    readable = path.suffix == ".keras" and path.is_file() and os.access(path, os.R_OK)
    if readable and not zipfile.is_zipfile(path):
        return ", which is empty, cut off or no archive at all"
    return f": {error}"
