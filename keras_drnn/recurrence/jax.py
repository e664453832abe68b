"""The recurrence on JAX: a scan with a hand-written backward pass.

Differentiating a scan adds up the gradient of `W` step by step; written by hand, it is one large
matrix product after the loop, and the loop keeps nothing but its outputs.
"""

import jax
import keras
from jax import lax
from jax import numpy as jnp

from keras_drnn import ops
from keras_drnn.recurrence.derivatives import SLOPES


def supports(activation) -> bool:
    """Whether this implementation covers the activation."""
    return activation in SLOPES


def recurrence(z, h0, recurrent_kernel, activation):
    """See `keras_drnn.recurrence.recurrence`."""
    z, h0, w = map(ops.convert_to_tensor, (z, h0, recurrent_kernel))
    return _states(activation, z, h0, w)


def _scanned(activation, z, h0, w) -> jax.Array:
    def step(h, z_k):
        # Keras' activations round float64 to float32 where JAX would not.
        h = activation(z_k + h @ w).astype(z.dtype)
        return h, h

    return lax.scan(step, h0, z)[1]


def _forward(activation, z, h0, w):
    states = _states(activation, z, h0, w)
    return states, (states, h0, w)


def _backward(activation, saved, gradients):
    states, h0, w = saved
    slope = SLOPES[activation]
    w_transposed = w.T
    updates = states.shape[0]  # not len(): an exported model has no number for it
    last = updates - 1

    def step(k, carry):
        # The gradients are read and written over: one large buffer less.
        dz, rows = carry
        gradient, h = (
            lax.dynamic_index_in_dim(each, last - k, keepdims=False) for each in (rows, states)
        )
        dz = (gradient + dz @ w_transposed) * slope(h)
        return dz, lax.dynamic_update_index_in_dim(rows, dz, last - k, 0)

    dz_0, dz = lax.fori_loop(0, updates, step, (jnp.zeros_like(h0), gradients))
    before = jnp.concatenate([h0[None], states[:-1]])
    return dz, dz_0 @ w_transposed, _summed_products(before, dz)


def _summed_products(x, y) -> jax.Array:
    """`x.T @ y` of each update, added up."""
    if keras.distribution.distribution() is not None:
        # Rows of samples of several devices would be gathered on each of them first.
        return jnp.tensordot(x, y, axes=((0, 1), (0, 1)))
    # Faster on a CPU than the same over two axes.
    return x.reshape(-1, x.shape[-1]).T @ y.reshape(-1, y.shape[-1])


_states = jax.custom_vjp(_scanned, nondiff_argnums=(0,))
_states.defvjp(_forward, _backward)
