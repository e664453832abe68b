"""The recurrence on torch: its own fused RNN."""

import torch
from keras import activations, ops

FUSED = {activations.relu: torch.rnn_relu, activations.tanh: torch.rnn_tanh}


def supports(activation, x) -> bool:
    """Whether the fused operator covers the activation."""
    return activation in FUSED


def recurrence(x, h0, kernel, recurrent_kernel, bias, activation):
    """See `keras_drnn.recurrence.recurrence`."""
    x, h0, kernel, recurrent_kernel = map(ops.convert_to_tensor, (x, h0, kernel, recurrent_kernel))
    weights = [kernel.T, recurrent_kernel.T]
    if bias is not None:
        bias = ops.convert_to_tensor(bias)
        weights += [bias, torch.zeros_like(bias)]
    states, _ = FUSED[activation](
        x,
        h0.unsqueeze(0),
        weights,
        has_biases=bias is not None,
        num_layers=1,
        dropout=0.0,
        train=torch.is_grad_enabled(),
        bidirectional=False,
        batch_first=True,
    )
    return states
