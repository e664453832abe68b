"""From a Keras model to a `.tflite` file, converted in a process of its own and compared."""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from keras_drnn.export.check import ExportError, accept, accuracies, compare
from keras_drnn.export.costs import arena_bytes, delays_of, multiply_adds
from keras_drnn.export.finishing import finished
from keras_drnn.export.operators import foreign_operators
from keras_drnn.export.quantize import FORMS
from keras_drnn.export.report import ExportReport, latencies
from keras_drnn.version import __version__
from keras_drnn_runtime import LiteRTModel

if TYPE_CHECKING:
    import keras

_LATENCY_RUNS = 20
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


def export_litert(
    model: "keras.Model | str | Path",
    path: str | Path,
    *,
    batch_size: int = 1,
    check_inputs: Sequence[np.ndarray] | None = None,
    tolerance: float = 1e-4,
    form: str = "float32",
    representative: Sequence[np.ndarray] | None = None,
    validation: Sequence[tuple[np.ndarray, int]] | None = None,
    accuracy_loss: float = 0.02,
    metadata: dict | None = None,
) -> ExportReport:
    """Export a model that reads sequences to LiteRT (TFLite), and check the file.

    The file reads a clip, or a fixed number of them, of any number of frames, in float32, and uses
    built-in operators only, so that the stock runtime of a phone runs it. TensorFlow converts, in a
    process of its own; the model may have been trained on any backend.

    Args:
        model: A Keras model with one input, `(batch, frames, ...)`, and one output; or the path of
            its `.keras` file.
        path: Where to write the `.tflite` file.
        batch_size: How many clips of one length the file reads at once.
        check_inputs: Clips, `(frames, ...)`, on which the file is compared with Keras, each in
            every place of the batch. Random ones of 1, 30 and 100 frames by default, with a lost
            frame (all zero) in the longer ones.
        tolerance: Largest difference that is accepted in float32, as a share of the largest output
            where that is above 1: float32 itself rounds logits of several tens by about 1e-5.
        form: `"float32"`; `"float16"` or `"dynamic"`: weights in float16 or int8; `"int8"`: the
            arithmetic as well, which the converter cannot do to a recurrent layer's loop.
        representative: Clips of the training set; `"int8"` needs them.
        validation: Clips with the numbers of their classes, for the accuracy before and after.
        accuracy_loss: Largest loss of sequence accuracy on `validation` that is accepted.
        metadata: What the file shall say about itself, as JSON can hold it; see
            `keras_drnn_runtime.read_metadata`.

    Returns:
        An `ExportReport`.

    Raises:
        ExportError: If the model cannot be converted, the file needs operators that the stock
            runtime lacks, its outputs differ from Keras' by more than `tolerance`, or it loses more
            accuracy than `accuracy_loss`. Nothing is left at `path` then.

    Example:

    >>> report = export_litert(model, "model.tflite")
    >>> report.largest_difference < 1e-4
    True
    """
    path = Path(path)
    _check_arguments(path, check_inputs, form, representative)
    if batch_size < 1:
        raise ExportError(f"Expected at least one clip at once. Received: batch_size={batch_size}")
    model = _loaded(model)
    _check_form(model)
    with tempfile.TemporaryDirectory() as scratch:
        converted = Path(scratch) / "model.tflite"
        about = {**(metadata or {}), "version": __version__, "form": form}
        about |= {"streaming": False, "batch_size": batch_size, "delays": delays_of(model)}
        job = {"streaming": False, "batch_size": batch_size}
        operators = _converted(model, converted, about, form, representative, **job)
        clips = _random_clips(model.input_shape) if check_inputs is None else check_inputs
        lite = LiteRTModel(converted)
        comparison = compare(model, partial(_in_every_place, lite), clips)
        accept(comparison, form, tolerance)
        middle = np.asarray(clips[len(clips) // 2], "float32")
        full = np.stack([middle] * batch_size)
        lite.predict_batch(full)
        report = ExportReport(
            path=path,
            form=form,
            bytes=converted.stat().st_size,
            operators=operators,
            signatures=("serving_default",),
            largest_difference=comparison.difference,
            largest_output=comparison.largest,
            top1_agreement=comparison.agreement,
            checked_frames=sum(map(len, clips)),
            **latencies(lite.predict_batch, [full] * _LATENCY_RUNS),
            arena_bytes=arena_bytes(converted, full),
            **multiply_adds(model, skipping=True),
            **accuracies(model, lite.predict, validation, accuracy_loss),
            batch_size=batch_size,
        )
        _write_whole(path, converted.read_bytes())
    return report


def _in_every_place(lite: LiteRTModel, clip: np.ndarray) -> np.ndarray:
    """Scores of a clip at each place of the batch, `(batch, ...)`, while others are beside it."""
    even = (np.arange(lite.batch_size) % 2 == 0).reshape(-1, *[1] * np.ndim(clip))
    other = clip[::-1]
    runs = [lite.predict_batch(np.where(chosen, clip, other)) for chosen in (even, ~even)]
    return np.stack([runs[place % 2][place] for place in range(lite.batch_size)])


def _check_arguments(path, check_inputs, form, representative) -> None:
    """Said before the conversion, which takes many seconds."""
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
    if form == "int8" and not representative:
        raise ExportError(
            "Expected training clips as `representative`, to measure the range of all values with; "
            'form="dynamic" needs none. Received: none'
        )


def _converted(model, converted: Path, about: dict, form, representative, **job) -> tuple[str, ...]:
    """Write the finished file; the names of its operators."""
    keras_file = converted.with_name("model.keras")
    model.save(keras_file)
    clips_file = None
    if form == "int8":
        clips_file = str(converted.with_name("clips.npz"))
        np.savez(clips_file, *[np.asarray(clip, "float32") for clip in representative])
    _convert(keras_file, converted, _layer_modules(model), form=form, clips_file=clips_file, **job)
    content = finished(converted.read_bytes(), about)
    converted.write_bytes(content)
    return _checked_operators(content)


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


def _convert(keras_file: Path, converted: Path, modules: list[str], **job) -> None:
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
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
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


def _random_clips(input_shape) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    lengths = (1, 30, 100) if input_shape[1] is None else (input_shape[1],) * 3
    clips = [rng.normal(size=(n, *input_shape[2:])).astype("float32") for n in lengths]
    for clip in clips[1:]:
        clip[len(clip) // 3] = 0  # a lost frame: masks must be right too
    return clips
