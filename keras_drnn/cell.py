"""One step of the delayed RNN."""

import inspect
from collections.abc import Callable, Sequence
from numbers import Real

import keras
from keras import activations, constraints, initializers, regularizers

# Keras' name scopes are the only way to find out which layer asks for an initial state.
from keras.src.backend.common.global_state import get_global_attribute

# keras.layers.RNN recognises dropout masks that must last a whole sequence by this class alone,
# and Keras exports no public name for it.
from keras.src.layers.rnn.dropout_rnn_cell import DropoutRNNCell

from keras_drnn import ops
from keras_drnn.delays import (
    check_delays,
    check_first_step,
    first_updates,
    neighbour_updates,
    split_units,
)
from keras_drnn.ops import Tensor

# What serializes an argument, by the last word of its name.
OF_KERAS = {
    "activation": activations,
    "initializer": initializers,
    "regularizer": regularizers,
    "constraint": constraints,
}
_NAMES = {"kernel": "kernel", "recurrent": "recurrent_kernel", "bias": "bias"}
# Integers up to these are exact in the type, the bound itself included.
EXACT_INTEGERS = {"bfloat16": 2**8, "float16": 2**11, "float32": 2**24, "float64": 2**53}


@keras.saving.register_keras_serializable("keras_drnn")
class DelayedRNNCell(keras.layers.Layer, DropoutRNNCell):
    """Cell class for the delayed RNN (D-RNN).

    The units stand in groups, from fast to slow. Group `i` updates only at every `delays[i]`-th
    step and holds its state in between:

    ```
    h_0(t) = x(t)
    h_i(t) = activation(h_{i-1}(t) U_i + h_i(t-1) W_i + b_i)   if t mod delays[i] == 0
    h_i(t) = h_i(t-1)                                          otherwise
    output(t) = [h_1(t), ..., h_G(t)]
    ```

    Only the first group sees the input; every other group reads the state its faster neighbour has
    at this same step; or, with `windowed=True`, all states that its neighbour has had since the
    group's own last update, side by side, the oldest first:

    ```
    [h_{i-1}(t - delays[i] + delays[i-1]), ..., h_{i-1}(t - delays[i-1]), h_{i-1}(t)] U_i
    ```

    in place of `h_{i-1}(t) U_i`. This class processes one step; `keras_drnn.DelayedRNN` processes
    the whole sequence, with the same weights and the same results, and much faster.

    The state is a list of two tensors: the output, and a clock that holds, for each group, the
    number of steps since its period began. With `windowed=True` there is a third: the states that
    slower groups are still to read, group after group, the oldest first. A state of zeros means
    "start".

    Args:
        units: Dimensionality of the output, or one size per group. This argument and all others
            up to `seed` are those of `keras_drnn.DelayedRNN`, where they are described.
        delays: How often each group updates, in steps.
        first_step: The number `t` that the first step bears.
        windowed: Whether a slower group reads all states that its neighbour has had since.
        activation: Activation function. Default: `"relu"`.
        seed: Random seed for dropout.

    Call arguments:
        inputs: A 2D tensor, with shape `(batch, features)`.
        states: List of two tensors, with shapes `(batch, units)` and `(batch, groups)`; with
            `windowed=True` of three, the last with shape `(batch, states to be read)`.
        training: Python boolean, whether dropout applies.

    Input shape:
        `(batch, features)`; within `keras.layers.RNN`, `(batch, timesteps, features)`.

    Output shape:
        `(batch, units)`, and the next state, of the shapes of the one before.

    Raises:
        ValueError: If an argument is out of its range, or if a delay is longer than the compute
            dtype can count exactly (256 in bfloat16, 2048 in float16); on torch also within a
            stateful `keras.layers.RNN` of a mixed policy, which would lose its states.

    Example:

    >>> layer = keras.layers.RNN(DelayedRNNCell(150, delays=(1, 3, 9, 27, 81)))
    >>> layer(np.random.random((32, 100, 75))).shape
    (32, 150)

    Reference:

    - García Cedeño (ESPOL, 2018), D-RNN, equations 3.1 to 3.9.
    """

    def __init__(self, units: int | Sequence[int], delays: Sequence[int] = (1, 3, 9, 27, 81), *,
        first_step: int = 0, windowed: bool = False, activation="relu", use_bias: bool = True,
        kernel_initializer="glorot_uniform", recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        kernel_regularizer=None, recurrent_regularizer=None, bias_regularizer=None,
        kernel_constraint=None, recurrent_constraint=None, bias_constraint=None,
        dropout: float = 0.0, recurrent_dropout: float = 0.0, seed: int | None = None,
        **kwargs,
    ):  # fmt: skip
        super().__init__(**kwargs)
        self.delays = check_delays(delays)
        self.group_units = split_units(units, len(self.delays))
        self.units = sum(self.group_units)
        self.first_step = check_first_step(first_step)
        self.windowed = bool(windowed)
        # How many states of its neighbour each group reads, the first group of its input.
        self.reads = neighbour_updates(self.delays) if windowed else (1,) * len(self.delays)
        # How many numbers each slower group keeps of its neighbour's states until it reads them.
        pairs = zip(self.reads[1:], self.group_units, strict=False)
        self.history_sizes = [(reads - 1) * size for reads, size in pairs]

        self.activation: Callable[[Tensor], Tensor] = activations.get(activation)
        self.use_bias = use_bias
        groups = len(self.delays)
        self.kernel_initializer = _get("kernel_initializer", kernel_initializer, groups)
        self.recurrent_initializer = _get("recurrent_initializer", recurrent_initializer, groups)
        self.bias_initializer = _get("bias_initializer", bias_initializer, groups)
        self.kernel_regularizer = _get("kernel_regularizer", kernel_regularizer, groups)
        self.recurrent_regularizer = _get("recurrent_regularizer", recurrent_regularizer, groups)
        self.bias_regularizer = _get("bias_regularizer", bias_regularizer, groups)
        self.kernel_constraint = _get("kernel_constraint", kernel_constraint, groups)
        self.recurrent_constraint = _get("recurrent_constraint", recurrent_constraint, groups)
        self.bias_constraint = _get("bias_constraint", bias_constraint, groups)
        self.dropout = check_rate("dropout", dropout)
        self.recurrent_dropout = check_rate("recurrent_dropout", recurrent_dropout)
        self.seed = seed
        # torch shows a generator among the parameters, where one that nothing draws from puzzles.
        drops = self.dropout > 0 or self.recurrent_dropout > 0
        self.seed_generator = keras.random.SeedGenerator(seed) if drops else None

        self.output_size = self.units
        # The output comes first: JAX and NumPy take states[0] as the output of a masked step.
        self.state_size = [self.units, len(self.delays)]
        self.state_names = "[h, clock]"
        if any(self.history_sizes):
            self.state_size.append(sum(self.history_sizes))
            self.state_names = "[h, clock, history]"

    def build(self, input_shape):
        if len(input_shape) != 2:
            raise ValueError(
                "The cell takes one step at a time, of shape (batch, features), and a layer around "
                "it takes sequences, (batch, timesteps, features). "
                f"Received a step of shape {tuple(input_shape)}"
            )
        exact = EXACT_INTEGERS.get(self.compute_dtype, 0)
        if self.delays[-1] > exact:
            raise ValueError(
                f"The longest delay must be at most {exact}, the largest step that the compute "
                f"dtype {self.compute_dtype} counts exactly; use shorter delays or "
                f'dtype="float32" for this layer. Received: delays={self.delays}'
            )
        self.kernels, self.recurrent_kernels, self.biases = [], [], []
        width = input_shape[-1]
        for group, size in enumerate(self.group_units):
            self.kernels.append(self._add("kernel", group, (width * self.reads[group], size)))
            self.recurrent_kernels.append(self._add("recurrent", group, (size, size)))
            if self.use_bias:
                self.biases.append(self._add("bias", group, (size,)))
            width = size

    def _add(self, kind: str, group: int, shape: tuple[int, ...]):
        """A weight of a group with the initializer, regularizer and constraint of its kind."""

        def of_group(what: str):
            value = getattr(self, f"{kind}_{what}")
            return value[group] if isinstance(value, tuple) else value

        return self.add_weight(
            shape=shape,
            name=f"{_NAMES[kind]}_{group}",
            initializer=clone(of_group("initializer")),
            regularizer=of_group("regularizer"),
            constraint=of_group("constraint"),
        )

    def call(self, inputs, states, training=False):
        states = states if isinstance(states, (list, tuple)) else [states]
        shapes = [tuple(state.shape) for state in states]
        expected = [(inputs.shape[0], size) for size in self.state_size]
        if len(shapes) != len(expected) or not fit(shapes, expected):
            sizes = " and ".join(map(str, expected))
            raise ValueError(
                f"`states` must be {self.state_names} of shapes {sizes}; "
                "h alone is accepted by DelayedRNN, which starts the rest for it. "
                f"Received shapes: {shapes}"
            )
        previous, clock, *history = states
        firsts = first_updates(self.delays, self.first_step)
        due = [ops.equal(clock[:, g : g + 1], first) for g, first in enumerate(firsts)]
        output, *history = self.update(inputs, [previous, *history], due, training)
        return output, [output, self.tick(clock), *history]

    def update(self, inputs, states, due, training=False):
        """The state after one step, without the clock: the output, and what is still to be read.

        Args:
            inputs: `(batch, features)`.
            states: List of the output before, and where the cell is windowed of its history.
            due: For each group a boolean tensor `(batch, 1)`, or a Python boolean where that is
                known beforehand: what is not due is then not computed either.
            training: Whether dropout applies.
        """
        previous, *history = states
        windows = self.split_history(*history)
        below = _dropped(inputs, self.get_dropout_mask(inputs), training)
        recurrent = self.split_groups(
            _dropped(previous, self.get_recurrent_dropout_mask(previous), training)
        )
        groups = []
        for group, held in enumerate(self.split_groups(previous)):
            if not any(each is not False for each in due[group:]):
                groups.append(previous[..., sum(self.group_units[:group]) :])
                break
            if due[group] is False:
                below = held
            else:
                read = below
                if group in windows:
                    read = ops.concatenate([windows[group], below], axis=-1)
                updated = ops.matmul(read, self.kernels[group])
                updated += ops.matmul(recurrent[group], self.recurrent_kernels[group])
                if self.use_bias:
                    updated += self.biases[group]
                # On JAX and torch, Keras' operations round float64 to float32.
                updated = ops.cast(self.activation(updated), previous.dtype)
                below = _where(due[group], updated, held)
                if group + 1 in windows:
                    window = windows[group + 1]
                    moved = held
                    if self.reads[group + 1] > 2:
                        kept = window[..., held.shape[-1] :]
                        moved = ops.concatenate([kept, held], axis=-1)
                    windows[group + 1] = _where(due[group], moved, window)
            groups.append(below)
        output = ops.concatenate(groups, axis=-1)
        return [output, ops.concatenate([*windows.values()], axis=-1)] if windows else [output]

    def tick(self, clock: Tensor, steps: Tensor | int = 1) -> Tensor:
        """The clock so many steps later, none or one."""
        # Phases, not a count of steps: a phase stays exact in every dtype and never overflows.
        delays = ops.convert_to_tensor([self.delays], dtype=clock.dtype)
        clock = clock + steps
        return clock * ops.cast(ops.not_equal(clock, delays), clock.dtype)

    def split_groups(self, h):
        """Split the last axis of `h`, `(..., units)`, into one tensor per group."""
        edges = [0]
        for size in self.group_units:
            edges.append(edges[-1] + size)
        return [h[..., a:b] for a, b in zip(edges, edges[1:], strict=False)]

    def split_history(self, history: Tensor | None = None) -> dict[int, Tensor]:
        """What each slower group has still to read, by group; nothing where none is windowed."""
        if history is None:
            return {}
        windows, begin = {}, 0
        for group, size in enumerate(self.history_sizes, start=1):
            windows[group] = history[..., begin : begin + size]
            begin += size
        return windows

    # Without dropout Keras would write `None` into the cell at every call, which Flax's NNX forbids
    # while it traces.
    def get_dropout_mask(self, step_input):
        return super().get_dropout_mask(step_input) if self.dropout else None

    def get_recurrent_dropout_mask(self, step_input):
        return super().get_recurrent_dropout_mask(step_input) if self.recurrent_dropout else None

    def reset_dropout_mask(self):
        if self.dropout:
            super().reset_dropout_mask()

    def reset_recurrent_dropout_mask(self):
        if self.recurrent_dropout:
            super().reset_recurrent_dropout_mask()

    def get_initial_state(self, batch_size=None):
        _check_states_are_kept()
        return [ops.zeros((batch_size, n), dtype=self.compute_dtype) for n in self.state_size]

    def get_config(self):
        config = super().get_config()
        for name in ARGUMENTS:
            value = getattr(self, name)
            module = OF_KERAS.get(name.split("_")[-1])
            config[name] = value if module is None else _serialize(module, value)
        equal = len(set(self.group_units)) == 1
        config["units"] = self.units if equal else list(self.group_units)
        config["delays"] = list(self.delays)
        return config


