"""The recurrence on torch: a loop with a hand-written backward pass, or torch's own fused RNN.

On a CPU torch's RNN is fused in name only: its steps take longer than those of the plain loop, and
differentiated, every step adds its own share of the gradient of `W`. Written by hand that is one
product after the loop, and the loop keeps nothing but its outputs. On a CUDA device every step of a
loop is a launch, and the fused operator is cuDNN's.
"""

import torch
from keras import activations

from keras_drnn import ops
from keras_drnn.recurrence.derivatives import SLOPES

FUSED = {activations.relu: torch.rnn_relu, activations.tanh: torch.rnn_tanh}
_IN_PLACE = {activations.relu: torch.relu_, activations.tanh: torch.tanh_}


def supports(activation) -> bool:
    """Whether there is an implementation for the activation."""
    return activation in FUSED


def recurrence(z, h0, recurrent_kernel, activation):
    """See `keras_drnn.recurrence.recurrence`."""
    z, h0, w = map(ops.convert_to_tensor, (z, h0, recurrent_kernel))
    compute = _fused if z.device.type == "cuda" else _States.apply
    return compute(z, h0, w, activation)


def _fused(z, h0, w, activation):
    # The operator wants inputs to project: `z` is projected already.
    weights = [torch.eye(len(w), dtype=w.dtype, device=w.device), w.T]
    states, _ = FUSED[activation](
        z,
        h0.unsqueeze(0),
        weights,
        has_biases=False,
        num_layers=1,
        dropout=0.0,
        train=torch.is_grad_enabled(),
        bidirectional=False,
        batch_first=False,
    )
    return states


class _States(torch.autograd.Function):
    """`h_k = activation(z_k + h_{k-1} W)` for all k, over the first axis of `z`."""

    @staticmethod
    def forward(ctx, z, h0, w, activation):
        states = z.clone(memory_format=torch.contiguous_format)
        h = h0
        for h_k in states.unbind(0):
            h = _IN_PLACE[activation](h_k.addmm_(h, w))
        ctx.activation = activation
        ctx.save_for_backward(z, h0, w, states)
        return states

    @staticmethod
    def backward(ctx, gradients):
        z, h0, w, states = ctx.saved_tensors
        if torch.is_grad_enabled():
            # A gradient of the gradient is asked for: differentiate what torch can follow.
            followed = torch.stack(_followed(z, h0, w, ctx.activation))
            wanted = [value for value in (z, h0, w) if value.requires_grad]
            found = iter(torch.autograd.grad(followed, wanted, gradients, create_graph=True))
            return *(next(found) if v.requires_grad else None for v in (z, h0, w)), None
        slopes = SLOPES[ctx.activation](states).to(states.dtype)
        dz = gradients.clone(memory_format=torch.contiguous_format)
        w_transposed = w.T
        steps = list(zip(dz.unbind(0), slopes.unbind(0), strict=True))
        later = None
        for dz_k, slope in reversed(steps):
            if later is not None:
                dz_k.addmm_(later, w_transposed)
            later = dz_k.mul_(slope)
        dw = (h0.T @ dz[0]).addmm_(states[:-1].flatten(0, 1).T, dz[1:].flatten(0, 1))
        return dz, dz[0] @ w_transposed, dw, None


def _followed(z, h0, w, activation):
    states, h = [], h0
    for z_k in z.unbind(0):
        h = activation(z_k + h @ w)
        states.append(h)
    return states
