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
_IN_PLACE = {
    activations.relu: torch.relu_,
    activations.elu: torch.nn.functional.elu_,
    activations.tanh: torch.tanh_,
}


def supports(activation) -> bool:
    """Whether there is an implementation for the activation."""
    return activation in _IN_PLACE


def recurrence(z, h0, recurrent_kernel, activation):
    """See `keras_drnn.recurrence.recurrence`."""
    z, h0, w = map(ops.convert_to_tensor, (z, h0, recurrent_kernel))
    return _implementation(z.device.type, activation)(z, h0, w, activation)


def _implementation(device, activation):
    """The fused operator where that is fast and has the activation, or else the loop."""
    return _fused if device == "cuda" and activation in FUSED else _States.apply


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
    def forward(z, h0, w, activation):
        states = z.clone(memory_format=torch.contiguous_format)
        h = h0
        for h_k in states.unbind(0):
            h = _IN_PLACE[activation](h_k.addmm_(h, w))
        return states

    @staticmethod
    def setup_context(ctx, inputs, output):
        _, h0, w, ctx.activation = inputs
        ctx.save_for_backward(h0, w, output)

    @staticmethod
    def backward(ctx, *gradients):
        h0, w, states = ctx.saved_tensors
        slopes = SLOPES[ctx.activation](states).to(states.dtype)
        # In place unless a gradient of the gradient may be asked for, as all of `torch.func` does.
        walk = _back_followed if torch.is_grad_enabled() else _back_in_place
        dz = walk(gradients[0], slopes, w.T)
        dw = h0.T @ dz[0] + states[:-1].flatten(0, 1).T @ dz[1:].flatten(0, 1)
        return dz, dz[0] @ w.T, dw, None

    @staticmethod
    def vmap(info, in_dims, z, h0, w, activation):
        z, h0 = (
            each.unsqueeze(0).expand(info.batch_size, *each.shape)
            if dim is None
            else each.movedim(dim, 0)
            for each, dim in zip((z, h0), in_dims, strict=False)
        )
        z = z.movedim(0, 1)  # (updates, copies, batch, units)
        if in_dims[2] is None:
            # With one W for all, the copies are more samples of the batch.
            states = _States.apply(z.flatten(1, 2), h0.flatten(0, 1), w, activation)
            return states.unflatten(1, z.shape[1:3]), 1
        w, h, states = w.movedim(in_dims[2], 0), h0, []
        for z_k in z.unbind(0):
            h = activation(z_k + h @ w)
            states.append(h)
        return torch.stack(states), 1


def _back_in_place(gradients, slopes, w_transposed):
    dz = gradients.clone(memory_format=torch.contiguous_format)
    later = None
    for dz_k, slope in zip(reversed(dz.unbind(0)), reversed(slopes.unbind(0)), strict=True):
        if later is not None:
            dz_k.addmm_(later, w_transposed)
        later = dz_k.mul_(slope)
    return dz


def _back_followed(gradients, slopes, w_transposed):
    rows, later = [], None
    steps = zip(gradients.unbind(0), slopes.unbind(0), strict=True)
    for gradient, slope in reversed(list(steps)):
        later = (gradient if later is None else gradient + later @ w_transposed) * slope
        rows.append(later)
    return torch.stack(rows[::-1])
