"""With delays of one, groups are the layers of `torch.nn.RNN`: values and gradients."""

import keras
import numpy as np
import pytest

from keras_drnn import DelayedRNN

if keras.backend.backend() != "torch":
    pytest.skip("torch's gradients want torch's tensors", allow_module_level=True)

import torch


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_a_cascade_of_one_delay_is_a_stack(activation):
    """Delays must increase, so each layer of the stack is a layer of its own here."""
    groups, units, features = 3, 5, 4
    theirs = torch.nn.RNN(features, units, groups, nonlinearity=activation, batch_first=True)
    ours = [
        DelayedRNN(units, (1,), activation=activation, return_sequences=True) for _ in range(groups)
    ]
    x = torch.tensor(np.random.default_rng(0).normal(size=(2, 9, features)).astype("float32"))
    # Theirs on the CPU, wherever ours is: cuDNN has a tanh of its own.
    y = keras.ops.convert_to_tensor(x.numpy())
    for g, layer in enumerate(ours):
        layer.build(tuple(y.shape))
        ih, hh, bias_ih, bias_hh = (
            getattr(theirs, f"{kind}_l{g}").detach().numpy()
            for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        layer.set_weights([ih.T, hh.T, bias_ih + bias_hh])
        y = layer(y)
    expected, _ = theirs(x)
    np.testing.assert_allclose(y.detach().cpu().numpy(), expected.detach().numpy(), atol=1e-6)

    expected.square().sum().backward()
    y.square().sum().backward()
    for g, layer in enumerate(ours):
        for variable, kind in zip(
            layer.weights, ("weight_ih", "weight_hh", "bias_ih"), strict=True
        ):
            wanted = getattr(theirs, f"{kind}_l{g}").grad
            wanted = wanted.T if wanted.ndim == 2 else wanted
            np.testing.assert_allclose(
                variable.value.grad.cpu().numpy(), wanted.numpy(), rtol=1e-4, atol=1e-4
            )
