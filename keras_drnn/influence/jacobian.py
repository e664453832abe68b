"""How much each step of a sequence moves each output of a model."""

from collections.abc import Callable
from typing import Any

import numpy as np

from keras_drnn import ops
from keras_drnn.influence.gradient import Gradient, trace
from keras_drnn.ops import Tensor

# Copies of the sequence that go through the model at once: one per output that is asked about.
_AT_ONCE = 512


def input_influence(model, x) -> np.ndarray:
    """Measure how much each input step moves each output step.

    The Jacobian of the outputs by the inputs, as one number for each pair of steps: the Frobenius
    norm of `d output(t) / d input(s)`. Where the layer forgets, it falls to 0 as `s` moves away
    from `t`. The model infers (no dropout); its time is the time of as many backward passes as the
    outputs have numbers, many at once.

    Args:
        model: A built model or layer that maps `(batch, timesteps, ...)` to `(batch, timesteps,
            channels)`, or to `(batch, channels)`, on which samples do not touch each other.
        x: One sequence, `(timesteps, ...)`.

    Returns:
        Array of shape `(output steps, input steps)`; one output step for a model that returns the
        last alone.

    Raises:
        ValueError: If `x` is no finite sequence, or the backend has no gradients.

    Example:

    >>> layer = DelayedRNN(50, return_sequences=True)
    >>> layer.build((None, None, 75))
    >>> input_influence(layer, np.random.random((60, 75))).shape
    (60, 60)
    """
    return InputInfluence(model)(x)


class InputInfluence:
    """`input_influence` of one model for several sequences, and while it is trained.

    What it compiles for sequences of one length it compiles once.

    Args:
        model: The model or layer, as for `input_influence`.
        outputs: What is asked about, made of what the model returns; all of it by default.
    """

    def __init__(self, model, outputs: Callable[[Any], Tensor] = lambda returned: returned):
        self._model = model
        self._outputs = outputs

        def total(sequences, weights):
            found = outputs(model(sequences, training=False))
            return ops.sum(ops.cast(ops.reshape(found, weights.shape), "float32") * weights)

        self._gradient = Gradient(total, [model])

    def __call__(self, x) -> np.ndarray:
        """As `input_influence`.

        Args:
            x: One sequence, `(timesteps, ...)`.
        """
        x = _checked(x)
        steps, channels = self._shape(x)
        of_outputs = np.repeat(np.arange(steps), channels)
        return self.of_groups(x, of_outputs)

    def of_groups(self, x, groups: np.ndarray) -> np.ndarray:
        """The influence on groups of outputs.

        Args:
            x: One sequence, `(timesteps, ...)`.
            groups: To which group each number of the outputs belongs, in their order.

        Returns:
            `(groups, timesteps)` Frobenius norms.
        """
        x = _checked(x)
        squares = np.zeros((groups.max() + 1, len(x)))
        # The same number of copies every time: another number would be compiled anew.
        count = min(groups.size, _AT_ONCE)
        copies = ops.convert_to_tensor(np.broadcast_to(x, (count, *x.shape)))
        for begin in range(0, groups.size, count):
            weights = np.eye(count, groups.size, begin, dtype="float32")
            gradients = self._gradient(copies, ops.convert_to_tensor(weights))
            rows = ops.convert_to_numpy(gradients).astype("float64")
            per_step = np.square(rows.reshape(count, len(x), -1)).sum(axis=-1)
            of_rows = groups[begin : begin + count]
            np.add.at(squares, of_rows, per_step[: len(of_rows)])
        return np.sqrt(squares)

    def _shape(self, x: np.ndarray) -> tuple[int, int]:
        """Steps and channels of the outputs."""
        if not getattr(self._model, "built", True):
            self._model(x[None], training=False)

        def forwards(sequences):
            return self._outputs(self._model(sequences, training=False))

        shape = trace(forwards, ops.convert_to_tensor(x[None])).shape
        steps = shape[1] if len(shape) > 2 else 1
        return steps, int(np.prod(shape[1:])) // steps


def _checked(x) -> np.ndarray:
    x = np.asarray(x, "float32")
    if x.ndim < 2 or not len(x) or not np.isfinite(x).all():
        raise ValueError(
            "`x` must be one sequence of finite numbers, of shape (timesteps, ...), without a "
            f"batch axis. Received: x of shape {x.shape}"
        )
    return x
