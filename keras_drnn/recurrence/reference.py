"""The recurrence in Keras operations: every backend, every activation, and the others' oracle."""

from keras import ops


def recurrence(x, h0, kernel, recurrent_kernel, bias, activation, dropout_mask=None, unroll=False):
    """See `keras_drnn.recurrence.recurrence`."""
    # One large product for all updates; only the recurrent product has to wait its turn.
    z = ops.matmul(x, kernel)
    if bias is not None:
        z = z + bias

    def step(h, z_k):
        if dropout_mask is not None:
            h = h * dropout_mask
        h = ops.cast(activation(z_k + ops.matmul(h, recurrent_kernel)), h0.dtype)
        return h, h

    if unroll:
        h, states = h0, []
        for k in range(z.shape[1]):
            h, _ = step(h, z[:, k])
            states.append(h)
        return ops.stack(states, axis=1)
    _, states = ops.scan(step, h0, ops.swapaxes(z, 0, 1))
    return ops.swapaxes(states, 0, 1)
