"""torch's function transforms and its compiler give the numbers of the plain layer."""

import keras
import numpy as np
import pytest

from keras_drnn import DelayedRNN

if keras.backend.backend() != "torch":
    pytest.skip("Transforms of torch", allow_module_level=True)

import torch

X = torch.tensor(np.random.default_rng(0).normal(size=(4, 9, 3)).astype("float32"))


# The last has no hand-written gradient on torch.
@pytest.fixture(params=["relu", "tanh", "sigmoid"])
def layer(request):
    layer = DelayedRNN([2, 3], (1, 3), activation=request.param, return_sequences=True)
    layer.build(X.shape)
    return layer


def weights(layer):
    return [variable.value.detach() for variable in layer.trainable_variables]


def of_weights(layer, values, x):
    return layer.stateless_call(values, [], x)[0]


def squares(layer, x):
    return layer(x).square().sum()


def gradient(function, *values):
    values = [value.clone().requires_grad_() for value in values]
    return torch.autograd.grad(function(*values), values)


def test_grad_is_the_gradient_of_autograd(layer):
    found = torch.func.grad(lambda x: squares(layer, x))(X)
    (expected,) = gradient(lambda x: squares(layer, x), X)
    assert expected.abs().max() > 0.01
    torch.testing.assert_close(found, expected)


def test_grad_of_a_norm_of_grad_is_the_second_derivative_of_autograd(layer):
    """A gradient penalty."""
    found = torch.func.grad(
        lambda x: torch.func.grad(lambda x: squares(layer, x))(x).square().sum()
    )(X)
    x = X.clone().requires_grad_()
    (first,) = torch.autograd.grad(squares(layer, x), x, create_graph=True)
    (expected,) = torch.autograd.grad(first.square().sum(), x)
    assert expected.abs().max() > 0.01
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)


def test_vmap_over_samples_is_the_batch(layer):
    found = torch.func.vmap(lambda x: layer(x[None])[0])(X)
    torch.testing.assert_close(found, layer(X))


def test_jacrev_is_the_jacobian_of_autograd(layer):
    found = torch.func.jacrev(lambda x: layer(x[None])[0])(X[0])
    expected = torch.autograd.functional.jacobian(lambda x: layer(x[None])[0], X[0])
    assert expected.abs().max() > 0.01
    torch.testing.assert_close(found, expected)


def test_gradients_by_the_weights_for_each_sample(layer):
    """What differentially private training asks for."""
    by_sample = torch.func.vmap(
        torch.func.grad(lambda values, x: of_weights(layer, values, x[None]).square().sum()),
        in_dims=(None, 0),
    )(weights(layer), X)
    for sample, x in enumerate(X):
        expected = gradient(
            lambda *values, x=x: of_weights(layer, list(values), x[None]).square().sum(),
            *weights(layer),
        )
        for found, one in zip(by_sample, expected, strict=True):
            torch.testing.assert_close(found[sample], one, rtol=1e-4, atol=1e-5)


def test_vmap_over_weights_is_each_layer_by_itself(layer):
    several = [torch.stack([value, 0.5 * value, -value]) for value in weights(layer)]
    found = torch.func.vmap(lambda values: of_weights(layer, values, X))(several)
    for number, outputs in enumerate(found):
        expected = of_weights(layer, [each[number] for each in several], X)
        torch.testing.assert_close(outputs, expected)


# What torch's compiler says to itself about the hand-written backward pass, and as it looks for
# gradients of tensors that have none.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor:UserWarning")
def test_the_compiler_keeps_values_and_gradients(layer):
    # Without its last stage, which takes a C++ compiler and half a minute. The loop over frames is
    # written out: with as few as let every group update twice.
    x = X[:, :4]
    # With `fullgraph` nothing may be left to Python, between pieces that are compiled.
    compiled = torch.compile(lambda x: layer(x), backend="aot_eager", fullgraph=True)
    torch.testing.assert_close(compiled(x), layer(x))
    (found,) = gradient(lambda x: compiled(x).square().sum(), x)
    (expected,) = gradient(lambda x: squares(layer, x), x)
    assert expected.abs().max() > 0.01
    torch.testing.assert_close(found, expected)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor:UserWarning")
@pytest.mark.parametrize("windowed", [False, True])
def test_a_stateful_layer_goes_on_when_it_is_compiled(windowed):
    layer = DelayedRNN(
        [2, 3],
        (1, 3),
        windowed=windowed,
        activation="tanh",
        stateful=True,
        return_sequences=True,
        dtype="mixed_bfloat16",
    )
    layer.build((4, 2, 3))
    compiled = torch.compile(lambda x: layer(x), backend="aot_eager", fullgraph=True)
    chunks = X[:, :4].split(2, dim=1)
    with torch.no_grad():
        expected = [layer(chunk) for chunk in chunks]
        assert (layer.states[0].value != 0).any()
        layer.reset_state()
        found = [compiled(chunk) for chunk in chunks]
    torch.testing.assert_close(found, expected)


def test_a_stateful_layer_goes_on_under_autocast():
    layer = DelayedRNN([2, 3], (1, 3), activation="tanh", stateful=True, return_sequences=True)
    layer.build(X.shape)
    whole = layer(X)
    layer.reset_state()
    with torch.autocast("cpu", torch.bfloat16):
        found = [layer(chunk) for chunk in X.split(3, dim=1)]
    torch.testing.assert_close(torch.cat(found, dim=1), whole, atol=0.05, rtol=0)
