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
            ValueError: If there is no such option.
        """
        parameters = list(inspect.signature(self.layers).parameters.values())[3:]
        options = {parameter.name: parameter.default for parameter in parameters}
        for name in changes:
            if name not in options:
                raise ValueError(
                    f"Expected an option of {', '.join(options) or 'none'}. Received: {name}"
                )
        return options | changes
