"""Chooses a model's settings on held-out training data, with as many trials for each model."""

import json
from collections.abc import Callable, Collection
from dataclasses import asdict

import numpy as np
from keras_tuner import HyperParameters, Objective
from keras_tuner.oracles import RandomSearchOracle

from benchmarks.long_memory.peers import Peer, fitted
from benchmarks.long_memory.recipe import Recipe
from benchmarks.long_memory.tasks.measures import Measure

# What trials choose from in the recipe, the same for every model.
RECIPE_SPACE = {
    "learning_rate": (3e-4, 1e-3, 3e-3, 6e-3, 1e-2),
    "weight_decay": (0.0, 0.004, 0.04),
    "dropout": (0.0, 0.1, 0.25),
}

_DRAWS = 20  # for each trial, some of which were drawn before


def candidates(
    peer: Peer,
    recipe: Recipe,
    options: dict,
    trials: int,
    steps: int,
    given: Collection[str] = (),
) -> list[tuple[dict, Recipe]]:
    """Settings to try, the same at every call: those of `options` and `recipe` first, then random
    ones.

    Args:
        peer: Whose options are chosen, from its own space.
        recipe: What the random ones differ from.
        options: Likewise.
        trials: How many; fewer where there are no more.
        steps: Of a sequence, which delays are shorter than.
        given: What the user has chosen and is not drawn, such as `"option.delays"` and
            `"recipe.dropout"`. Where an option has a value for each group, such as `shares`, delays
            and periods are not drawn either.
    """
    space = {f"option.{name}": values for name, values in peer.space.items()}
    space |= {f"recipe.{name}": values for name, values in RECIPE_SPACE.items()}
    each_group = (options.get("shares"), options.get("gain"))
    fixed = set(given)
    if any(isinstance(value, (list, tuple)) and any(value) for value in each_group):
        fixed |= {"option.delays", "option.periods"}
    space = {name: values for name, values in space.items() if name not in fixed}
    if not space:
        return [(options, recipe)]
    parameters = HyperParameters()
    for name, values in space.items():
        # keras-tuner chooses among numbers and texts alone.
        parameters.Choice(name, [json.dumps(value) for value in values])
    # keras-tuner takes a seed of 0 for none.
    oracle = RandomSearchOracle(
        objective=Objective("value", "max"), max_trials=trials, hyperparameters=parameters, seed=1
    )
    found = [(options, recipe)]
    for draw in range(_DRAWS * trials):
        drawn = oracle.populate_space(str(draw))["values"]
        if len(found) == trials or drawn is None:
            break
        chosen: dict[str, dict] = {"option": {}, "recipe": {}}
        for name, value in drawn.items():
            kind, _, field = name.partition(".")
            chosen[kind][field] = json.loads(value)
        settings = (options | fitted(chosen["option"], steps), recipe.changed(chosen["recipe"]))
        if settings not in found:
            found.append(settings)
    return found


def choose(
    tried: list[tuple[dict, Recipe]],
    epochs: int,
    measure: Measure,
    perform: Callable[[dict, Recipe], list[dict]],
    say: Callable[[str], object] = print,
) -> tuple[dict, Recipe]:
    """The options and the recipe that do best on what is held out.

    Args:
        tried: Of `candidates`.
        epochs: Of each trial; the recipe that is returned has its own.
        measure: What is better.
        perform: Runs one, without the test data, and gives what was found: of each seed.
        say: Called with a line of text at the end.
    """
    best, value = tried[0], None
    for options, recipe in tried:
        runs = perform(options, recipe.changed({"epochs": epochs}))
        found = float(np.mean([run["validation"] for run in runs]))
        if value is None or value != value or measure.better(found, value):
            best, value = (options, recipe), found
    say(f"chosen of {len(tried)}, {measure.name} {value:.4f}: {best[0]} {asdict(best[1])}")
    return best
