"""The recipe of a model: from a preset, the data set, the cell and what the user asks for."""

from dataclasses import replace

from keras_drnn.data_sets import DataSet, find_data_set
from keras_drnn.data_sets.recipe import THESIS, Recipe
from keras_drnn.delays import check_delays, split_units

CELLS = ("drnn", "rnn", "lstm", "gru")
MODELS = (*CELLS, *(f"bi{cell}" for cell in CELLS))
PRESETS = ("best", "thesis")

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
        ValueError: If the model or the preset is unknown, or the units cannot be split over the
            delays.

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
    cell = model.removeprefix("bi")
    best = data.recipe if isinstance(data, DataSet) else find_data_set(data).recipe
    recipe = replace(
        THESIS if preset == "thesis" else best,
        cell=cell,
        bidirectional=model.startswith("bi"),
    )
    if preset == "best":
        recipe = replace(recipe, **BEST_BY_CELL.get(cell, {}))
    recipe = replace(recipe, **{key: value for key, value in changes.items() if value is not None})
    if cell == "drnn":
        split_units(recipe.units, len(check_delays(recipe.delays)))
    return recipe
