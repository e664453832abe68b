"""The recurrence on TensorFlow: while-loops with a hand-written backward pass.

Differentiating a while-loop stacks every intermediate value and adds up the gradient of `W` step by
step; written by hand, the loop keeps nothing but its outputs and that gradient is one product.
"""

import tensorflow as tf

from keras_drnn import ops
from keras_drnn.ops import Tensor
from keras_drnn.recurrence.derivatives import SLOPES

BLOCK = 8  # steps in a turn of a loop, at most


def supports(activation) -> bool:
    """Whether this implementation covers the activation."""
    return activation in SLOPES


def recurrence(z, h0, recurrent_kernel, activation):
    """See `keras_drnn.recurrence.recurrence`."""
    z, h0, w = (_own(value) for value in (z, h0, recurrent_kernel))
    slope = SLOPES[activation]

    @tf.custom_gradient
    def states_of(z, h0, w):
        states = _loop(lambda h, z_k: activation(z_k + tf.matmul(h, w)), h0, (z,))

        def backward(gradients):
            def step(dz_next, gradient, h):
                gradient += tf.matmul(dz_next, w, transpose_b=True)
                return gradient * tf.cast(slope(h), gradient.dtype)

            dz = _loop(step, tf.zeros_like(h0), (gradients, states), reverse=True)
            dw = tf.matmul(h0, dz[0], transpose_a=True)
            dw += tf.matmul(_rows(states[:-1]), _rows(dz[1:]), transpose_a=True)
            return dz, tf.matmul(dz[0], w, transpose_b=True), dw

        return states, backward

    return states_of(z, h0, w)


def _own(value: Tensor) -> tf.Tensor:
    # custom_gradient takes tensors alone, and Keras' convert_to_tensor may hand out a variable.
    return tf.convert_to_tensor(ops.convert_to_tensor(value))  # type: ignore[arg-type]  # is its own


def _shape(x: tf.Tensor) -> list:
    """The shape, with numbers in place of tensors where they are static."""
    sizes = tf.shape(x)
    return [sizes[axis] if size is None else size for axis, size in enumerate(x.shape)]


def _rows(x):
    return tf.reshape(x, (-1, x.shape[-1]))


def _loop(step, initial, sequences, reverse=False):
    """Carry a tensor through `step` over the first axis of `sequences`; stack what it becomes.

    A turn of a while-loop costs about as much as a step, so that each turn takes a block of steps.
    """
    length = sequences[0].shape[0]
    if length is None:
        length, size = tf.shape(sequences[0])[0], BLOCK
        count = tf.maximum(1, -(-length // size))
    else:
        count = -(-length // BLOCK)
        size = -(-length // count)
        if count == 1:
            return tf.stack(_steps(step, initial, sequences, size, reverse))

    def blocks(sequence):
        # The steps past the end are computed and never looked at; backwards, they carry zeros.
        past_the_end = [0, count * size - length]
        padded = tf.pad(sequence, [past_the_end, [0, 0], [0, 0]])  # type: ignore[arg-type]  # packs
        padded = tf.reshape(padded, (count, size, *_shape(sequence)[1:]))
        array = tf.TensorArray(padded.dtype, size=count, element_shape=padded.shape[1:])
        return array.unstack(padded)

    inputs = [blocks(sequence) for sequence in sequences]
    outputs = tf.TensorArray(initial.dtype, size=count, element_shape=(size, *initial.shape))

    def body(k, carry, outputs):
        index = count - 1 - k if reverse else k
        rows = _steps(step, carry, [array.read(index) for array in inputs], size, reverse)
        return k + 1, rows[0 if reverse else -1], outputs.write(index, tf.stack(rows))

    _, _, outputs = tf.while_loop(
        lambda k, *_: k < count,
        body,
        (0, initial, outputs),
        maximum_iterations=count if isinstance(count, int) else None,
        parallel_iterations=1,
    )
    return tf.reshape(outputs.stack(), (count * size, *_shape(initial)))[:length]


def _steps(step, carry, sequences, size, reverse):
    """The loop written out: what the carried tensor becomes in each of `size` steps."""
    rows = list(zip(*(tf.unstack(s, size) for s in sequences), strict=True))
    found = []
    for inputs in reversed(rows) if reverse else rows:
        carry = step(carry, *inputs)
        found.append(carry)
    return found[::-1] if reverse else found
