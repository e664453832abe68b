"""The base class of layers that remember earlier frames, and run a clip and a stream alike."""

import keras

from keras_drnn import ops
from keras_drnn.ops import Tensor


class CausalLayer(keras.layers.Layer):
    """Base class of layers whose output for a frame depends on that frame and earlier ones alone.

    To write such a layer, subclass this class and implement two methods in place of `call`:

    - `state_shapes(input_shape)`: what the layer remembers, as named parts with their shapes;
    - `advance(inputs, state)`: the outputs for some more frames, and the state behind them.

    On a whole clip the layer advances once, over all frames, from a state of zeros. In a stream
    (`keras_drnn.export.export_streaming`) it advances by one frame at a time, and its state goes
    from call to call. Both run the same lines, so `advance` must not assume a number of frames.

    With a third, `output_range(low, high)`, models with the layer have a bound on their scores
    (`keras_drnn.score_bound`).

    A state of zeros must mean that no frame came before, because a stream starts with zeros.

    Call arguments:
        inputs: Floating point tensor of shape `(batch, frames, ...)`.

    Input shape:
        `(batch, frames, ...)`.

    Output shape:
        `(batch, frames, ...)`: one output for each frame.

    Example:

    >>> @keras.saving.register_keras_serializable("my_package")
    ... class RunningSum(CausalLayer):
    ...     def state_shapes(self, input_shape):
    ...         return {"total": input_shape[2:]}
    ...
    ...     def advance(self, inputs, state):
    ...         sums = keras.ops.cumsum(inputs, axis=1) + state["total"][:, None]
    ...         return sums, {"total": sums[:, -1]}
    >>> clip = keras.ops.array([[[1.0], [3.0], [2.0]]])
    >>> keras.ops.convert_to_numpy(RunningSum()(clip)).tolist()
    [[[1.0], [4.0], [6.0]]]
    """

    def state_shapes(self, input_shape: tuple) -> dict[str, tuple[int, ...]]:
        """The parts of the state.

        Args:
            input_shape: Shape of the inputs, `(batch, frames, ...)`; `None` for a size that is not
                fixed.

        Returns:
            The shape of each part, without the batch, by name.
        """
        raise NotImplementedError

    def advance(self, inputs: Tensor, state: dict[str, Tensor]) -> tuple:
        """Outputs for some more frames, and the state behind them.

        Args:
            inputs: `(batch, frames, ...)`, one frame or more: those that follow the state.
            state: A tensor `(batch, ...)` for each part that `state_shapes` names, of the type of
                the inputs.

        Returns:
            The outputs, `(batch, frames, ...)`, and the next state, with the same parts, shapes and
            types.
        """
        raise NotImplementedError

    def call(self, inputs):
        batch = ops.shape(inputs)[0]
        state = {
            name: ops.zeros((batch, *shape), dtype=inputs.dtype)
            for name, shape in self.state_shapes(inputs.shape).items()
        }
        return self.advance(inputs, state)[0]
