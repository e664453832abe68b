"""From a Keras model to a `.tflite` file, converted in a process of its own and compared."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from keras_drnn.export.operators import foreign_operators
from keras_drnn_runtime import LiteRTModel

if TYPE_CHECKING:
    import keras

_LATENCY_RUNS = 20
_LOST_BATCH = (
    "A layer loses track of the batch size, which a recurrent layer needs: reshape to "
    "`(ops.shape(x)[0], ops.shape(x)[1], ...)` in place of `(-1, ops.shape(x)[1], ...)`. "
)


class ExportError(ValueError):
    """A model could not be converted, or the file does not do what the model does."""


@dataclass(frozen=True)
class ExportReport:
    """What an export came to.

    Args:
        path: The file.
        bytes: Its size.
        operators: Names of the operators in it, sorted.
        largest_difference: Largest absolute difference between its outputs and Keras'.
        top1_agreement: Share of frames at which both rank the same class first.
        latency_milliseconds: Median time for the middle one of the clips that were checked,
            one thread.
    """

    path: Path
    bytes: int
    operators: tuple[str, ...]
    largest_difference: float
    top1_agreement: float
    latency_milliseconds: float


def export_litert(
    model: "keras.Model | str | Path",
    path: str | Path,
    *,
    check_inputs: Sequence[np.ndarray] | None = None,
    tolerance: float = 1e-4,
) -> ExportReport:
    """Export a model that reads one sequence to LiteRT (TFLite), and check the file.

    The file reads one clip (batch 1) of any number of frames, in float32, and uses built-in
    operators only, so that the stock runtime of a phone runs it. TensorFlow converts, in a process
    of its own; the model may have been trained on any backend.

    Args:
        model: A Keras model with one input, `(batch, frames, ...)`, and one output; or the path of
            its `.keras` file.
        path: Where to write the `.tflite` file.
        check_inputs: Clips, `(frames, ...)`, on which the file is compared with Keras. Random ones
            of 1, 30 and 100 frames by default, with a lost frame (all zero) in the longer ones.
        tolerance: Largest difference that is accepted, as a share of the largest output where that
            is above 1: float32 itself rounds logits of several tens by about 1e-5.

    Returns:
        An `ExportReport`.

    Raises:
        ExportError: If the model cannot be converted, the file needs operators that the stock
            runtime lacks, or its outputs differ from Keras' by more than `tolerance`. Nothing is
            left at `path` then.

    Example:

    >>> report = export_litert(model, "model.tflite")
    >>> report.largest_difference < 1e-4
    True
    """
    path = Path(path)
    # Said before the conversion, which takes many seconds.
    if not path.parent.is_dir():
        raise ExportError(f"Expected a folder that exists to write to. Received: path={path}")
    if check_inputs is not None and not len(check_inputs):
        raise ExportError("Expected at least one clip to check the file on. Received: none")
    model = _loaded(model)
    _check_form(model)
    with tempfile.TemporaryDirectory() as scratch:
        keras_file = Path(scratch) / "model.keras"
        model.save(keras_file)
        converted = Path(scratch) / "model.tflite"
        _convert(keras_file, converted, _layer_modules(model))
        content = converted.read_bytes()
        operators = _checked_operators(content)
        if check_inputs is None:
            check_inputs = _random_clips(model.input_shape)
        difference, largest, agreement, milliseconds = _compare(model, converted, check_inputs)
    # `not <=` so that NaN is refused too.
    accepted = tolerance * max(1.0, largest)
    if not difference <= accepted:
        raise ExportError(
            f"The exported model differs from Keras by up to {difference:.2g}, more than "
            f"{accepted:.2g}. Please report the model; a larger `tolerance` accepts the file."
        )
    _write_whole(path, content)
    return ExportReport(path, len(content), operators, difference, agreement, milliseconds)


def _write_whole(path: Path, content: bytes) -> None:
    """Write a file so that nobody ever finds half of it."""
    unfinished = path.with_name(f".{os.getpid()}-{path.name}")
    unfinished.write_bytes(content)
    unfinished.replace(path)


def _loaded(model) -> "keras.Model":
    import keras

    if not isinstance(model, (str, Path)):
        return model
    return keras.saving.load_model(model, compile=False)


def _check_form(model) -> None:
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
    homeless = [layer for layer in model._flatten_layers() if type(layer).__module__ == "__main__"]
    if homeless:
        raise ExportError(
            "The converting process imports the model's layers, and cannot import what a script "
            "or a notebook defines. Move these classes to a module. Received: "
            f"{', '.join(sorted({type(layer).__name__ for layer in homeless}))}"
        )


def _layer_modules(model) -> list[str]:
    """Modules that define the model's layers: the converting process must import them too."""
    modules = {type(layer).__module__ for layer in model._flatten_layers()}
    return sorted(name for name in modules if not name.startswith("keras."))


def _convert(keras_file: Path, converted: Path, modules: list[str], **job) -> None:
    # What this process can import, the converting process must be able to import.
    environment = os.environ | {
        "KERAS_BACKEND": "tensorflow",
        "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
        "CUDA_VISIBLE_DEVICES": "-1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    job = {"streaming": False, **job, "modules": modules}
    job |= {"keras_file": str(keras_file), "converted": str(converted)}
    job_file = converted.with_name("job.json")
    job_file.write_text(json.dumps(job), encoding="utf-8")
    command = [sys.executable, "-m", "keras_drnn.export.convert", job_file]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode or not converted.exists():
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        advice = _LOST_BATCH if "requires element_shape to be static" in done.stderr else ""
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


def _random_clips(input_shape) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    lengths = (1, 30, 100) if input_shape[1] is None else (input_shape[1],) * 3
    clips = [rng.normal(size=(n, *input_shape[2:])).astype("float32") for n in lengths]
    for clip in clips[1:]:
        clip[len(clip) // 3] = 0  # a lost frame: masks must be right too
    return clips


def _compare(
    model, converted: Path, clips: Sequence[np.ndarray]
) -> tuple[float, float, float, float]:
    """Largest difference, largest output, top-1 agreement and milliseconds for a clip."""
    import keras

    lite = LiteRTModel(converted)
    differences, sizes, agreements = [], [], []
    for clip in clips:
        ours = keras.ops.convert_to_numpy(model.predict_on_batch(clip[None]))[0]
        theirs = lite.predict(clip)
        differences.append(np.max(np.abs(ours - theirs)))
        sizes.append(np.max(np.abs(ours)))
        agreements.append(np.mean(ours.argmax(-1) == theirs.argmax(-1)))
    times = []
    for _ in range(_LATENCY_RUNS):
        begin = time.perf_counter()
        lite.predict(clips[len(clips) // 2])
        times.append(time.perf_counter() - begin)
    return (
        float(np.max(differences)),
        float(np.max(sizes)),
        float(np.mean(agreements)),
        1e3 * float(np.median(times)),
    )
