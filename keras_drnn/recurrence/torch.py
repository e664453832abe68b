"""The recurrence on torch, with a hand-written backward pass: a loop, or a kernel on CUDA devices.

On a CPU torch's RNN is fused in name only: its steps take longer than those of the plain loop, and
differentiated, every step adds its own share of the gradient of `W`. Written by hand that is one
product after the loop, and the loop keeps nothing but its outputs. On a CUDA device every step of a
loop is a launch: there a kernel takes its place.
"""

import os
from importlib.util import find_spec
from types import ModuleType

import torch
from keras import activations

from keras_drnn import ops
from keras_drnn.recurrence.derivatives import SLOPES


def _kernels() -> tuple[ModuleType | None, int]:
    """The kernels where Keras computes on CUDA devices, and units of the widest group for them."""
    device = os.environ.get("KERAS_TORCH_DEVICE", "cuda")
    if not (device.startswith("cuda") and torch.version.cuda and torch.cuda.is_available()):
        return None, 0
    # It comes with torch where that is built for CUDA, except on Windows.
    if find_spec("triton") is None:
        return None, 0
    from keras_drnn.recurrence import triton

    return triton, triton.widest_here()


# Found out once, and not while torch compiles a function.
kernels, widest = _kernels()

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
    return _States.apply(z, h0, w, activation)


def _kernels_for(z, h0, w, activation) -> ModuleType | None:
    if kernels is None or not z.is_cuda or w.shape[0] > widest:
        return None
    return kernels if kernels.supports(z, h0, w, activation) else None


class _States(torch.autograd.Function):
    """`h_k = activation(z_k + h_{k-1} W)` for all k, over the first axis of `z`."""

    @staticmethod
    def forward(z, h0, w, activation):
        chosen = _kernels_for(z, h0, w, activation)
        if chosen is not None:
            return chosen.states(z, h0, w, chosen.KINDS[activation])
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
        dz = _walk_back(gradients[0], states, h0, w, ctx.activation)
        dh0 = dw = None
        # Of an initial state where one is given, and of a kernel that is trained.
        if ctx.needs_input_grad[1]:
            dh0 = dz[0] @ w.T
        if ctx.needs_input_grad[2]:
            dw = h0.T @ dz[0] + states[:-1].flatten(0, 1).T @ dz[1:].flatten(0, 1)
        return dz, dh0, dw, None

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


def _walk_back(gradients, states, h0, w, activation):
    # A gradient of the gradient may be asked for, as all of `torch.func` does.
    followed = torch.is_grad_enabled()
    chosen = None if followed else _kernels_for(gradients, h0, w, activation)
    if chosen is not None:
        return chosen.walk_back(gradients, states, w, chosen.KINDS[activation])
    walk = _back_followed if followed else _back_in_place
    return walk(gradients, SLOPES[activation](states).to(states.dtype), w.T)


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