# The names of the cell's arguments, which are those of its attributes and of its configuration, and
# the layer's too.
ARGUMENTS = tuple(inspect.signature(DelayedRNNCell.__init__).parameters)[1:-1]


def _get(name: str, value, groups: int):
    """What Keras makes of an argument: one for all groups, or a tuple with one for each."""
    module = OF_KERAS[name.split("_")[-1]]
    if not isinstance(value, (list, tuple)):
        return module.get(value)
    if len(value) != groups:
        raise ValueError(
            f"`{name}` must be one for all groups or a sequence of one for each of the {groups} "
            f"delays. Received: {len(value)} of them, {name}={value!r}"
        )
    return tuple(map(module.get, value))


def _serialize(module, value):
    if isinstance(value, tuple):
        return [module.serialize(each) for each in value]
    return module.serialize(value)


def _check_states_are_kept():
    """Refuse a stateful `keras.layers.RNN` that would start every batch from zero.

    On torch, within a layer of a mixed policy, Keras assigns to a copy of a variable.
    """
    scopes = get_global_attribute("name_scope_stack")
    layer = scopes[-1].caller if scopes else None
    # Not a class derived from it: DelayedRNN keeps its states.
    if type(layer) is not keras.layers.RNN or not layer.stateful:
        return
    if keras.backend.backend() == "torch" and layer.compute_dtype != layer.variable_dtype:
        raise ValueError(
            "On torch, keras.layers.RNN with stateful=True needs a compute dtype that is the dtype "
            "of its variables: in a mixed policy Keras drops its states after every batch. Use "
            'keras_drnn.DelayedRNN, or give keras.layers.RNN dtype="float32" and the policy to the '
            f"cell alone. Received: dtype={layer.dtype_policy.name!r}"
        )


