"""How clips are divided into those to train on and those to test on, as a user types it."""

from dataclasses import dataclass
from typing import Literal, cast, get_args

from keras_drnn.recordings.near_miss import did_you_mean

SplitKind = Literal["split", "subject", "camera", "session", "loso", "kfold"]

_EXPECTED = "`split` must be split, subject, camera, session, loso, or kfold:5 with a number from 2"


@dataclass(frozen=True)
class SplitRule:
    """A way to divide clips.

    Args:
        kind: `"split"`: by the column of this name. `"subject"`, `"camera"`, `"session"`: some
            values of this column are held out. `"loso"`: each subject is held out once. `"kfold"`:
            the subjects are divided into folds, each of which is held out once.
        folds: Number of folds of `"kfold"`, `None` otherwise.
    """

    kind: SplitKind
    folds: int | None = None

    @property
    def column(self) -> str:
        """The column that decides."""
        return "subject" if self.kind in ("loso", "kfold") else self.kind

    def __str__(self) -> str:
        return self.kind if self.folds is None else f"{self.kind}:{self.folds}"


def parse_split(text: str) -> SplitRule:
    """Understand what was typed as the split.

    Args:
        text: `split`, `subject`, `camera`, `session`, `loso` or `kfold:5`.

    Raises:
        ValueError: If it is something else.

    Example:

    >>> parse_split("kfold:5"), parse_split("loso").column
    (SplitRule(kind='kfold', folds=5), 'subject')
    """
    kind, colon, number = (part.strip() for part in text.casefold().partition(":"))
    kinds = get_args(SplitKind)
    if kind not in kinds:
        raise ValueError(f"{_EXPECTED}.{did_you_mean(kind, kinds)} Received: split={text!r}")
    if kind != "kfold":
        if colon:
            raise ValueError(f"{_EXPECTED}; {kind} takes no number. Received: split={text!r}")
        return SplitRule(cast(SplitKind, kind))
    if not (number.isascii() and number.isdecimal() and 2 <= int(number[:9])):
        raise ValueError(f"{_EXPECTED}. Received: split={text!r}")
    return SplitRule("kfold", int(number))
