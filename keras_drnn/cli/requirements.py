"""Which extra brings a library that a command needs and that is not installed."""

import importlib.util
import os

# By the name that is imported; the extras are those of pyproject.toml.
EXTRAS = {
    "typer": "compare",
    "rich": "compare",
    "filelock": "compare",
    "matplotlib": "compare",
    "mlflow": "compare",
    "pandas": "compare",
    "pyarrow": "compare",
    "jinja2": "animation",
    "PIL": "animation",
    "imageio_ffmpeg": "animation",
    "keras_tuner": "tune",
    "grpc": "tune",
    "six": "tune",
    "sklearn": "tune",
    "tensorflow": "export",
    "ai_edge_litert": "export",
    "tflite_micro": "microcontroller",
    "onnxscript": "onnx",
    "onnxruntime": "onnx",
    "openvino": "openvino",
    "jax": "jax",
    "torch": "torch",
}


class MissingLibraryError(ValueError):
    """A command needs libraries that are not installed."""


def require(*libraries: str) -> None:
    """Find out what is missing before the work begins, not when hours of it are done.

    Args:
        libraries: Names that are imported, keys of `EXTRAS`.

    Raises:
        MissingLibraryError: If one is not installed; it says what to install.
    """
    missing = [name for name in libraries if not _installed(name)]
    if missing:
        raise MissingLibraryError(_text(missing))


def require_keras() -> None:
    """Like `require`, for the backend of Keras: the user's choice, or the command's."""
    backend = os.environ.get("KERAS_BACKEND", "")
    if backend in EXTRAS:
        require(backend)


def advice(error: ModuleNotFoundError) -> str | None:
    """What to install, if an import failed for want of a library that an extra brings."""
    name = (error.name or "").partition(".")[0]
    return _text([name]) if name in EXTRAS else None


def _text(missing: list[str]) -> str:
    extras = ",".join(dict.fromkeys(EXTRAS[name] for name in missing))
    others = " (or another backend: torch, tensorflow)" if missing == ["jax"] else ""
    return (
        f"This needs {' and '.join(missing)}, not installed here. Install with: "
        f"pip install 'keras-drnn[{extras}]'{others}. Every job: pip install 'keras-drnn[all]'"
    )


def _installed(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):  # somebody has forbidden it
        return False
