"""Models by name, as wide as a budget of parameters lets them be."""

from collections.abc import Callable

import keras

from benchmarks.long_memory.budget import count, widest
from benchmarks.long_memory.peers import Peer
from benchmarks.long_memory.recipe import Recipe
from benchmarks.long_memory.tasks import Task

PLAIN = Recipe()  # without dropout, the last step answers


def build(
    peer: Peer,
    task: Task,
    parameters: int,
    options: dict,
    recipe: Recipe = PLAIN,
    *,
    seed: int = 0,
) -> tuple[keras.Model, int]:
    """The widest model of at most so many parameters, and its width.

    Args:
        peer: What stands between the sequence and the last layer, which is the same for all.
        task: What it is to learn.
        parameters: The budget, of trained numbers.
        options: The peer's own, others than its defaults.
        recipe: Its dropout, its pooling, and whether it is trained on harder sequences too.
        seed: Of the weights and of dropout.
    """
    chosen = peer.options(options)

    def model(width: int) -> keras.Model:
        return assemble(peer, task, width, chosen, recipe)

    distribution = keras.distribution.distribution()
    keras.distribution.set_distribution(None)
    width = widest(lambda width: without_values(lambda: count(model(width))), parameters)
    # The same weights, and names of variables, in every process.
    keras.utils.clear_session()
    keras.distribution.set_distribution(distribution)
    keras.utils.set_random_seed(seed)
    return model(width), width


def assemble(
    peer: Peer, task: Task, width: int, options: dict, recipe: Recipe = PLAIN
) -> keras.Model:
    """A model of a width.

    Args:
        peer: As for `build`.
        task: Likewise; of its data nothing is read.
        width: Of the peer's layers.
        options: All of the peer's.
        recipe: As for `build`.

    Raises:
        ValueError: If a mean over steps is to answer at each of them, or a recipe with
            `adversarial` is to be trained under another backend than JAX.
    """
    pooled = recipe.pooling == "mean"
    if pooled and task.every_step:
        raise ValueError(
            f"Expected pooling=last for {task.name}, each step of which is answered. Received: mean"
        )
    x = keras.Input((task.steps, task.features))
    h = keras.layers.Dropout(recipe.input_dropout)(x) if recipe.input_dropout else x
    h = peer.layers(h, width, task.every_step or pooled, **options)
    if pooled:
        mask = keras.ops.any(x != 0, axis=-1) if task.padded else None
        h = keras.layers.GlobalAveragePooling1D()(h, mask=mask)
    h = keras.layers.Dropout(recipe.dropout)(h) if recipe.dropout else h
    answers = keras.layers.Dense(task.outputs)(h)
    if not recipe.adversarial:
        return keras.Model(x, answers)
    if keras.backend.backend() != "jax":
        raise ValueError(
            "Expected KERAS_BACKEND=jax for a recipe with `adversarial`. Received: "
            f"{keras.backend.backend()}"
        )
    from benchmarks.long_memory.adversarial import AdversarialModel

    return AdversarialModel(
        inputs=x, outputs=answers, change=recipe.adversarial, padded=task.padded
    )


def without_values(counted: Callable[[], float]) -> float:
    """What is counted of a model, whose weights need no values for that."""
    if keras.backend.backend() != "jax":
        return counted()
    import jax

    found = []
    jax.eval_shape(lambda: found.append(counted()))
    return found[0]
