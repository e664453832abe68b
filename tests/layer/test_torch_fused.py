"""What torch runs on CUDA devices, run on the CPU: the same numbers as the loop written by hand."""

import keras
import pytest
from keras import activations

if keras.backend.backend() != "torch":
    pytest.skip("An operator of torch", allow_module_level=True)

import torch

from keras_drnn.recurrence.torch import _fused, _implementation, _States

UPDATES, BATCH, UNITS = 7, 3, 5
SHAPES = [(UPDATES, BATCH, UNITS), (BATCH, UNITS), (UNITS, UNITS)]


@pytest.mark.parametrize("activation", [activations.relu, activations.tanh])
def test_the_fused_operator_gives_values_and_gradients_of_the_loop(activation):
    generator = torch.Generator().manual_seed(2)
    values = [torch.randn(s, generator=generator, dtype=torch.float64) for s in SHAPES]
    values = [value.requires_grad_() for value in values]
    weights = torch.randn(SHAPES[0], generator=generator, dtype=torch.float64)
    found = []
    for compute in (_fused, _States.apply):
        states = compute(*values, activation)
        found.append([states, *torch.autograd.grad((states * weights).sum(), values)])
    for fused, by_hand in zip(*found, strict=True):
        torch.testing.assert_close(fused, by_hand)


def test_it_runs_on_cuda_alone_and_not_for_activations_that_it_lacks():
    assert _implementation("cuda", activations.relu) == _fused
    assert _implementation("cuda", activations.elu) == _States.apply
    assert _implementation("cpu", activations.relu) == _States.apply
