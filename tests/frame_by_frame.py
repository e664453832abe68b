"""Models one frame at a time, as the process that converts computes them."""

from keras import ops

from keras_drnn.export.walk import Walk


def advance(streaming, frame, state, due=None):
    """Scores of a `StreamingModel` after one more frame, `(1, ...)`, and the state behind it.

    With `due`, for each delayed cell which of its groups are, only those are computed.
    """
    tensors = {name: ops.convert_to_tensor(values) for name, values in state.items()}
    parts = streaming.layout.unpack(tensors)
    scores, parts = Walk(streaming.model).step(ops.convert_to_tensor(frame), parts, due)
    return scores, streaming.layout.pack(parts)
