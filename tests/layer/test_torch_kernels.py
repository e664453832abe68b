"""What torch runs on CUDA devices, interpreted where there is none: the numbers of the loops.

How exactly a GPU multiplies (`input_precision`), and bfloat16, are tested on a GPU alone: the
interpreter has float32 for the one and no products for the other.
"""

import os
import subprocess
import sys
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from keras import activations

if keras.backend.backend() != "torch":
    pytest.skip("Kernels of torch", allow_module_level=True)
pytest.importorskip("triton", reason="It has no wheel for this system")

import torch
from torch._subclasses.fake_tensor import FakeTensorMode

from keras_drnn import DelayedRNN
from keras_drnn.recurrence import torch as implementation

DEVICE = keras.ops.convert_to_tensor(0.0).device.type
if DEVICE != "cpu" and implementation.widest < 128:
    pytest.skip("A device that the kernels are not for", allow_module_level=True)
with pytest.MonkeyPatch.context() as patch:
    if DEVICE == "cpu":
        patch.setitem(os.environ, "TRITON_INTERPRET", "1")  # read where kernels are defined
    from keras_drnn.recurrence import triton as kernels

ACTIVATIONS = [activations.relu, activations.elu, activations.tanh]
# Less than a program's samples and columns, just as many, and more.
SHAPES = [(1, 1, 1), (7, 19, 21), (4, 16, 16), (3, 33, 40), (2, 3, 100), (2, 3, 128)]


def values(shape, dtype=torch.float64):
    """`z`, `h0`, `W` and gradients of the states."""
    rng = np.random.default_rng(2)
    shapes = shape, shape[1:], shape[2:] * 2, shape
    found = [torch.tensor(rng.normal(size=each), dtype=dtype) for each in shapes]
    found[2] /= shape[2] ** 0.5
    return [each.to(DEVICE) for each in found]


@pytest.fixture
def by_kernels(monkeypatch):
    """Kernels wherever they cover the tensors."""

    def use():
        covered = lambda *tensors: kernels if kernels.supports(*tensors) else None  # noqa: E731
        monkeypatch.setattr(implementation, "_kernels_for", covered)

    monkeypatch.setattr(implementation, "_kernels_for", lambda *_: None)
    return use


def differentiated(z, h0, w, gradients, activation):
    arguments = [each.detach().requires_grad_() for each in (z, h0, w)]
    states = implementation.recurrence(*arguments, activation)
    return [states, *torch.autograd.grad(states, arguments, gradients)]


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("shape", SHAPES)
def test_values_and_gradients_are_those_of_the_loop_in_float64(activation, shape, by_kernels):
    exact = values(shape)
    expected = differentiated(*exact, activation)
    by_kernels()
    found = differentiated(*(each.float() for each in exact), activation)
    for kernel, loop in zip(found, expected, strict=True):
        torch.testing.assert_close(kernel.double(), loop, rtol=1e-5, atol=1e-5)


# Smooth ones: of another rounding a relu could have the other slope.
@pytest.mark.parametrize("activation", [activations.elu, activations.tanh])
def test_halves_are_near_the_loop_in_float64(activation, by_kernels):
    halves = values((7, 19, 21), torch.float16)
    expected = differentiated(*(each.double() for each in halves), activation)
    by_kernels()
    for kernel, loop in zip(differentiated(*halves, activation), expected, strict=True):
        assert kernel.dtype == torch.float16
        largest = float(loop.detach().abs().max())
        torch.testing.assert_close(kernel.double(), loop, rtol=0, atol=4e-3 * max(1, largest))


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_small_numbers_are_not_lost(activation, by_kernels):
    sizes = [1e-8, 1e-4, 0.05, 0.0999, 0.1001, 0.1999, 0.2001, 1.0]
    z = torch.tensor([[[sign * size for size in sizes for sign in (1, -1)]]], device=DEVICE)
    h0, w = torch.zeros_like(z[0]), torch.zeros(16, 16, device=DEVICE)
    by_kernels()
    states = implementation.recurrence(z, h0, w, activation)
    torch.testing.assert_close(states.double(), activation(z.double()), rtol=2e-6, atol=0)


