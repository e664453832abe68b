"""How much of the loss' gradient comes back to what is long ago, while a model is trained."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
from numpy.typing import ArrayLike

from keras_drnn import ops
from keras_drnn.delays import is_integer
from keras_drnn.influence.bounds import group_sizes
from keras_drnn.influence.gradient import Gradient, trace


class GradientByDistance(keras.callbacks.Callback):
    """Logs the loss' gradient by distance from the end and by group, at the end of each epoch.

    The gradient of the loss of a few sequences by what a recurrent layer reads at each step: its
    norm, in the mean over sequences and over the steps of a band of distances. Where it is nothing,
    no training signal arrives. Of a delayed layer also that part of it which comes through each
    group's output. The names in the logs:

    ```
    gradient/0_to_9            the last ten steps
    gradient/100_up            all that lie 100 steps and more before the last one
    gradient/100_up/group_5    of these what comes through the fifth group, from fast to slow
    ```

    Keras' own `History`, `CSVLogger` and `TensorBoard`, and whatever else takes Keras' logs, have
    them if they stand after it in the list of callbacks. It costs about as much time as an update
    by a batch of as many sequences as it is given, times the number of groups, once an epoch. The
    model infers (no dropout); sample weights do not count, and neither do losses that layers add.

    Args:
        x: A few sequences, `(samples, timesteps, ...)`; padded ones where the model masks.
        y: Their targets, as in `fit`.
        layer: Name of the recurrent layer; by default the model's first.
        distances: Where bands begin, in steps before the last one, increasing.

    Raises:
        ValueError: If `x` and `y` are not as many, `x` is no batch of finite sequences, distances
            do not increase; in training, if the model has no such layer or not one loss.

    Example:

    >>> layers = [keras.Input((20, 3)), DelayedRNN(6, (1, 3)), keras.layers.Dense(1)]
    >>> model = keras.Sequential(layers)
    >>> model.compile("adam", "mse")
    >>> x, y = np.random.random((8, 20, 3)), np.random.random((8, 1))
    >>> watch = GradientByDistance(x[:4], y[:4], distances=(10,))
    >>> sorted(model.fit(x, y, verbose=0, callbacks=[watch]).history)[:3]
    ['gradient/0_to_9', 'gradient/0_to_9/group_1', 'gradient/0_to_9/group_2']
    """

    def __init__(
        self,
        x: ArrayLike,
        y: ArrayLike,
        layer: str | None = None,
        distances: Sequence[int] = (10, 30, 100),
    ):
        super().__init__()
        self._x, self._y = np.asarray(x), np.asarray(y)
        if self._x.ndim < 3 or not self._x.size or not np.isfinite(self._x).all():
            raise ValueError(
                "`x` must be sequences of finite numbers, of shape (samples, timesteps, ...). "
                f"Received: x of shape {self._x.shape}"
            )
        if len(self._x) != len(self._y):
            raise ValueError(
                f"Expected a target for each sequence. Received: {len(self._x)} sequences, "
                f"{len(self._y)} targets"
            )
        edges = [0, *distances]
        if not all(map(is_integer, edges)) or any(np.diff(edges) <= 0):
            raise ValueError(
                "`distances` must be whole numbers above 0 that increase. "
                f"Received: distances={tuple(distances)}"
            )
        self._layer, self._edges = layer, edges
        self._measure: _Measure | None = None

    def on_train_begin(self, logs=None):
        self._measure = _Measure(self.model, self._layer, self._x, self._y)

    def on_epoch_end(self, epoch, logs=None):
        # What is read of the model brings it up to date first: under JAX it is not while it trains.
        _ = self.model
        if logs is not None and self._measure is not None:
            logs.update(self._bands(self._measure()))

    def _bands(self, gradients: np.ndarray) -> dict[str, float]:
        """The mean norms, of gradients `(groups, samples, timesteps, features)`."""
        # From the end backwards.
        of_groups = np.linalg.norm(gradients, axis=-1).mean(axis=1)[:, ::-1]
        whole = np.linalg.norm(gradients.sum(axis=0), axis=-1).mean(axis=0)[::-1]
        found = {}
        for begin, end in zip(self._edges, [*self._edges[1:], None], strict=True):
            if begin >= len(whole):
                break
            name = f"gradient/{begin}_up" if end is None else f"gradient/{begin}_to_{end - 1}"
            found[name] = float(whole[begin:end].mean())
            if len(of_groups) > 1:
                for number, values in enumerate(of_groups, start=1):
                    found[f"{name}/group_{number}"] = float(values[begin:end].mean())
        return found


class _Measure:
    """The gradients of a model's loss by what one of its layers reads."""

    def __init__(self, model, name: str | None, x: np.ndarray, y: np.ndarray):
        layer = _recurrent_layer(model, name)
        loss = _loss_of(model)
        sizes = () if isinstance(layer, keras.layers.Bidirectional) else group_sizes(layer)
        groups, samples = max(1, len(sizes)), len(x)
        # Of each group's copies, which units pass gradients on: its own, and all of the only one.
        passing = np.repeat(np.eye(groups), sizes, axis=1) if groups > 1 else np.ones((1, 1))
        passing = np.repeat(passing, samples, axis=0).astype("float32")

        def total(probe, x, y):
            # Every group has a copy of all sequences: what passes through its output alone.
            copies = ops.concatenate([x] * groups)
            with _called_as(layer, _probed(probe, passing)):
                predicted = model(copies, training=False)
            parts = [predicted[k * samples : (k + 1) * samples] for k in range(groups)]
            return ops.sum(ops.stack([loss(y, part) for part in parts]))

        self._gradient = Gradient(total, [model])
        self._given = tuple(map(ops.convert_to_tensor, (x, y)))
        self._probe = ops.zeros((groups * samples, *_read_shape(model, layer, self._given[0])))
        self._groups = groups

    def __call__(self) -> np.ndarray:
        """The gradients `(groups, samples, timesteps, features)`."""
        found = ops.convert_to_numpy(self._gradient(self._probe, *self._given))
        return found.reshape(self._groups, -1, *found.shape[1:]).astype("float64")