def _where(due, updated, held):
    """`updated` where a group is due, which may be known beforehand."""
    return updated if due is True else ops.where(due, updated, held)


def _dropped(values, mask, training):
    if mask is None or not training:
        return values
    # A layer of another dtype policy around the cell draws the mask in its own type.
    return values * ops.cast(mask, values.dtype)


def check_rate(name: str, rate: float) -> float:
    """Return a dropout rate as a float, or raise a `ValueError`."""
    if isinstance(rate, bool) or not isinstance(rate, Real) or not 0 <= rate <= 1:
        raise ValueError(f"`{name}` must be a number from 0 to 1. Received: {name}={rate!r}")
    return float(rate)


def fit(shapes, expected) -> bool:
    """Whether each shape is what is expected of it, as far as both are known (`None` is not)."""
    return all(
        len(shape) == len(wanted)
        and all(None in (a, b) or a == b for a, b in zip(shape, wanted, strict=True))
        for shape, wanted in zip(shapes, expected, strict=False)
    )


def clone(initializer):
    """A fresh copy of what draws from a seed, or it would draw the same values for every group."""
    # Of the others some come back from their configuration without their arguments, as Identity.
    if isinstance(initializer, initializers.Initializer) and "seed" in initializer.get_config():
        return initializer.clone()
    return initializer