def test_both_passes_are_kernels(by_kernels, monkeypatch):
    called = []
    for name in ("states", "walk_back"):
        operator = getattr(kernels, name)

        def counted(*arguments, name=name, operator=operator):
            called.append(name)
            return operator(*arguments)

        monkeypatch.setattr(kernels, name, counted)
    by_kernels()
    differentiated(*values((3, 2, 4), torch.float32), activations.relu)
    assert called == ["states", "walk_back"]


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_what_is_no_number_stays_with_its_sample(activation, by_kernels):
    z, h0, w, _ = values((5, 18, 4), torch.float32)
    z[2, 17] = torch.nan
    by_kernels()
    states = implementation.recurrence(z, h0, w, activation)
    assert states[2:, 17].isnan().all()
    assert states[:2].isfinite().all() and states[:, :17].isfinite().all()


def test_tensors_may_lie_in_any_order(by_kernels):
    plain = values((6, 5, 8), torch.float32)
    plain[3] = plain[3][0, 0, 0].expand(6, 5, 8).contiguous()
    other = [each.transpose(-1, -2).contiguous().transpose(-1, -2) for each in plain]
    other[3] = plain[3][0, 0, 0].expand(6, 5, 8)  # as the gradients of a sum are
    assert not any(each.is_contiguous() for each in other)
    expected = differentiated(*plain, activations.tanh)
    by_kernels()
    for kernel, loop in zip(differentiated(*other, activations.tanh), expected, strict=True):
        torch.testing.assert_close(kernel, loop, rtol=1e-5, atol=1e-5)


def test_no_samples_give_no_states(by_kernels):
    z, h0, w, gradients = values((6, 0, 8), torch.float32)
    by_kernels()
    states, _, _, dw = differentiated(z, h0, w, gradients, activations.relu)
    assert states.shape == (6, 0, 8) and not dw.any()


def test_gradients_of_gradients_and_transformations_of_functions(by_kernels):
    z, h0, w, gradients = (each.float() for each in values((4, 3, 5)))

    def total(w):
        return (implementation.recurrence(z, h0, w, activations.tanh) * gradients).sum()

    def found():
        copies = torch.stack([w, -w])
        norm = lambda w: torch.func.grad(total)(w).square().sum()  # noqa: E731
        twice = w.detach().requires_grad_()
        once = torch.autograd.grad(total(twice), twice, create_graph=True)[0]
        return (
            torch.func.grad(norm)(w),
            torch.autograd.grad(once.square().sum(), twice)[0],
            torch.func.vmap(torch.func.grad(total))(copies),
            torch.compile(total, fullgraph=True, backend="aot_eager")(w),
        )

    expected = found()
    by_kernels()
    for one, other in zip(found(), expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-4)


def test_a_layer_learns_the_same(by_kernels):
    x = np.random.default_rng(3).normal(size=(5, 20, 3)).astype("float32")
    layer = DelayedRNN(9, (1, 2, 4), activation="elu", return_sequences=True)
    layer.build(x.shape)

    def gradients():
        trained = [weight.value for weight in layer.trainable_weights]
        return torch.autograd.grad(layer(x).square().sum(), trained)

    expected = gradients()
    by_kernels()
    for found, other in zip(gradients(), expected, strict=True):
        torch.testing.assert_close(found, other, rtol=1e-4, atol=1e-4)


