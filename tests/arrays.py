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


def call(layer, x, training=None, **how):
    """The outputs of a layer or a model; on JAX it is compiled as a whole."""
    if keras.backend.backend() != "jax":
        return layer(x, training=training, **how)
    if not layer.built:
        layer.build(x.shape)

    variables = layer.variables

    @compiled
    def outputs(values, x, how):
        scope = keras.StatelessScope(zip(variables, values, strict=True))
        with scope:
            found = layer(x, training=training, **how)
        return found, [scope.get_current_value(variable) for variable in variables]

    found, values = outputs([variable.value for variable in variables], x, how)
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
    return found
