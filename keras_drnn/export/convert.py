"""`python -m keras_drnn.export.convert JOB.json`: one conversion.

Runs under TensorFlow in a process of its own: the converter needs that backend, and can crash.
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from keras_drnn import ops
from keras_drnn.export.carrying import carried
from keras_drnn.export.int8 import convert_to_int8
from keras_drnn.export.layout import TYPES
from keras_drnn.export.quantize import set_form, stream_samples
from keras_drnn.export.streaming import StreamingModel
from keras_drnn.export.walk import Walk
from keras_drnn_runtime.names import FRAME, SCORES, STEP


def main(job_file: str) -> None:
    """Convert the model of a job."""
    job = json.loads(Path(job_file).read_text(encoding="utf-8"))
    with carried(job) as model, tempfile.TemporaryDirectory() as folder:
        Path(job["converted"]).write_bytes(_converted(model, job, folder))


def _converted(model: keras.Model, job: dict, folder: str) -> bytes:
    """The content of the file."""
    remembered = None
    if job["streaming"]:
        streaming = StreamingModel(model)
        samples, keys = _save_streaming(streaming, folder, job["due_sets"], _clips(job))
        remembered = streaming.remembered_of_frames
        converter = tf.lite.TFLiteConverter.from_saved_model(folder, signature_keys=keys)
    else:
        samples = _save_sequence(model, folder, job["batch_size"], _clips(job))
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
    set_form(converter, job["form"], samples)
    if job["form"] == "int8" and remembered is not None:
        return convert_to_int8(converter, samples, remembered)
    return converter.convert()


def _clips(job: dict) -> list[np.ndarray]:
    """The representative clips, where the form needs any."""
    if job["clips_file"] is None:
        return []
    with np.load(job["clips_file"]) as arrays:
        return [arrays[name] for name in arrays.files]


def _save_sequence(model, folder: str, batch: int, clips: list[np.ndarray]) -> Iterator:
    # A fixed batch: with a dynamic one the loops need list operators of no stock runtime.
    shape = (batch, *model.input_shape[1:])
    signature = [keras.InputSpec(shape=shape, dtype="float32")]
    model.export(folder, format="tf_saved_model", input_signature=signature, verbose=False)
    return ([np.stack([clip] * batch)] for clip in clips)


def _save_streaming(
    streaming: StreamingModel, folder: str, due_sets: dict, clips: list
) -> tuple[Iterator, list[str]]:
    """Save a signature for any frame, and one for each set of due groups."""
    model, walk = streaming.model, Walk(streaming.model)
    # Constants, because the converter leaves the variables of several signatures as variables.
    weights = [(each, ops.convert_to_numpy(each)) for each in model.variables]
    frame = tf.TensorSpec((1, *streaming.frame_shape), streaming.frame_dtype, FRAME)
    parts = {
        name: tf.TensorSpec((1, place.size), TYPES[place.tensor], name)
        for name, place in streaming.layout.places.items()
    }

    def signature(due):
        # Part by part, for the ranges of int8; `keras_drnn.export.packing` puts them together.
        def compute(frame, **parts):
            constants = [(variable, tf.constant(value)) for variable, value in weights]
            with keras.StatelessScope(state_mapping=constants):
                scores, parts = walk.step(frame, parts, due)
                return {SCORES: scores, **parts}

        return tf.function(compute, autograph=False).get_concrete_function(frame=frame, **parts)

    signatures = {name: signature(due) for name, due in {STEP: None, **due_sets}.items()}
    module = tf.Module()
    # Of the model itself a signature for whole sequences, with its gradients, would be traced too.
    module.layers = model.layers
    tf.saved_model.save(module, folder, signatures=signatures)
    clocks = [(cell.clock, cell.firsts) for cell in streaming.delayed]
    start = {
        name: np.zeros((1, place.size), TYPES[place.tensor])
        for name, place in streaming.layout.places.items()
    }
    return stream_samples(clips, signatures, start, clocks), list(signatures)


if __name__ == "__main__":
    main(*sys.argv[1:])
