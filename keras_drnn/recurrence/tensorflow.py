"""The recurrence on TensorFlow: while-loops with a hand-written backward pass.

Differentiating a while-loop stacks every intermediate value and adds up the gradient of `W` step by
step; written by hand, the loop keeps nothing but its outputs and that gradient is one product.
"""

import tensorflow as tf
from keras import ops

from keras_drnn.recurrence.derivatives import SLOPES


def supports(activation) -> bool:
    """Whether this implementation covers the activation."""
    return activation in SLOPES


def recurrence(x, h0, kernel, recurrent_kernel, bias, activation):
    """See `keras_drnn.recurrence.recurrence`."""
    # custom_gradient takes tensors alone, and Keras' convert_to_tensor may hand out a variable.
    x, h0, kernel, recurrent_kernel = (
        tf.convert_to_tensor(ops.convert_to_tensor(v)) for v in (x, h0, kernel, recurrent_kernel)
    )
    slope = SLOPES[activation]
    # Rows of all samples in one product: tf.matmul would take one for each sample.
    z = tf.matmul(_rows(x), kernel)
    if bias is not None:
        z = tf.nn.bias_add(z, ops.convert_to_tensor(bias))
    z = tf.reshape(z, (*ops.shape(x)[:2], kernel.shape[1]))

    @tf.custom_gradient
    def states_of(z, h0, w):
        states = _loop(lambda h, z_k: activation(z_k + tf.matmul(h, w)), h0, (z,))

        def backward(gradients):
            def step(dz_next, gradient, h):
                gradient += tf.matmul(dz_next, w, transpose_b=True)
                return gradient * tf.cast(slope(h), gradient.dtype)

            dz = _loop(step, tf.zeros_like(h0), (gradients, states), reverse=True)
            before = tf.concat([h0[None], states[:-1]], axis=0)
            dw = tf.matmul(_rows(before), _rows(dz), transpose_a=True)
            return dz, tf.matmul(dz[0], w, transpose_b=True), dw

        return states, backward

    states = states_of(tf.transpose(z, (1, 0, 2)), h0, recurrent_kernel)
    return tf.transpose(states, (1, 0, 2))


def _rows(x):
    return tf.reshape(x, (-1, x.shape[-1]))


def _loop(step, initial, sequences, reverse=False):
    """Carry a tensor through `step` over the first axis of `sequences`; stack what it becomes."""
    static_length = sequences[0].shape[0]
    length = tf.shape(sequences[0])[0] if static_length is None else static_length
    inputs = [
        tf.TensorArray(s.dtype, size=length, element_shape=s.shape[1:]).unstack(s)
        for s in sequences
    ]
    # An array without entries cannot be stacked: where there may be none, one more stands in.
    spare = 1 if static_length is None else 0
    outputs = tf.TensorArray(initial.dtype, size=length + spare, element_shape=initial.shape)
    if spare:
        outputs = outputs.write(length, initial)

    def body(k, carry, outputs):
        index = length - 1 - k if reverse else k
        carry = step(carry, *(array.read(index) for array in inputs))
        return k + 1, carry, outputs.write(index, carry)

    _, _, outputs = tf.while_loop(
        lambda k, *_: k < length,
        body,
        (0, initial, outputs),
        maximum_iterations=static_length,
        parallel_iterations=1,
    )
    return outputs.stack()[:length] if spare else outputs.stack()
