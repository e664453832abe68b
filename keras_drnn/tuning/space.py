"""What is searched: delays and what goes with them, as data."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from keras_drnn.delays import geometric_delays
from keras_drnn.experiments.recipes import Recipe

if TYPE_CHECKING:
    from keras_tuner import HyperParameters

SEARCHED_CELLS = ("drnn", "lstm", "gru")
_RANGES = ("dropout", "learning_rate")
# What the values of a field must be, and that in words.
_BOUNDS = {
    "groups": (lambda value: value >= 1, "numbers from 1 up"),
    "bases": (lambda value: value > 1, "numbers above 1"),
    "units": (lambda value: value >= 1, "numbers from 1 up"),
    "growths": (lambda value: value > 0, "numbers above 0"),
    "first_steps": (lambda value: value >= 0, "numbers from 0 up"),
    "head_units": (lambda value: value >= 0, "numbers from 0 up"),
    "dropout": (lambda value: 0 <= value < 1, "from 0 up and below 1"),
    "learning_rate": (lambda value: value > 0, "numbers above 0"),
}


@dataclass(frozen=True)
class Space:
    """The values among which a search chooses.

    Args:
        groups: Numbers of groups. One group, of delay 1, is a SimpleRNN: the search can find that
            delays do not help.
        bases: Ratios between the delays of neighbouring groups; a fractional one is rounded to
            distinct integers.
        units: Units of the recurrent layer, over all groups.
        growths: Ratios between the sizes of neighbouring groups, from fast to slow.
        first_steps: Numbers that a clip's first frame may bear.
        activations: Activations of the D-RNN.
        head_units: Units of the Dense layer before the scores, 0 for none.
        dropout: Least and largest dropout; the same twice fixes it.
        learning_rate: Least and largest learning rate, drawn on a logarithmic scale; the same twice
            fixes it.

    Raises:
        ValueError: If a field has no values or impossible ones, or a range is not ascending.

    Example:

    >>> Space(bases=(2.0, 3.0), groups=(1, 2, 3)).bases
    (2.0, 3.0)
    """

    groups: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7, 8)
    bases: tuple[float, ...] = (1.5, 2.0, 3.0, 4.0)
    units: tuple[int, ...] = (60, 100, 150, 200)
    growths: tuple[float, ...] = (0.7, 1.0, 1.4)
    first_steps: tuple[int, ...] = (0, 1)
    activations: tuple[str, ...] = ("relu", "tanh")
    head_units: tuple[int, ...] = (0, 64)
    dropout: tuple[float, float] = (0.0, 0.5)
    learning_rate: tuple[float, float] = (1e-3, 2e-2)

    def __post_init__(self) -> None:
        for field in fields(self):
            name, values = field.name, getattr(self, field.name)
            if not isinstance(values, tuple) or not values:
                raise ValueError(
                    f"`{name}` must be a tuple of at least one value. Received: {name}={values!r}"
                )
            if name in _RANGES:
                if len(values) != 2 or not values[0] <= values[1]:
                    raise ValueError(
                        f"`{name}` must be the least and the largest value. "
                        f"Received: {name}={values!r}"
                    )
            elif len(set(values)) != len(values):
                raise ValueError(f"`{name}` must be distinct values. Received: {name}={values!r}")
            if name in _BOUNDS and not all(_BOUNDS[name][0](value) for value in values):
                raise ValueError(
                    f"`{name}` must be {_BOUNDS[name][1]}. Received: {name}={values!r}"
                )

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> "Space":
        """A space from a table of a configuration file; what is not given is as by default.

        Args:
            content: Lists of values by field.

        Raises:
            ValueError: If there is no such field, or a value is not a list of its type.
        """
        if not isinstance(content, Mapping):
            raise ValueError(f"A search space is a table of lists. Received: space={content!r}")
        known = asdict(cls())
        values = {}
        for name, given in content.items():
            if name not in known:
                raise ValueError(
                    f"A search space has the fields {', '.join(known)}. Received: {name}"
                )
            if not isinstance(given, list | tuple):
                raise ValueError(f"`{name}` must be a list of values. Received: {name}={given!r}")
            # keras-tuner tells 2 and 2.0 apart, a person who writes a file does not.
            kind = type(known[name][0])
            values[name] = tuple(_as(kind, name, value) for value in given)
        return cls(**values)

    def declare(self, hp: "HyperParameters", cell: str = "drnn") -> None:
        """Register every hyperparameter of a cell.

        Args:
            hp: keras-tuner's `HyperParameters`.
            cell: One of `SEARCHED_CELLS`.
        """
        if cell == "drnn":
            hp.Choice("groups", list(self.groups), default=_middle(self.groups))
            several = [groups for groups in self.groups if groups > 1]
            # One group has neither a ratio of delays nor one of sizes.
            if several:
                with hp.conditional_scope("groups", several):
                    hp.Choice("base", list(self.bases), default=_middle(self.bases))
                    hp.Choice("growth", list(self.growths), default=_middle(self.growths))
            hp.Choice("first_step", list(self.first_steps))
            hp.Choice("activation", list(self.activations))
        hp.Choice("units", list(self.units), default=_middle(self.units))
        hp.Choice("head_units", list(self.head_units))
        low, high = self.dropout
        if low == high:
            hp.Fixed("dropout", low)
        else:
            hp.Float("dropout", low, high, step=(high - low) / 4, default=(low + high) / 2)
        low, high = self.learning_rate
        if low == high:
            hp.Fixed("learning_rate", low)
        else:
            hp.Float("learning_rate", low, high, sampling="log", default=float(np.sqrt(low * high)))


def _as(kind: type, name: str, value: Any) -> Any:
    # 1.9 groups are no 1 group.
    expected = str if kind is str else int | float
    if isinstance(value, bool) or not isinstance(value, expected) or kind(value) != value:
        raise ValueError(f"`{name}` must be values of type {kind.__name__}. Received: {value!r}")
    return kind(value)


def _middle(values: tuple) -> Any:
    return values[len(values) // 2]


def delays_of(values: Mapping[str, Any]) -> tuple[int, ...]:
    """The delays that the hyperparameters of one trial stand for.

    Args:
        values: Values by name, `"groups"` and above one group `"base"` among them.

    Example:

    >>> delays_of({"groups": 4, "base": 3.0})
    (1, 3, 9, 27)
    """
    groups = int(values["groups"])
    return geometric_delays(float(values["base"]), groups) if groups > 1 else (1,)


def sizes_of(units: int, groups: int, growth: float) -> tuple[int, ...]:
    """Split units over groups whose sizes grow by a factor.

    Args:
        units: Units in all, at least one for each group.
        groups: Number of groups.
        growth: Size of a group in terms of its faster neighbour's.

    Returns:
        One size for each group, from fast to slow; they add up to `units`.

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


def recipe_of(values: Mapping[str, Any], recipe: Recipe) -> Recipe:
    """A recipe with the hyperparameters of one trial in it.

    Args:
        values: Values by name, as keras-tuner gives them.
        recipe: All that is not searched, and the cell.

    Example:

    >>> recipe_of({"groups": 2, "base": 3.0, "growth": 1.0, "units": 60}, Recipe("drnn")).delays
    (1, 3)
    """
    own = ("first_step", "activation", "units", "head_units", "dropout", "learning_rate")
    changes = {name: values[name] for name in own if name in values}
    if "groups" in values:
        delays = delays_of(values)
        changes["delays"] = delays
        changes["units"] = sizes_of(
            int(values.get("units", np.sum(recipe.units))),
            len(delays),
            float(values.get("growth", 1.0)),
        )
    return replace(recipe, **changes)
