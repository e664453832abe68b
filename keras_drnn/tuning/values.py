"""What the hyperparameters of one trial stand for: delays, sizes of groups, a recipe."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np

from keras_drnn.data_sets.recipe import Recipe
from keras_drnn.delays import geometric_delays

#: Hyperparameters of one trial by name, as keras-tuner keeps them.
Values: TypeAlias = Mapping[str, int | float | str]

# Between a number of groups and the name of what is offered to it alone.
_SCOPE = " groups/"
_OF_RECIPE = ("first_step", "activation", "units", "head_units", "dropout", "learning_rate")


def scoped(key: str, name: str) -> bool:
    """Whether a key of values is the hyperparameter of a name as offered to some numbers of groups.

    Args:
        key: The key, such as `"4-5 groups/base"`.
        name: The name, such as `"base"`.
    """
    return key.endswith(_SCOPE + name)


def key_of(values: Values, name: str) -> str:
    """The key under which values have a hyperparameter: its name, or that for its groups.

    Args:
        values: Values by name.
        name: The hyperparameter's name.

    Example:

    >>> key_of({"groups": 4, "4-5 groups/base": 2.0}, "base")
    '4-5 groups/base'
    """
    return next((key for key in values if scoped(key, name)), name)


def delays_of(values: Values) -> tuple[int, ...]:
    """The delays that the hyperparameters of one trial stand for.

    Args:
        values: Values by name, `"groups"` and above one group `"base"` among them.

    Example:

    >>> delays_of({"groups": 4, "base": 3.0})
    (1, 3, 9, 27)
    """
    groups = int(values["groups"])
    if groups == 1:
        return (1,)
    return geometric_delays(float(values[key_of(values, "base")]), groups)


def sizes_of(units: int, groups: int, growth: float) -> tuple[int, ...]:
    """Split units over groups whose sizes grow by a factor.

    Args:
        units: Units in all, at least one for each group.
        groups: Number of groups.
        growth: Size of a group in terms of its faster neighbour's.

    Returns:
        One size for each group, from fast to slow; they add up to `units`.

    Raises:
        ValueError: If there are fewer units than groups.

    Example:

    >>> sizes_of(150, 3, 2.0)
    (22, 43, 85)
    """
    if units < groups:
        raise ValueError(
            f"`units` must be at least one for each of {groups} groups. Received: units={units}"
        )
    shares = growth ** np.arange(groups, dtype=np.float64)
    exact = 1 + (units - groups) * shares / shares.sum()
    sizes = np.floor(exact).astype(int)
    # Those that rounding has cut most get what is left over.
    left = units - sizes.sum()
    sizes[np.argsort(sizes - exact, kind="stable")[:left]] += 1
    return tuple(int(size) for size in sizes)


def misfit(values: Values, longest_delay: int) -> str | None:
    """Say why the groups of a trial do not fit the data, or `None` if they do.

    Args:
        values: The hyperparameters; what is not among them fits.
        longest_delay: The longest delay that fits.
    """
    if "groups" not in values:
        return None
    groups = int(values["groups"])
    units = values.get(key_of(values, "units"), groups)
    for name, value in (("groups", values["groups"]), ("units", units)):
        if int(value) != value:
            return f"{name}={value!r} is no whole number"
    if int(units) < groups:
        return f"{units} units are fewer than {groups} groups"
    longest = delays_of(values)[-1] if key_of(values, "base") in values else 1
    return (
        f"a delay of {longest} is longer than {longest_delay}" if longest > longest_delay else None
    )


def recipe_of(values: Values, recipe: Recipe) -> Recipe:
    """A recipe with the hyperparameters of one trial in it.

    Args:
        values: Values by name, as keras-tuner gives them.
        recipe: All that is not searched, and the cell.

    Example:

    >>> recipe_of({"groups": 2, "base": 3.0, "growth": 1.0, "units": 60}, Recipe("drnn")).delays
    (1, 3)
    """
    changes: dict[str, Any] = {name: values[name] for name in _OF_RECIPE if name in values}
    if "groups" in values:
        delays = delays_of(values)
        changes["delays"] = delays
        changes["units"] = sizes_of(
            int(values.get(key_of(values, "units"), np.sum(recipe.units))),
            len(delays),
            float(values.get("growth", 1.0)),
        )
    return replace(recipe, **changes)
