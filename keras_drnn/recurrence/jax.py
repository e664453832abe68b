"""The recurrence on JAX: a scan with a hand-written backward pass.

Differentiating a scan adds up the gradient of `W` step by step; written by hand, it is one large
matrix product after the loop, and the loop keeps nothing but its outputs.
"""

from functools import partial

import jax
from jax import lax
from jax import numpy as jnp
from keras import ops

from keras_drnn.recurrence.derivatives import SLOPES


def supports(activation) -> bool:
    """Whether this implementation covers the activation."""
    return activation in SLOPES


def recurrence(x, h0, kernel, recurrent_kernel, bias, activation):
    """See `keras_drnn.recurrence.recurrence`."""
    x, h0, kernel, recurrent_kernel = map(ops.convert_to_tensor, (x, h0, kernel, recurrent_kernel))
    z = jnp.einsum("bkd,dn->kbn", x, kernel)
    if bias is not None:
        z = z + ops.convert_to_tensor(bias)
    return jnp.swapaxes(_states(activation, z, h0, recurrent_kernel), 0, 1)


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def _states(activation, z, h0, w):
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

    def step(dz_next, inputs):
        gradient, h = inputs
        dz = (gradient + dz_next @ w_transposed) * slope(h)
        return dz, dz

    dz_0, dz = lax.scan(step, jnp.zeros_like(h0), (gradients, states), reverse=True)
    before = jnp.concatenate([h0[None], states[:-1]])
    dw = jnp.einsum("kbn,kbm->nm", before, dz)
    return dz, dz_0 @ w_transposed, dw


_states.defvjp(_forward, _backward)
