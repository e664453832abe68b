"""The recurrence in Keras operations: every backend, every activation, and the others' oracle."""

from keras_drnn import ops


def recurrence(z, h0, recurrent_kernel, activation, dropout_mask=None, unroll=False):
    """See `keras_drnn.recurrence.recurrence`."""

    def step(h, z_k):
        if dropout_mask is not None:
            h = h * dropout_mask
        h = ops.cast(activation(z_k + ops.matmul(h, recurrent_kernel)), h0.dtype)
        return h, h

    if not unroll:
        return ops.scan(step, h0, z)[1]
    h, states = h0, []
    for k in range(z.shape[0]):
        h, _ = step(h, z[k])
        states.append(h)
    return ops.stack(states, axis=0)
