"""How much each step of a sequence moves each output of a model."""

import keras
import numpy as np

from keras_drnn import ops

__all__ = ["input_influence"]

# Copies of the sequence that go through the model at once: one per output that is asked about.
_AT_ONCE = 512


def input_influence(model, x) -> np.ndarray:
    """Measure how much each input step moves each output step.

    The Jacobian of the outputs by the inputs, as one number for each pair of steps: the Frobenius
    norm of `d output(t) / d input(s)`. Where the layer forgets, it falls to 0 as `s` moves away
    from `t`. The model infers (no dropout); its time is the time of as many backward passes as the
    outputs have numbers, many at once.

    Args:
        model: A built model or layer that maps `(batch, timesteps, ...)` to `(batch, timesteps,
            channels)`, or to `(batch, channels)`, on which samples do not touch each other.
        x: One sequence, `(timesteps, ...)`.

    Returns:
        Array of shape `(output steps, input steps)`; one output step for a model that returns the
        last alone.

    Raises:
        ValueError: If `x` is no finite sequence, or the backend has no gradients.

    Example:

    >>> layer = DelayedRNN(50, return_sequences=True)
    >>> layer.build((None, None, 75))
    >>> input_influence(layer, np.random.random((60, 75))).shape
    (60, 60)
    """
    x = np.asarray(x, "float32")
    if x.ndim < 2 or not len(x) or not np.isfinite(x).all():
        raise ValueError(
            "`x` must be one sequence of finite numbers, of shape (timesteps, ...), without a "
            f"batch axis. Received: x of shape {x.shape}"
        )
    outputs = ops.convert_to_numpy(model(x[None], training=False))[0]
    steps = outputs.shape[0] if outputs.ndim > 1 else 1
    squares = np.zeros((steps, len(x)))

    def total(sequences, weights):
        outputs = ops.reshape(model(sequences, training=False), weights.shape)
        return ops.sum(ops.cast(outputs, "float32") * weights)

    gradient = _gradient(total)
    # The same number of copies every time: another number would be compiled anew.
    count = min(outputs.size, _AT_ONCE)
    copies = ops.convert_to_tensor(np.broadcast_to(x, (count, *x.shape)))
    for begin in range(0, outputs.size, count):
        weights = np.eye(count, outputs.size, begin, dtype="float32")
        rows = ops.convert_to_numpy(gradient(copies, ops.convert_to_tensor(weights)))
        numbers = np.arange(begin, min(begin + count, outputs.size))
        per_step = np.square(rows.reshape(count, len(x), -1).astype("float64")).sum(axis=-1)
        np.add.at(squares, numbers // (outputs.size // steps), per_step[: len(numbers)])
    return np.sqrt(squares)


def _gradient(function):
    """The gradient of a function of two tensors by the first of them, as a function."""
    backend = keras.backend.backend()
    if backend == "jax":
        import jax

        def of_jax(at, weights):
            # Random layers move their seeds even at inference: here that must stay inside.
            with keras.StatelessScope():
                return function(at, weights)

        return jax.jit(jax.grad(of_jax))
    if backend == "tensorflow":
        import tensorflow as tf

        def of_tensorflow(at, weights):
            with tf.GradientTape() as tape:
                tape.watch(at)
                value = function(at, weights)
            return tape.gradient(value, at, unconnected_gradients=tf.UnconnectedGradients.ZERO)

        return of_tensorflow
    if backend == "torch":
        import torch

        def of_torch(at, weights):
            at = at.clone().requires_grad_()
            return torch.autograd.grad(function(at, weights), at, materialize_grads=True)[0]

        return of_torch
    raise ValueError(
        "Gradients need the jax, tensorflow or torch backend; set KERAS_BACKEND. "
        f"Received: backend={backend}"
    )
