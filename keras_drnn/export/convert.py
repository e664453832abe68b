"""`python -m keras_drnn.export.convert JOB.json`: one conversion.

Runs under TensorFlow in a process of its own: the converter needs that backend, and can crash.
"""

import importlib
import json
import sys
import tempfile
from pathlib import Path

import keras
import tensorflow as tf

from keras_drnn.export.streaming import StreamingModel


def main(job_file: str) -> None:
    """Convert a `.keras` file, after importing the modules that define its layers."""
    job = json.loads(Path(job_file).read_text(encoding="utf-8"))
    for module in ("keras_drnn", *job["modules"]):
        importlib.import_module(module)
    model = keras.saving.load_model(job["keras_file"], compile=False)
    with tempfile.TemporaryDirectory() as folder:
        if job["streaming"]:
            keys = _save_streaming(model, folder, job["due_sets"])
            converter = tf.lite.TFLiteConverter.from_saved_model(folder, signature_keys=keys)
        else:
            _save_sequence(model, folder)
            converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        Path(job["converted"]).write_bytes(converter.convert())


def _save_sequence(model, folder: str) -> None:
    # A fixed batch: with a dynamic one the loops need list operators of no stock runtime.
    shape = (1, *model.input_shape[1:])
    signature = [keras.InputSpec(shape=shape, dtype="float32")]
    model.export(folder, format="tf_saved_model", input_signature=signature, verbose=False)


def _save_streaming(model, folder: str, due_sets: dict) -> list[str]:
    """Save a signature per set of due groups, one for any, and one for the start."""
    streaming = StreamingModel(model)
    state = {
        name: tf.TensorSpec(shape, dtype, name=name)
        for name, (shape, dtype) in streaming.state_spec.items()
    }
    frame = tf.TensorSpec((1, *streaming.frame_shape), streaming.frame_dtype, name="frame")
    # Constants, because the converter leaves the variables of several signatures as variables.
    weights = [(each, keras.ops.convert_to_numpy(each)) for each in model.variables]

    def step(due):
        def compute(frame, **state):
            constants = [(variable, tf.constant(value)) for variable, value in weights]
            with keras.StatelessScope(state_mapping=constants):
                scores, state = streaming.step(frame, state, due)
            return {"scores": scores, **state}

        return tf.function(compute, autograph=False).get_concrete_function(frame=frame, **state)

    def start():
        return {name: tf.zeros(spec.shape, spec.dtype) for name, spec in state.items()}

    signatures = {"step": step(None), "initial_state": tf.function(start).get_concrete_function()}
    signatures |= {name: step(due) for name, due in due_sets.items()}
    module = tf.Module()
    module.model = model
    tf.saved_model.save(module, folder, signatures=signatures)
    return list(signatures)


if __name__ == "__main__":
    main(*sys.argv[1:])
