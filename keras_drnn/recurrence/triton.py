"""The recurrence of torch on CUDA devices, written in Triton: a sequence in one launch.

On a GPU most of a loop's time goes into starting the operations of each step, not into computing
them. A group's `W` is small enough for one streaming multiprocessor, which goes through all updates
of some of the samples by itself: between two nothing is started, and none waits for another.
"""

import warnings

import torch
import triton
import triton.language as tl
from keras import activations

KINDS = {activations.relu: "relu", activations.elu: "elu", activations.tanh: "tanh"}
DTYPES = torch.float32, torch.float16, torch.bfloat16
# Units of a group, and bytes of shared memory that are enough for them in float32.
WIDTHS = {64: 48 * 1024, 128: 160 * 1024}
LEAST = 16  # samples and units that Triton multiplies at once


def widest_here() -> int:
    """Units of the widest group that all GPUs of this machine can compute, 0 if none can."""
    driver = triton.runtime.driver
    try:
        gpus = range(torch.cuda.device_count())
        # Those before have no products of the kind that `tl.dot` is asked for.
        if any(torch.cuda.get_device_capability(gpu) < (8, 0) for gpu in gpus):
            return 0
        # Compiles a little program in C at the first call.
        properties = [driver.active.utils.get_device_properties(gpu) for gpu in gpus]
        memory = min(of_gpu["max_shared_mem"] for of_gpu in properties)
    except Exception as error:  # of many kinds
        warnings.warn(
            f"Triton does not work here, so groups are computed in a slow loop: {error}",
            stacklevel=2,
        )
        return 0
    return max((width for width, needed in WIDTHS.items() if needed <= memory), default=0)


def supports(z, h0, w, activation) -> bool:
    """Whether the kernels cover these tensors and the activation."""
    return activation in KINDS and z.dtype in DTYPES and h0.dtype == w.dtype == z.dtype


# As operators of torch, which the compiler and the transformations of functions take as they are.
@torch.library.custom_op("keras_drnn::states", mutates_args=())
def states(z: torch.Tensor, h0: torch.Tensor, w: torch.Tensor, kind: str) -> torch.Tensor:
    """`h_k = activation(z_k + h_{k-1} W)` for all k."""
    found = torch.empty_like(z, memory_format=torch.contiguous_format)
    _launch(_states, kind, z.contiguous(), h0.contiguous(), w.contiguous(), found)
    return found


@torch.library.custom_op("keras_drnn::walk_back", mutates_args=())
def walk_back(
    gradients: torch.Tensor, states: torch.Tensor, w: torch.Tensor, kind: str
) -> torch.Tensor:
    """Gradients of `z` for all k, from those of the states."""
    found = torch.empty_like(states, memory_format=torch.contiguous_format)
    _launch(_walk_back, kind, gradients.contiguous(), states.contiguous(), w.contiguous(), found)
    return found


@states.register_fake
def _(z, h0, w, kind):
    return torch.empty_like(z, memory_format=torch.contiguous_format)


@walk_back.register_fake
def _(gradients, states, w, kind):
    return torch.empty_like(states, memory_format=torch.contiguous_format)


def _launch(kernel, kind, *tensors):
    updates, batch, units = tensors[-1].shape
    if batch == 0:
        return
    width = max(LEAST, triton.next_power_of_2(units))
    with torch.cuda.device_of(tensors[-1]):  # Triton launches on the current one
        kernel[(triton.cdiv(batch, LEAST),)](
            *tensors, updates, batch, units, kind, LEAST, width, num_warps=4 if width < 128 else 8
        )


@triton.jit
def _states(
    z, h0, w, states, updates, batch, units,
    KIND: tl.constexpr, ROWS: tl.constexpr, WIDTH: tl.constexpr,
):  # fmt: skip
    place, inside = _place(batch, units, ROWS, WIDTH)
    size = tl.cast(batch, tl.int64) * units
    weights = _weights(w, units, units, 1, WIDTH)
    h = tl.load(h0 + place, mask=inside, other=0.0)
    z_k = tl.load(z + place, mask=inside, other=0.0)
    for k in range(updates):
        # What the next update reads is on its way while this one computes.
        z_next = tl.load(z + tl.minimum(k + 1, updates - 1) * size + place, mask=inside, other=0.0)
        total = tl.dot(h, weights, acc=z_k.to(tl.float32), input_precision="tf32x3")
        h = _activation(total, KIND).to(h.dtype)
        tl.store(states + k * size + place, h, mask=inside)
        z_k = z_next


@triton.jit
def _walk_back(
    gradients, states, w, found, updates, batch, units,
    KIND: tl.constexpr, ROWS: tl.constexpr, WIDTH: tl.constexpr,
):  # fmt: skip
    place, inside = _place(batch, units, ROWS, WIDTH)
    size = tl.cast(batch, tl.int64) * units
    weights = _weights(w, units, 1, units, WIDTH)
    last = (updates - 1) * size + place
    gradient = tl.load(gradients + last, mask=inside, other=0.0)
    h = tl.load(states + last, mask=inside, other=0.0)
    dz = tl.full(h.shape, 0.0, h.dtype)
    for done in range(updates):
        k = updates - 1 - done
        before = tl.maximum(k - 1, 0) * size + place
        gradient_before = tl.load(gradients + before, mask=inside, other=0.0)
        h_before = tl.load(states + before, mask=inside, other=0.0)
        total = tl.dot(dz, weights, acc=gradient.to(tl.float32), input_precision="tf32x3")
        dz = (total * _slope(h.to(tl.float32), KIND)).to(h.dtype)
        tl.store(found + k * size + place, dz, mask=inside)
        gradient, h = gradient_before, h_before


@triton.jit
def _place(batch, units, ROWS: tl.constexpr, WIDTH: tl.constexpr):
    """Where a program's samples are in those of an update, and which of its places are any."""
    rows = tl.cast(tl.program_id(0), tl.int64) * ROWS + tl.arange(0, ROWS)[:, None]
    columns = tl.arange(0, WIDTH)[None, :]
    return rows * units + columns, (rows < batch) & (columns < units)


@triton.jit
def _weights(w, units, from_row, from_column, WIDTH: tl.constexpr):
    """`W`, or what it is transposed, with zeros around it."""
    rows, columns = tl.arange(0, WIDTH)[:, None], tl.arange(0, WIDTH)[None, :]
    inside = (rows < units) & (columns < units)
    return tl.load(w + rows * from_row + columns * from_column, mask=inside, other=0.0)


@triton.jit
def _activation(x, KIND: tl.constexpr):
    if KIND == "relu":
        h = tl.where(x < 0, 0.0, x)  # a maximum would lose what is no number
    elif KIND == "elu":
        # Near zero exp(n) - 1 would lose digits: there the first terms of a series.
        n = tl.minimum(x, 0.0)
        near = n * (1 + n / 2 * (1 + n / 3 * (1 + n / 4 * (1 + n / 5))))
        h = tl.where(x < 0, tl.where(n > -0.1, near, tl.exp(n) - 1), x)
    else:
        s = x * x
        near = x * (1 - s * (1 / 3 - s * (2 / 15 - s * (17 / 315))))
        h = tl.where(s < 0.04, near, 2 / (1 + tl.exp(-2 * x)) - 1)
    return h


@triton.jit
def _slope(h, KIND: tl.constexpr):
    """As in `derivatives`."""
    if KIND == "relu":
        slope = tl.where(h > 0, 1.0, 0.0)
    elif KIND == "elu":
        slope = tl.where(h > 0, 1.0, 1 + h)
    else:
        slope = 1 - h * h
    return slope