def test_what_they_are_used_for(monkeypatch):
    monkeypatch.setattr(implementation, "kernels", kernels)
    monkeypatch.setattr(implementation, "widest", 128)
    used = implementation._kernels_for

    def tensors(device="cuda", dtype=torch.float32, units=5, state=None, kernel=None):
        return (
            torch.empty(7, 3, units, device=device, dtype=dtype),
            torch.empty(3, units, device=device, dtype=state or dtype),
            torch.empty(units, units, device=device, dtype=kernel or dtype),
        )

    with FakeTensorMode():
        assert used(*tensors(), activations.elu)
        assert used(*tensors(dtype=torch.bfloat16, units=128), activations.relu)
        assert not used(*tensors("cpu"), activations.elu)
        assert not used(*tensors(dtype=torch.float64), activations.elu)
        assert not used(*tensors(state=torch.float16), activations.elu)
        assert not used(*tensors(kernel=torch.float16), activations.elu)
        assert not used(*tensors(units=129), activations.elu)
        assert not used(*tensors(), activations.sigmoid)
        monkeypatch.setattr(implementation, "kernels", None)
        assert not used(*tensors(), activations.elu)


@pytest.mark.parametrize("missing", [None, "device", "cuda", "gpu", "triton"])
def test_where_they_are_loaded(missing, monkeypatch):
    monkeypatch.setenv("KERAS_TORCH_DEVICE", "cpu" if missing == "device" else "cuda:0")
    monkeypatch.setattr(torch.version, "cuda", None if missing == "cuda" else "13.0")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: missing != "gpu")
    found = None if missing == "triton" else "somewhere"
    monkeypatch.setattr(implementation, "find_spec", lambda name: found)
    monkeypatch.setattr(kernels, "widest_here", lambda: 64)
    assert implementation._kernels() == ((kernels, 64) if missing is None else (None, 0))


@pytest.mark.parametrize(
    "capability, memory, widest",
    [((9, 0), 232_448, 128), ((8, 6), 101_376, 64), ((7, 5), 232_448, 0), ((9, 0), 30_000, 0)],
)
def test_how_wide_a_group_every_gpu_can_compute(capability, memory, widest, monkeypatch):
    gpus(monkeypatch, capability, memory)
    assert kernels.widest_here() == widest


def test_without_a_compiler_there_is_a_warning(monkeypatch):
    gpus(monkeypatch, (9, 0), None)
    with pytest.warns(UserWarning, match="slow loop: Failed to find C compiler"):
        assert kernels.widest_here() == 0


def gpus(monkeypatch, capability, memory):
    """Two: an A100, and one of such a capability and shared memory."""

    def properties(gpu):
        if memory is None:
            raise RuntimeError("Failed to find C compiler")
        return {"max_shared_mem": [166_912, memory][gpu]}

    driver = SimpleNamespace(utils=SimpleNamespace(get_device_properties=properties))
    monkeypatch.setattr(kernels.triton.runtime.driver, "_active", driver)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda gpu: [(8, 0), capability][gpu])


COMPILING = """
import warnings
warnings.simplefilter("ignore")  # a word of Triton on its next release
import triton
from triton.backends.compiler import GPUTarget
from keras_drnn.recurrence import triton as kernels

fixed = {"KIND": "elu", "ROWS": kernels.LEAST}
for width, memory in kernels.WIDTHS.items():
    for kernel in (kernels._states, kernels._walk_back):
        names = kernel.arg_names
        values = fixed | {"WIDTH": width}
        signature = {
            name: "constexpr" if name in values
            else "i32" if name in ("updates", "batch", "units") else "*fp32"
            for name in names
        }
        constants = {(names.index(name),): value for name, value in values.items()}
        source = triton.compiler.ASTSource(kernel, signature, constants)
        for capability in (80, 86, 90):
            compiled = triton.compile(
                source,
                target=GPUTarget("cuda", capability, 32),
                options={"num_warps": 4 if width < 128 else 8},
            )
            assert compiled.metadata.shared <= memory, (width, capability, compiled.metadata.shared)
            print(kernel.__name__, width, capability)
"""


def test_they_compile_for_gpus_in_the_memory_that_is_said(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", COMPILING],
        env=os.environ | {"KERAS_BACKEND": "torch", "TRITON_CACHE_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 12
