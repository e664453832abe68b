"""The recipe of a model: from a preset, the data set, the cell and what the user asks for."""

from dataclasses import replace

from keras_drnn.data_sets import DataSet, find_data_set
from keras_drnn.data_sets.recipe import THESIS, Recipe
from keras_drnn.delays import check_delays, split_units

CELLS = ("drnn", "rnn", "lstm", "gru")
MODELS = (*CELLS, *(f"bi{cell}" for cell in CELLS))
PRESETS = ("best", "stream", "thesis")

# The same care for the rivals: what they were better with on the same held-out subjects.
BEST_BY_CELL = {"lstm": {"learning_rate": 2e-3}, "gru": {"learning_rate": 2e-3}}


def recipe_for(model: str, *, preset: str, data: DataSet | str, **changes) -> Recipe:
    """The recipe of a model.

    Args:
        model: One of `MODELS`.
        preset: One of `PRESETS`.
        data: The data set, or the name of one.
        **changes: Fields of the recipe to replace; those that are `None` are left as they are.

    Raises:
        ValueError: If the model or the preset is unknown, a model that reads backwards is to be
            left running, or the units cannot be split over the delays.

    Example:

    >>> recipe_for("bilstm", preset="thesis", data="ntu", steps=1000).units
    150
    """
    if model not in MODELS:
        raise ValueError(f"`model` must be one of {', '.join(MODELS)}. Received: model={model!r}")
    if preset not in PRESETS:
        raise ValueError(
            f"`preset` must be one of {', '.join(PRESETS)}. Received: preset={preset!r}"
        )
    cell, bidirectional = model.removeprefix("bi"), model.startswith("bi")
    if bidirectional and preset == "stream":
        raise ValueError(
            "The preset stream makes models that can be left running, and a bidirectional one "
            f"waits for the end of what it reads: take {cell}, or the preset best. "
            f"Received: model={model!r}, preset={preset!r}"
        )
    data_set = data if isinstance(data, DataSet) else find_data_set(data)
    recipe = THESIS if preset == "thesis" else data_set.starting_recipe(streams=preset == "stream")
    recipe = replace(recipe, cell=cell, bidirectional=bidirectional)
    if preset != "thesis":
        recipe = replace(recipe, **BEST_BY_CELL.get(cell, {}))
    recipe = replace(recipe, **{key: value for key, value in changes.items() if value is not None})
    if cell == "drnn":
        split_units(recipe.units, len(check_delays(recipe.delays)))
    return recipe
