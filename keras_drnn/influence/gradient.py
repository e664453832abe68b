"""Gradients of functions of models, on every backend that has any."""

from collections.abc import Callable, Sequence
from typing import Any

import keras

from keras_drnn.ops import Tensor


class Gradient:
    """The gradient of a function by the first of its tensors.

    It is compiled for each shape that it is called with, once, and takes the variables as they are
    when it is called: it goes on being right when they are trained.

    Args:
        function: From tensors to one number.
        layers: The layers and models that it calls.

    Raises:
        ValueError: If the backend has no gradients.
    """

    def __init__(self, function: Callable[..., Tensor], layers: Sequence[Any]):
        backend = keras.backend.backend()
        if backend not in _MAKERS:
            raise ValueError(
                "Gradients need the jax, tensorflow or torch backend; set KERAS_BACKEND. "
                f"Received: backend={backend}"
            )
        self._run = _MAKERS[backend](function, layers)

    def __call__(self, at: Tensor, *others: Tensor) -> Tensor:
        return self._run(at, *others)


def trace(function: Callable[[Tensor], Any], x: Tensor) -> Any:
    """Call a function of a built model for the shapes of what it returns.

    On JAX without a computation, whose operations would all be compiled one by one.

    Args:
        function: The function, of one tensor.
        x: The tensor.
    """
    if keras.backend.backend() != "jax":
        return function(x)
    import jax

    def traced(x):
        with keras.StatelessScope():
            return function(x)

    return jax.eval_shape(traced, x)


def _of_jax(function: Callable[..., Any], layers: Sequence[Any]) -> Callable[..., Any]:
    import jax

    def variables() -> list:
        found = [variable for layer in layers for variable in getattr(layer, "variables", ())]
        return list({id(variable): variable for variable in found}.values())

    @jax.jit
    def gradient(values, at, *others):
        def value(at):
            # Random layers move their seeds even at inference: here that must stay inside.
            with keras.StatelessScope(zip(variables(), values, strict=True)):
                return function(at, *others)

        return jax.grad(value)(at)

    return lambda *tensors: gradient([variable.value for variable in variables()], *tensors)


def _of_tensorflow(function: Callable[..., Any], layers: Sequence[Any]) -> Callable[..., Any]:
    import tensorflow as tf

    @tf.function(autograph=False)
    def gradient(at, *others):
        with tf.GradientTape() as tape:
            tape.watch(at)
            value = function(at, *others)
        return tape.gradient(value, at, unconnected_gradients=tf.UnconnectedGradients.ZERO)

    return gradient


def _of_torch(function: Callable[..., Any], layers: Sequence[Any]) -> Callable[..., Any]:
    import torch

    def gradient(at, *others):
        with torch.enable_grad():
            at = at.detach().clone().requires_grad_()
            value = function(at, *others)
            return torch.autograd.grad(value, at, materialize_grads=True)[0]

    return gradient


_MAKERS = {"jax": _of_jax, "tensorflow": _of_tensorflow, "torch": _of_torch}
