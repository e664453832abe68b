"""What a peer is: how a sequence becomes what the last layer answers from."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field


def fitted(options: dict, steps: int) -> dict:
    """Options for sequences of so many steps: without delays that are as long, or longer.

    A group with such a delay would update at the first step alone, and a layer of such a dilation
    would read nothing but zeros.
    """
    found = dict(options)
    for name in ("delays", "periods"):
        if name in options:
            found[name] = _below(options[name], steps)
    if "layers" in options:
        found["layers"] = min(options["layers"], max(1, (steps - 1).bit_length()))
    return found


def _below(delays: Sequence, steps: int) -> tuple:
    if isinstance(delays[0], int):
        return tuple(delay for delay in delays if delay < steps) or (1,)
    return tuple(_below(of_layer, steps) for of_layer in delays)


# Options that are whole numbers, or lists of them, and those that are shares of what is dropped.
_COUNTS = ("delays", "periods", "kernel", "levels", "layers", "depth", "order", "window")
_RATES = ("dropout", "recurrent_dropout")


@dataclass(frozen=True)
class Peer:
    """A kind of model.

    Args:
        layers: Called with a sequence, a width, whether every step is answered, and the options by
            name; gives a tensor `(batch, numbers)`, or `(batch, steps, numbers)`.
        space: What trials choose from, by the name of an option.
    """

    layers: Callable
    space: dict[str, tuple] = field(default_factory=dict)

    def options(self, changes: dict) -> dict:
        """All options, with other values than the defaults of some.

        Raises:
            ValueError: If there is no such option, or it is none of the numbers that it may be.
        """
        parameters = list(inspect.signature(self.layers).parameters.values())[3:]
        options = {parameter.name: parameter.default for parameter in parameters}
        for name in changes:
            if name not in options:
                raise ValueError(
                    f"Expected an option of {', '.join(options) or 'none'}. Received: {name}"
                )
            _check(name, changes[name])
        return options | changes


def _check(name: str, value) -> None:
    """Refuse numbers with which no model can be made, or of which making one would never end."""
    if name in _COUNTS and not all(map(_is_count, _flat(value))):
        raise ValueError(f"Expected {name} of whole numbers from 1. Received: {value}")
    if name in _RATES and not (isinstance(value, (int, float)) and 0 <= value < 1):
        raise ValueError(f"Expected {name}, a number from 0 and below 1. Received: {value}")


def _is_count(value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _flat(value) -> list:
    """Numbers out of lists of lists; nothing where there is `None`."""
    if isinstance(value, (list, tuple)):
        return [each for inner in value for each in _flat(inner)]
    return [] if value is None else [value]
