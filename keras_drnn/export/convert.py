"""`python -m keras_drnn.export.convert MODEL.keras MODEL.tflite [MODULE ...]`.

Runs under TensorFlow in a process of its own: the converter needs that backend, and can crash.
"""

import importlib
import sys
import tempfile


def main(keras_file: str, converted: str, *modules: str) -> None:
    """Convert a `.keras` file, after importing the modules that define its layers."""
    import keras
    import tensorflow as tf

    for module in ("keras_drnn", *modules):
        importlib.import_module(module)
    model = keras.saving.load_model(keras_file, compile=False)
    # A fixed batch: with a dynamic one the loops need list operators of no stock runtime.
    shape = (1, *model.input_shape[1:])
    signature = [keras.InputSpec(shape=shape, dtype="float32")]
    with tempfile.TemporaryDirectory() as folder:
        model.export(folder, format="tf_saved_model", input_signature=signature, verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        content = converter.convert()
    with open(converted, "wb") as file:
        file.write(content)


if __name__ == "__main__":
    main(*sys.argv[1:])
