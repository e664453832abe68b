"""Models by name, as wide as a budget of parameters lets them be."""

from collections.abc import Callable

import keras

from benchmarks.long_memory.budget import count, widest
from benchmarks.long_memory.peers import Peer
from benchmarks.long_memory.tasks import Task


def build(
    peer: Peer,
    task: Task,
    parameters: int,
    options: dict,
    *,
    dropout: float = 0.0,
    input_dropout: float = 0.0,
    seed: int = 0,
) -> tuple[keras.Model, int]:
    """The widest model of at most so many parameters, and its width.

    Args:
        peer: What stands between the sequence and the last layer, which is the same for all.
        task: What it is to learn.
        parameters: The budget, of trained numbers.
        options: The peer's own, others than its defaults.
        dropout: In front of the last layer.
        input_dropout: In front of the peer, of each number by itself.
        seed: Of the weights and of dropout.
    """
    chosen = peer.options(options)

    def model(width: int) -> keras.Model:
        return assemble(peer, task, width, chosen, dropout=dropout, input_dropout=input_dropout)

    distribution = keras.distribution.distribution()
    keras.distribution.set_distribution(None)
    width = widest(lambda width: without_values(lambda: count(model(width))), parameters)
    # The same weights, and names of variables, in every process.
    keras.utils.clear_session()
    keras.distribution.set_distribution(distribution)
    keras.utils.set_random_seed(seed)
    return model(width), width


def assemble(
    peer: Peer,
    task: Task,
    width: int,
    options: dict,
    *,
    dropout: float = 0.0,
    input_dropout: float = 0.0,
) -> keras.Model:
    """A model of a width.

    Args:
        peer: As for `build`.
        task: Likewise; of its data nothing is read.
        width: Of the peer's layers.
        options: All of the peer's.
        dropout: As for `build`.
        input_dropout: Likewise.
    """
    x = keras.Input((task.steps, task.features))
    h = keras.layers.Dropout(input_dropout)(x) if input_dropout else x
    h = peer.layers(h, width, task.every_step, **options)
    h = keras.layers.Dropout(dropout)(h) if dropout else h
    return keras.Model(x, keras.layers.Dense(task.outputs)(h))


def without_values(counted: Callable[[], float]) -> float:
    """What is counted of a model, whose weights need no values for that."""
    if keras.backend.backend() != "jax":
        return counted()
    import jax

    found = []
    jax.eval_shape(lambda: found.append(counted()))
    return found[0]
