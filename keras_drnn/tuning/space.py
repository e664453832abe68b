"""What is searched: delays and what goes with them, as data."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from keras_drnn.tuning.fitting import choose_groups, choose_within
from keras_drnn.tuning.names import check_names

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
        defaults = asdict(cls())
        values = {}
        check_names("A search space has the fields", content, fields(cls))
        for name, given in content.items():
            if not isinstance(given, list | tuple):
                raise ValueError(f"`{name}` must be a list of values. Received: {name}={given!r}")
            # keras-tuner tells 2 and 2.0 apart, a person who writes a file does not.
            kind = type(defaults[name][0])
            values[name] = tuple(_as(kind, name, value) for value in given)
        return cls(**values)

    def declare(
        self, hp: "HyperParameters", cell: str = "drnn", *, longest_delay: int | None = None
    ) -> None:
        """Register every hyperparameter of a cell; those that are registered already are kept.

        Args:
            hp: keras-tuner's `HyperParameters`.
            cell: One of `SEARCHED_CELLS`.
            longest_delay: Whatever is offered has delays of at most so many steps, and a unit for
                each group, with any value of what is registered already. `None` offers everything.

        Raises:
            ValueError: If nothing fits `longest_delay`, or not all that is registered; as
                keras-tuner's `FatalValueError`.
        """
        groups: list[int] = []
        if cell == "drnn":
            within = {"base": self.bases, "units": self.units}
            groups = choose_groups(hp, self.groups, within, longest_delay)
            # One group has neither a ratio of delays nor one of sizes.
            choose_within(hp, "base", self.bases, groups, longest_delay, several=True)
            choose_within(hp, "growth", self.growths, groups, longest_delay, several=True)
            _choice(hp, "first_step", self.first_steps, self.first_steps[0])
            _choice(hp, "activation", self.activations, self.activations[0])
            choose_within(hp, "units", self.units, groups, longest_delay)
        else:
            _choice(hp, "units", self.units)
        _choice(hp, "head_units", self.head_units, self.head_units[0])
        low, high = self.dropout
        _interval(hp, "dropout", low, high, step=(high - low) / 4, default=(low + high) / 2)
        low, high = self.learning_rate
        _interval(hp, "learning_rate", low, high, sampling="log", default=math.sqrt(low * high))


def _choice(hp: "HyperParameters", name: str, values: tuple, default: Any = None) -> None:
    if all(each.name != name for each in hp.space):
        middle = values[len(values) // 2]
        hp.Choice(name, list(values), default=middle if default is None else default)


def _interval(hp: "HyperParameters", name: str, low: float, high: float, **how: Any) -> None:
    if all(each.name != name for each in hp.space):
        if low == high:
            hp.Fixed(name, low)
        else:
            hp.Float(name, low, high, **how)


def _as(kind: type, name: str, value: Any) -> Any:
    # 1.9 groups are no 1 group.
    expected = str if kind is str else int | float
    if isinstance(value, bool) or not isinstance(value, expected) or kind(value) != value:
        raise ValueError(f"`{name}` must be values of type {kind.__name__}. Received: {value!r}")
    return kind(value)
