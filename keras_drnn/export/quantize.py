"""Number formats of the weights and of the arithmetic; runs in the converting process."""

from collections.abc import Iterable, Iterator

import numpy as np

from keras_drnn_runtime.names import FRAME, STEP, step_name

#: float32; weights in float16; weights in int8; weights and arithmetic in int8.
FORMS = ("float32", "float16", "dynamic", "int8")


def set_form(converter, form: str, samples: Iterable) -> None:
    """Tell TensorFlow's converter how to write numbers.

    Args:
        converter: A `tf.lite.TFLiteConverter`.
        form: One of `FORMS`. What a file takes and gives stays float32 in all of them.
        samples: For int8: what the converter measures the ranges of all tensors with, as
            `(signature, {input: array})`.
    """
    import tensorflow as tf

    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    if form != "float32":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if form == "float16":
        converter.target_spec.supported_types = [tf.float16]
    if form == "int8":
        # Clocks and comparisons of whole numbers have no int8 form, and stay as they are.
        converter.target_spec.supported_ops.append(tf.lite.OpsSet.TFLITE_BUILTINS_INT8)
        converter.representative_dataset = lambda: iter(samples)


def stream_samples(
    clips: Iterable[np.ndarray], steps: dict, start: dict, clocks: list
) -> Iterator[tuple[str, dict]]:
    """Every frame of the clips with the state before it, for each signature that may run then.

    Args:
        clips: `(frames, ...)` each.
        steps: Functions by the names of their signatures.
        start: The state before the first frame.
        clocks: `(name, first updates)` of each clock.
    """
    import tensorflow as tf

    for clip in clips:
        state = start
        for frame in clip:
            inputs = {FRAME: frame[None], **state}
            yield STEP, inputs
            name = step_name(inputs[name][0] == first for name, first in clocks)
            if name in steps and clocks:
                yield name, inputs
            outputs = steps[STEP](**{part: tf.constant(value) for part, value in inputs.items()})
            state = {part: value.numpy() for part, value in outputs.items() if part in start}
