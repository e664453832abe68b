"""An evaluation protocol, as data: which clips train and which test."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Protocol:
    """An evaluation protocol: which clips are for training, which are for the test.

    Args:
        name: Name of the protocol.
        attribute: What decides: the camera, the subject or the setup.
        train: The values of `attribute` of the training side.
        test: The values of `attribute` of the test side.
        actions: The name of each action, by its number.

    Raises:
        ValueError: If a value is on both sides, or a side or the actions are empty.

    Example:

    >>> mine = Protocol("cross-view", "camera", (2, 3), (1,), actions={7: "jump", 1: "sit"})
    >>> mine.train, mine.test
    ((2, 3), (1,))
    """

    name: str
    attribute: Literal["camera", "subject", "setup"]
    train: tuple[int, ...]
    test: tuple[int, ...]
    actions: Mapping[int, str]

    def __post_init__(self) -> None:
        if not self.train or not self.test or set(self.train) & set(self.test):
            raise ValueError(
                "A protocol takes at least one value for either side, and none on both. "
                f"Received: train={self.train}, test={self.test}"
            )
        if not self.actions:
            raise ValueError("A protocol takes at least one action. Received: actions={}")
