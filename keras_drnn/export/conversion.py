"""What both kinds of export share: the conversion in a process of its own, and what goes before."""

import json
import os
import re
import subprocess
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from keras_drnn.export.carrying import carry
from keras_drnn.export.check import ExportError
from keras_drnn.export.finishing import finished
from keras_drnn.export.operators import foreign_operators, has_int8_weights, least_runtime
from keras_drnn.export.quantize import FORMS

if TYPE_CHECKING:
    import keras

    from keras_drnn.export.layout import Layout

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


@dataclass(frozen=True)
class Content:
    """What is in a converted file.

    Args:
        operators: Names of its operators.
        least_runtime: The least version of the runtime that has all of them.
    """

    operators: tuple[str, ...]
    least_runtime: str


def convert(
    model: "keras.Model",
    converted: Path,
    metadata: dict,
    form: str,
    representative,
    job: dict,
    layout: "Layout | None",
) -> Content:
    """Write the finished file, not yet compared with Keras.

    Args:
        model: From `loaded`.
        converted: The file; its folder is used for more.
        metadata: What it says about itself.
        form: One of `FORMS`.
        representative: Clips to measure ranges on, for int8.
        job: What else `keras_drnn.export.convert` needs to know; and `bare`, for a file with one
            graph and nothing else.
        layout: Where the parts of a stream's state are in the tensors that a caller carries.
    """
    clips_file = None
    if form == "int8":
        clips_file = str(converted.with_name("clips.npz"))
        np.savez(clips_file, *[np.asarray(clip, "float32") for clip in representative])
    _run(model, converted, {**job, "form": form, "clips_file": clips_file})
    bare = job.get("bare", False)
    content = finished(converted.read_bytes(), metadata, layout, bare=bare)
    converted.write_bytes(content)
    if form == "dynamic" and not has_int8_weights(content):
        warnings.warn(
            'form="dynamic" has changed nothing: the converter leaves weights of fewer than 1024 '
            "numbers in float32, and this model has no others.",
            stacklevel=5,  # of the export that was called
        )
    return Content(_checked_operators(content), least_runtime(content))


def _run(model: "keras.Model", converted: Path, job: dict) -> None:
    """Convert in another process, which TensorFlow's converter may crash."""
    status, errors = have_converted(model, converted, job)
    foreign = _FOREIGN.findall(errors)
    if foreign:
        raise ExportError(
            "The model needs operators that the stock runtime does not have: "
            + ", ".join(f"{name}, in {place}" for place, name in dict.fromkeys(foreign))
        )
    if status or not converted.exists():
        advice = _LOST_BATCH if "requires element_shape to be static" in errors else ""
        if status < 0 and job["form"] == "int8":
            advice = _LOOP_IN_INT8
        raise ExportError(
            f"The conversion to LiteRT failed (exit status {status}). {advice}Its last "
            "words:\n" + last_words(errors)
        )


def have_converted(model: "keras.Model", converted: Path, job: dict, *how: str) -> tuple[int, str]:
    """Have another process convert a model, and return its exit status and what it says of errors.

    Args:
        model: The model.
        converted: Where the process writes; what it is given lies in the same folder.
        job: What else it needs to know.
        how: As `start_process` takes it, behind the file of the job.
    """
    job_file = converted.with_name("job.json")
    content = {**job, **carry(model, converted.parent), "converted": str(converted)}
    job_file.write_text(json.dumps(content), encoding="utf-8")
    return start_process(job_file, *how)


def last_words(errors: str) -> str:
    """The end of what a process has said of errors."""
    # Not fewer lines: Keras ends with the arguments of a call, and the cause stands before them.
    return "\n".join([line for line in errors.splitlines() if line.strip()][-12:])


def start_process(
    job_file: Path, module: str = "keras_drnn.export.convert", backend: str = "tensorflow"
) -> tuple[int, str]:
    """Run a process that converts, and return its exit status and what it says of errors."""
    command = [sys.executable, "-m", module, str(job_file)]
    done = subprocess.run(
        command,
        env=environment(backend),
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    return done.returncode, done.stderr


def environment(backend: str = "tensorflow") -> dict[str, str]:
    """The environment of a process that converts: what this process can import, it can too."""
    return os.environ | {
        "KERAS_BACKEND": backend,
        "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
        "CUDA_VISIBLE_DEVICES": "-1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }


def _checked_operators(content: bytes) -> tuple[str, ...]:
    operators, foreign = foreign_operators(content)
    if foreign:
        raise ExportError(
            "The exported model needs operators that the stock runtime does not have: "
            f"{', '.join(foreign)}. A layer of the model has no equivalent in built-in operators."
        )
    return operators
