"""The delayed RNN over whole sequences."""

from collections.abc import Sequence

import keras

from keras_drnn import cascade, ops
from keras_drnn.cell import ARGUMENTS, DelayedRNNCell, fit


def _show_arguments_of_the_cell(layer: type) -> type:
    """Class decorator: the layer has the cell's arguments as its own attributes, to be read."""
    for name in ARGUMENTS:
        shown = property(lambda layer, name=name: getattr(layer.cell, name))
        setattr(layer, name, shown)
    return layer


@_show_arguments_of_the_cell
@keras.saving.register_keras_serializable("keras_drnn")
class DelayedRNN(keras.layers.RNN):
    """Delayed RNN (D-RNN): groups of units that update at different delays.

    Group `i` updates at every `delays[i]`-th step and holds its state in between, so that an input
    of long ago reaches the output through few transformations. See `keras_drnn.DelayedRNNCell` for
    the equations. Gives the same numbers as `keras.layers.RNN(DelayedRNNCell(...))`, several times
    faster: each group is computed at its own rate.

    "D-RNN" and "delayed RNN" are names of other models too (the dilated RNN of Chang et al., 2017;
    the delayed RNN of Turek et al., 2020). This one is the D-RNN of García Cedeño (ESPOL, 2018).

    Args:
        units: Positive integer, dimensionality of the output, split evenly over the groups; or a
            sequence with one size per group, from fast to slow.
        delays: Sequence of strictly increasing positive integers, in steps (frames): how often each
            group updates. They need not divide each other.
        first_step: Integer from 0 up, the number `t` that the first step bears. With 0 every group
            updates at the first step, with 1 group `i` updates for the first time at step number
            `delays[i]`.
        windowed: Boolean, whether a slower group reads all states that its faster neighbour has had
            since the group's own last update, each through rows of its own of the kernel, or, as
            the thesis has it, the state of that one step. For this each delay must be a multiple
            of the one before it.
        activation: Activation function. Default: `"relu"`.
        use_bias: Boolean, whether the layer uses bias vectors.
        kernel_initializer: Initializer for the matrices `U_i`, which read the input or the faster
            group.
        recurrent_initializer: Initializer for the matrices `W_i` of the recurrent state.
        bias_initializer: Initializer for the bias vectors.
        kernel_regularizer: Regularizer for the `kernel` matrices.
        recurrent_regularizer: Regularizer for the `recurrent_kernel` matrices.
        bias_regularizer: Regularizer for the bias vectors.
        activity_regularizer: Regularizer for the output of the layer.
        kernel_constraint: Constraint for the `kernel` matrices.
        recurrent_constraint: Constraint for the `recurrent_kernel` matrices.
        bias_constraint: Constraint for the bias vectors. Each initializer, regularizer and
            constraint may also be a sequence with one for each group, from fast to slow.
        dropout: Float between 0 and 1, the fraction of the inputs to drop.
        recurrent_dropout: Float between 0 and 1, the fraction of each group's own previous state
            to drop. What a group reads from its faster neighbour is never dropped.
        seed: Random seed for dropout.
        return_sequences: Boolean, whether to return the output of every step or the last one's.
        return_state: Boolean, whether to return the final state, `[h, clock]`, as well; with
            `windowed=True` `[h, clock, history]`.
        go_backwards: Boolean, whether to process the sequence backwards and return it reversed.
        stateful: Boolean, whether a batch goes on from the final state of the batch before, until
            `reset_state()`. Under JAX only `model(x)` does: in `fit`, `evaluate`, `predict` and
            their likes for one batch Keras drops what a stateful layer has carried, and compiles
            in the state that it had when the function was first called.
        unroll: Boolean, whether to write the loops out (needs a static number of steps).
        zero_output_for_mask: Boolean, whether the output of a masked step is zero, or the state
            that is held over it.

    Call arguments:
        sequences: A 3D tensor, with shape `(batch, timesteps, features)`.
        mask: Binary tensor of shape `(batch, timesteps)`. A step whose entry is `False` is skipped
            as if it were absent: the clock does not count it either.
        training: Python boolean, whether dropout applies.
        initial_state: `[h, clock]`, or with `windowed=True` `[h, clock, history]`, as returned
            with `return_state=True`; or `h` alone, for which the rest starts at zero.

    Input shape:
        `(batch, timesteps, features)`, at least one step.

    Output shape:
        `(batch, units)`, or `(batch, timesteps, units)` with `return_sequences=True`; with
        `return_state=True` followed by `(batch, units)` and `(batch, groups)`, and with
        `windowed=True` by the states that slower groups are still to read.

    Raises:
        ValueError: If an argument is out of its range, the input is not a 3D tensor, an initial
            state has the wrong shape, or a delay is longer than the compute dtype can count exactly
            (256 in bfloat16, 2048 in float16).

    Example:

    >>> layer = DelayedRNN(150, delays=(1, 3, 9, 27, 81), return_sequences=True)
    >>> layer(np.random.random((32, 100, 75))).shape
    (32, 100, 150)

    Reference:

    - García Cedeño (ESPOL, 2018), D-RNN, equations 3.1 to 3.9; worked example: 3.10 to 3.13.
    """

    def __init__(self, units: int | Sequence[int], delays: Sequence[int] = (1, 3, 9, 27, 81), *,
        first_step: int = 0, windowed: bool = False, activation="relu", use_bias: bool = True,
        kernel_initializer="glorot_uniform", recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        kernel_regularizer=None, recurrent_regularizer=None, bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None, recurrent_constraint=None, bias_constraint=None,
        dropout: float = 0.0, recurrent_dropout: float = 0.0, seed: int | None = None,
        return_sequences: bool = False, return_state: bool = False, go_backwards: bool = False,
        stateful: bool = False, unroll: bool = False, zero_output_for_mask: bool = False,
        **kwargs,
    ):  # fmt: skip
        given = locals()  # before any other name is bound
        cell = DelayedRNNCell(
            **{name: given[name] for name in ARGUMENTS},
            dtype=kwargs.get("dtype"),
            trainable=kwargs.get("trainable", True),
            name="delayed_rnn_cell",
        )
        super().__init__(
            cell,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            unroll=unroll,
            zero_output_for_mask=zero_output_for_mask,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        self.input_spec = keras.layers.InputSpec(ndim=3)
        self.supports_masking = True

    def build(self, sequences_shape, initial_state_shape=None):
        super().build(sequences_shape, initial_state_shape)
        self.input_spec = keras.layers.InputSpec(ndim=3, axes={-1: sequences_shape[-1]})
        for state in self.states or ():
            # Otherwise torch, under a mixed policy, assigns to the copy that it casts.
            state._autocast = False

    def compute_output_shape(self, sequences_shape, initial_state_shape=None):
        if initial_state_shape is not None:
            lone = not isinstance(initial_state_shape[0], (list, tuple))
            shapes = [initial_state_shape] if lone else initial_state_shape
            self._check_states(shapes, sequences_shape[0])
        return super().compute_output_shape(sequences_shape)

    def call(self, sequences, initial_state=None, mask=None, training=False):
        if sequences.shape[1] == 0:
            raise ValueError(
                "Expected a sequence of at least one step. "
                f"Received an input of shape {tuple(sequences.shape)}"
            )
        # The backends' fused operations, unlike Keras', take no integers beside float weights.
        sequences = ops.cast(sequences, self.compute_dtype)
        if initial_state is None and not self.stateful:
            initial_state = self.cell.get_initial_state(ops.shape(sequences)[0])[:1]
        elif initial_state is not None:
            if not isinstance(initial_state, (list, tuple)):
                initial_state = [initial_state]
            self._check_states([state.shape for state in initial_state], sequences.shape[0])
        return super().call(sequences, initial_state=initial_state, mask=mask, training=training)

    def inner_loop(self, sequences, initial_state, mask, training=False):
        mask = mask[0] if isinstance(mask, (list, tuple)) else mask
        if mask is not None and not fit([mask.shape], [sequences.shape[:2]]):
            raise ValueError(
                f"`mask` must be of shape (batch, timesteps), {tuple(sequences.shape[:2])}. "
                f"Received shape: {tuple(mask.shape)}"
            )
        if self.stateful:
            # torch writes the final state over the very memory that its gradient still needs.
            initial_state = [ops.copy(state) for state in initial_state]
        if self.go_backwards:
            sequences = ops.flip(sequences, axis=1)
            mask = None if mask is None else ops.flip(mask, axis=1)
        # A state without a clock starts its clock here, so the schedule is known beforehand.
        h, *rest = initial_state
        clock, history = (*rest, None, None)[:2]
        outputs, states = cascade.run(
            self.cell,
            sequences,
            h,
            clock,
            history,
            mask=mask,
            input_mask=self.cell.get_dropout_mask(sequences[:, 0]) if training else None,
            recurrent_mask=self.cell.get_recurrent_dropout_mask(h) if training else None,
            unroll=self.unroll,
            return_sequences=self.return_sequences,
            # Nothing else reads the final state, whose clock is copied to a GPU at every call.
            return_state=self.return_state or self.stateful,
            zero_output_for_mask=self.zero_output_for_mask,
        )
        last_output = outputs[:, -1] if self.return_sequences else outputs
        return last_output, outputs, states

    def _check_states(self, shapes, batch):
        shapes = [tuple(shape) for shape in shapes]
        expected = [(batch, size) for size in self.state_size]
        if len(shapes) not in (1, len(expected)) or not fit(shapes, expected):
            raise ValueError(
                f"`initial_state` must be {self.cell.state_names} of shapes "
                f"{' and '.join(map(str, expected))}, or h alone. Received shapes: {shapes}"
            )

    def get_config(self):
        config = super().get_config()
        cell = {k: v for k, v in self.cell.get_config().items() if k not in config}
        del config["cell"]
        return {**config, **cell}

    @classmethod
    def from_config(cls, config):
        return cls(**config)
