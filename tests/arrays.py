"""Between NumPy and the backend's tensors."""

import keras
import numpy as np
from keras import ops


def numpy(value):
    """A tensor of any type as a float64 array; a list of them as a list."""
    if isinstance(value, (list, tuple)):
        return [numpy(v) for v in value]
    return ops.convert_to_numpy(ops.cast(value, "float32" if _short(value) else "float64"))


def _short(value):
    # NumPy has no bfloat16 of its own, and JAX no float64 unless asked for.
    return "float64" not in str(value.dtype)


def phases(steps_taken, delays):
    """The clock after so many steps of each sample, `(batch, groups)`."""
    return np.stack([np.asarray(steps_taken) % delay for delay in delays], axis=1).astype("float32")


def compiled(function):
    """JAX compiles a function as a whole several times faster than its operations one by one."""
    if keras.backend.backend() != "jax":
        return function
    import jax

    return jax.jit(function)


def call(layer, x, **how):
    """The outputs of a layer or a model; on JAX it is compiled as a whole."""
    if keras.backend.backend() != "jax":
        return layer(x, **how)
    if not layer.built:
        layer.build(x.shape)

    @compiled
    def outputs(trainable, others, x, how):
        return layer.stateless_call(trainable, others, x, **how)[0]

    variables = layer.trainable_variables, layer.non_trainable_variables
    return outputs(*([v.value for v in part] for part in variables), x, how)