def _probed(probe, passing: np.ndarray) -> Callable[..., Any]:
    """A layer's call with something added to what it reads, and gradients of some units alone."""

    def around(call, sequences, *args, **kwargs):
        outputs = call(sequences + ops.cast(probe, sequences.dtype), *args, **kwargs)
        shape = (len(passing), 1, -1) if len(outputs.shape) > 2 else (len(passing), -1)
        passes = ops.cast(ops.convert_to_tensor(passing.reshape(shape)), outputs.dtype)
        return outputs * passes + ops.stop_gradient(outputs * (1 - passes))

    return around


def _read_shape(model, layer, x) -> tuple[int, int]:
    """Steps and features of what a layer reads."""
    found = []

    def around(call, sequences, *args, **kwargs):
        found.append(tuple(sequences.shape[1:]))
        return call(sequences, *args, **kwargs)

    with _called_as(layer, around):
        trace(lambda x: model(x, training=False), x)
    return found[0]


@contextmanager
def _called_as(layer, around: Callable[..., Any]) -> Iterator[None]:
    """Put something around a layer's `call` while models that have it are called."""
    call = layer.call
    layer.call = lambda *args, **kwargs: around(call, *args, **kwargs)
    try:
        yield
    finally:
        del layer.call  # what its class has


def _recurrent_layer(model, name: str | None):
    found = list(_recurrent(model))
    if name is not None:
        found = [layer for layer in found if layer.name == name]
    if not found:
        wanted = "a recurrent layer" if name is None else f"a recurrent layer {name!r}"
        has = ", ".join(layer.name for layer in getattr(model, "layers", ()))
        raise ValueError(f"Expected a model with {wanted}. Received: one with the layers {has}")
    layer = found[0]
    if layer.return_state:
        raise ValueError(
            "Expected a recurrent layer that returns its outputs alone, without its final state. "
            f"Received: {layer.name}, with return_state=True"
        )
    return layer


def _recurrent(model) -> Iterator[Any]:
    for layer in getattr(model, "layers", ()):
        if isinstance(layer, (keras.layers.RNN, keras.layers.Bidirectional)):
            yield layer
        else:
            yield from _recurrent(layer)


def _loss_of(model) -> Callable[[Any, Any], Any]:
    """The loss that a model was compiled with, as one number for a batch."""
    given = model.loss
    if not isinstance(given, str) and not callable(given):
        raise ValueError(
            "Expected a model that is compiled with one loss for one output. "
            f"Received: loss={given!r}"
        )
    loss: Any = keras.losses.get(given)
    return lambda y, predicted: ops.mean(loss(y, predicted))
