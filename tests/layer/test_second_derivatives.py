"""Gradients of gradients through torch's hand-written backward pass, as a gradient penalty has."""

import keras
import pytest
from keras import activations

if keras.backend.backend() != "torch":
    pytest.skip("The other backends differentiate their backward passes", allow_module_level=True)

import torch

from keras_drnn.recurrence import recurrence

UPDATES, BATCH, UNITS = 4, 2, 2
SHAPES = [(UPDATES, BATCH, UNITS), (BATCH, UNITS), (UNITS, UNITS)]


@pytest.mark.parametrize("activation", [activations.relu, activations.elu, activations.tanh])
@pytest.mark.parametrize("frozen", [None, 1, 2], ids=["all", "initial state fixed", "W fixed"])
def test_gradients_can_be_differentiated(activation, frozen):
    generator = torch.Generator().manual_seed(1)
    values = [torch.randn(s, generator=generator, dtype=torch.float64) for s in SHAPES]
    for index, value in enumerate(values):
        value.requires_grad_(index != frozen)

    def states(*arguments):
        return recurrence(*arguments, activation)

    assert torch.autograd.gradcheck(states, values)
    assert torch.autograd.gradgradcheck(states, values)
