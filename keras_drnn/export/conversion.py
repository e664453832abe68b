"""What both kinds of export share: the conversion in a process of its own, and what goes before."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from keras_drnn.export.check import ExportError
from keras_drnn.export.finishing import finished
from keras_drnn.export.operators import foreign_operators
from keras_drnn.export.quantize import FORMS

if TYPE_CHECKING:
    import keras

_LOST_BATCH = (
    "A layer loses track of the batch size, which a recurrent layer needs: reshape to "
    "`(ops.shape(x)[0], ops.shape(x)[1], ...)` in place of `(-1, ops.shape(x)[1], ...)`. "
)
# What the converter says of an operator that it has no equivalent for, and where it comes from.
_FOREIGN = re.compile(
    r"fused\[\"\w+:\", \"([^\"@]+)[^\n]*error: 'tf\.(\w+)' op is neither a custom op"
)
_LOOP_IN_INT8 = (
    "The converter crashed, as it does for the loop of a recurrent layer in int8: use "
    'form="dynamic", or `export_streaming`, which has no loop. '
)


def check_request(path: Path, check_inputs, form: str, representative) -> None:
    """Refuse what is wrong before the conversion, which takes many seconds."""
    if not path.parent.is_dir():
        raise ExportError(f"Expected a folder that exists to write to. Received: path={path}")
    if not os.access(path.parent, os.W_OK):
        raise ExportError(f"Expected a folder that may be written to. Received: path={path}")
    if path.is_dir():
        raise ExportError(f"Expected the name of a file to write. Received: the folder {path}")
    if check_inputs is not None and not len(check_inputs):
        raise ExportError("Expected at least one clip to check the file on. Received: none")
    if form not in FORMS:
        raise ExportError(f"`form` must be one of {', '.join(FORMS)}. Received: form={form!r}")
    if form == "int8" and (representative is None or not len(representative)):
        raise ExportError(
            "Expected training clips as `representative`, to measure the range of all values with; "
            'form="dynamic" needs none. Received: none'
        )


def convert(
    model, converted: Path, about: dict, form: str, representative, **job
) -> tuple[str, ...]:
    """Write the finished file, not yet compared with Keras.

    Args:
        model: From `loaded`.
        converted: The file; its folder is used for more.
        about: Its metadata.
        form: One of `FORMS`.
        representative: Clips to measure ranges on, for int8.
        job: What else `keras_drnn.export.convert` needs to know.

    Returns:
        The names of its operators.
    """
    keras_file = converted.with_name("model.keras")
    model.save(keras_file)
    clips_file = None
    if form == "int8":
        clips_file = str(converted.with_name("clips.npz"))
        np.savez(clips_file, *[np.asarray(clip, "float32") for clip in representative])
    _run(keras_file, converted, _layer_modules(model), form=form, clips_file=clips_file, **job)
    content = finished(converted.read_bytes(), about)
    converted.write_bytes(content)
    return _checked_operators(content)


def loaded(model: "keras.Model | str | Path") -> "keras.Model":
    """A model, from its file if that is what was given, of a kind that can be exported."""
    import keras

    if isinstance(model, (str, Path)):
        model = keras.saving.load_model(model, compile=False)
    _check_model(model)
    return model


def _check_model(model) -> None:
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
    unfit = [w.path for w in model.weights if not np.isfinite(_numbers(w)).all()]
    if unfit:
        raise ExportError(
            "Expected weights that are finite numbers; training has diverged. Received: NaN or "
            f"infinity in {', '.join(unfit)}"
        )
    homeless = [layer for layer in model._flatten_layers() if type(layer).__module__ == "__main__"]
    if homeless:
        raise ExportError(
            "The converting process imports the model's layers, and cannot import what a script "
            "or a notebook defines. Move these classes to a module. Received: "
            f"{', '.join(sorted({type(layer).__name__ for layer in homeless}))}"
        )


def _numbers(weight) -> np.ndarray:
    import keras

    # NumPy has no test for the numbers of a short float type.
    return keras.ops.convert_to_numpy(keras.ops.cast(weight, "float32"))


def _layer_modules(model) -> list[str]:
    """Modules that define the model's layers: the converting process must import them too."""
    modules = {type(layer).__module__ for layer in model._flatten_layers()}
    return sorted(name for name in modules if not name.startswith("keras."))


def _run(keras_file: Path, converted: Path, modules: list[str], **job) -> None:
    # What this process can import, the converting process must be able to import.
    environment = os.environ | {
        "KERAS_BACKEND": "tensorflow",
        "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
        "CUDA_VISIBLE_DEVICES": "-1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    job |= {"modules": modules, "keras_file": str(keras_file), "converted": str(converted)}
    job_file = converted.with_name("job.json")
    job_file.write_text(json.dumps(job), encoding="utf-8")
    command = [sys.executable, "-m", "keras_drnn.export.convert", job_file]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, errors="replace", check=False
    )
    foreign = _FOREIGN.findall(done.stderr)
    if foreign:
        raise ExportError(
            "The model needs operators that the stock runtime does not have: "
            + ", ".join(f"{name}, in {place}" for place, name in dict.fromkeys(foreign))
        )
    if done.returncode or not converted.exists():
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        advice = _LOST_BATCH if "requires element_shape to be static" in done.stderr else ""
        if done.returncode < 0 and job["form"] == "int8":
            advice = _LOOP_IN_INT8
        raise ExportError(
            f"The conversion to LiteRT failed (exit status {done.returncode}). {advice}Its last "
            "words:\n" + "\n".join(lines[-5:])
        )


def _checked_operators(content: bytes) -> tuple[str, ...]:
    operators, foreign = foreign_operators(content)
    if foreign:
        raise ExportError(
            "The exported model needs operators that the stock runtime does not have: "
            f"{', '.join(foreign)}. A layer of the model has no equivalent in built-in operators."
        )
    return operators
