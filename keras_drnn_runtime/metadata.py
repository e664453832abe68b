"""What an exported file says about itself, in the metadata buffer that the format has for it."""

import json
from pathlib import Path
from typing import Any

NAME = "keras_drnn"


def read_metadata(path: str | Path) -> dict:
    """Read what an exported model says about itself.

    Args:
        path: A `.tflite` file, or a stream in an `.onnx` or `.xml` file.

    Returns:
        A dictionary; empty if the file was not written by this package.

    Raises:
        ValueError: If there is no such file, or it is no LiteRT model.

    Example:

    >>> read_metadata("model.tflite")["labels"][:2]
    ['drink water', 'eat meal']
    """
    from keras_drnn_runtime.other_runtimes import is_other, open_step

    if is_other(path):
        return open_step(path).metadata
    from ai_edge_litert import schema_py_generated as schema

    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise ValueError(f"Expected a LiteRT model. Received: {path} ({error})") from error
    if not schema.Model.ModelBufferHasIdentifier(content, 0):
        raise ValueError(f"Expected a LiteRT model. Received: {path}, of another format")
    try:
        return _found(schema.Model.GetRootAs(content))
    # What is cut off or damaged leads anywhere.
    except Exception as error:
        raise ValueError(
            f"Expected a LiteRT model. Received: {path}, which is cut off or damaged ({error})"
        ) from error


def _found(model: Any) -> dict:
    for index in range(model.MetadataLength()):
        entry = model.Metadata(index)
        if entry.Name() == NAME.encode():
            return json.loads(model.Buffers(entry.Buffer()).DataAsNumpy().tobytes())
    return {}
