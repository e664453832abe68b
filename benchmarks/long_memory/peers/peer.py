"""What a peer is: how a sequence becomes what the last layer answers from."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field


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
