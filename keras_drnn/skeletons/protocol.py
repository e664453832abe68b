"""An evaluation protocol, as data: which clips train and which test."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Attribute = Literal["camera", "subject", "setup", "part"]


@dataclass(frozen=True)
class Protocol:
    """An evaluation protocol: which clips are for training, which are for the test.

    Args:
        name: Name of the protocol.
        attribute: What decides: the camera, the subject or the setup, or the part that the data
            itself puts a clip in.
        train: The values of `attribute` of the training side.
        test: The values of `attribute` of the test side.
        actions: The name of each action, by its number.
        validation: The values of `attribute` of clips to validate with, if they are laid down;
            otherwise subjects of the training side are held out.
        folds: Name of the folds that it is one of, if it is: protocols that divide the same clips
            and test other clips each, so that one result over all of them has every clip once.

    Raises:
        ValueError: If a value is on both sides, or a side or the actions are empty.

    Example:

    >>> mine = Protocol("cross-view", "camera", (2, 3), (1,), actions={7: "jump", 1: "sit"})
    >>> mine.train, mine.test
    ((2, 3), (1,))
    """

    name: str
    attribute: Attribute
    train: tuple[int, ...]
    test: tuple[int, ...]
    actions: Mapping[int, str]
    validation: tuple[int, ...] = ()
    folds: str = ""

    def __post_init__(self) -> None:
        sides = (*self.train, *self.test, *self.validation)
        if not self.train or not self.test or len(set(sides)) < len(sides):
            raise ValueError(
                "A protocol takes at least one value for either side, and none on two. "
                f"Received: train={self.train}, test={self.test}, validation={self.validation}"
            )
        if not self.actions:
            raise ValueError("A protocol takes at least one action. Received: actions={}")
