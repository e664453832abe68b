"""The dilated RNN (Chang et al., 2017): layers whose recurrence skips 1, 2, 4 ... steps."""

import keras
from keras import ops

CELLS = {"rnn": keras.layers.SimpleRNN, "gru": keras.layers.GRU, "lstm": keras.layers.LSTM}


class Dilated(keras.layers.Layer):
    """A recurrent layer that reads its own state of `dilation` steps before.

    The sequence is cut into `dilation` sequences, of every so many steps, which know nothing of
    each other and are computed as one batch.

    Args:
        layer: A layer of Keras with `return_sequences=True`.
        dilation: How many steps.
    """

    def __init__(self, layer: keras.layers.RNN, dilation: int, **kwargs):
        super().__init__(**kwargs)
        self.layer, self.dilation = layer, dilation

    def build(self, shape):
        self.layer.build((None, None, shape[-1]))

    def call(self, x):
        steps = x.shape[1]
        rows = -(-steps // self.dilation)
        x = ops.pad(x, ((0, 0), (0, rows * self.dilation - steps), (0, 0)))
        x = ops.reshape(x, (-1, rows, self.dilation, x.shape[-1]))
        x = ops.reshape(ops.swapaxes(x, 1, 2), (-1, rows, x.shape[-1]))
        h = self.layer(x)
        h = ops.reshape(h, (-1, self.dilation, rows, h.shape[-1]))
        h = ops.reshape(ops.swapaxes(h, 1, 2), (-1, rows * self.dilation, h.shape[-1]))
        return h[:, :steps]


def dilated_rnn(x, width: int, every_step: bool, layers: int = 9, cell: str = "gru"):
    """Layers of `width` units with dilations 1, 2, 4 ..., each on top of the one before."""
    for level in range(layers):
        x = Dilated(CELLS[cell](width, return_sequences=True), 2**level)(x)
    return x if every_step else x[:, -1]
