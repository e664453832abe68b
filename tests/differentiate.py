"""Gradients of a layer on each backend, and of a NumPy function by differences."""

import keras
import numpy as np
from keras import ops


def gradients(layer, x, state, mask, weigh):
    """Gradients of `weigh(layer's outputs)` by each trainable weight, then by x and by each state.

    Args:
        layer: A built layer.
        x, state, mask: Arrays it is called with: its input, a list of initial states, a mask or
            `None`.
        weigh: Function from the list of outputs to a scalar tensor.
    """
    mask = None if mask is None else ops.convert_to_tensor(mask)
    arrays = [ops.convert_to_tensor(a) for a in (x, *state)]
    backend = keras.backend.backend()
    if backend == "jax":
        import jax

        def loss(weights, arrays):
            outputs, _ = layer.stateless_call(
                weights,
                [v.value for v in layer.non_trainable_variables],
                arrays[0],
                initial_state=arrays[1:],
                mask=mask,
            )
            return weigh(outputs)

        weights = [v.value for v in layer.trainable_variables]
        by_weights, by_arrays = jax.jit(jax.grad(loss, argnums=(0, 1)))(weights, arrays)
        found = [*by_weights, *by_arrays]
    elif backend == "tensorflow":
        import tensorflow as tf

        variables = [v.value for v in layer.trainable_variables]
        with tf.GradientTape() as tape:
            tape.watch(arrays)
            total = weigh(layer(arrays[0], initial_state=arrays[1:], mask=mask))
        found = tape.gradient(total, [*variables, *arrays], unconnected_gradients="zero")
    else:
        import torch

        for array in arrays:
            array.requires_grad_()
        variables = [v.value for v in layer.trainable_variables]
        total = weigh(layer(arrays[0], initial_state=arrays[1:], mask=mask))
        wanted = [*variables, *arrays]
        found = torch.autograd.grad(total, wanted, allow_unused=True, materialize_grads=True)
    return [ops.convert_to_numpy(g) for g in found]


def differences(function, arrays, step=1e-6):
    """Gradients of a scalar NumPy function by each of `arrays`, by central differences."""
    arrays = [np.array(a, "float64") for a in arrays]
    found = []
    for array in arrays:
        gradient = np.zeros_like(array)
        for index in np.ndindex(array.shape):
            kept = array[index]
            array[index] = kept + step
            above = function(arrays)
            array[index] = kept - step
            below = function(arrays)
            array[index] = kept
            gradient[index] = (above - below) / (2 * step)
        found.append(gradient)
    return found
