"""Between NumPy and the backend's tensors."""

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
