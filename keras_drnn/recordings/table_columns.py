"""Which column of a table is which."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from keras_drnn.recordings.near_miss import did_you_mean

REQUIRED = ("file", "label")
COLUMNS = (*REQUIRED, "subject", "camera", "session", "split", "start", "end", "fps")


@dataclass(frozen=True)
class Columns:
    """The columns of a table.

    Args:
        places: Where each of the columns that are understood is.
        unknown: Names of the other columns, as they are written.
        warnings: What the user should know of the other columns.
    """

    places: dict[str, int]
    unknown: tuple[str, ...]
    warnings: tuple[str, ...]


def count_columns(header: Sequence[str]) -> int:
    """How many columns have a name that is understood.

    Args:
        header: The names, as they are written.
    """
    return sum(_key(name) in COLUMNS for name in header)


def find_columns(path: Path, header: Sequence[str]) -> Columns:
    """Find the columns that are understood.

    Capitals and blanks around a name make no difference.

    Args:
        path: The table, for messages.
        header: The names, as they are written.

    Raises:
        ValueError: If two columns have one name, or there is no column `file` or `label`.
    """
    places: dict[str, int] = {}
    for place, name in enumerate(header):
        key = _key(name)
        if key and key in places:
            raise ValueError(
                f"Expected columns with names of their own, apart from capitals and blanks. "
                f"Received: {path}, where the columns {places[key] + 1} and {place + 1} are named "
                f"{header[places[key]]!r} and {name!r}. Rename one of them or delete it."
            )
        if key:
            places[key] = place
    others = [key for key in places if key not in COLUMNS]
    absent = [name for name in COLUMNS if name not in places]
    missing = [name for name in REQUIRED if name in absent]
    if missing:
        hints = [
            f" {header[places[key]]!r}:{hint}"
            for key in others
            if (hint := did_you_mean(key, missing))
        ]
        raise ValueError(
            f"Expected a table with the columns file and label, and where they are known "
            f"{', '.join(COLUMNS[2:])}. Received: {path}, with the columns "
            f"{', '.join(map(repr, header))}: no {' and no '.join(missing)}.{''.join(hints)}"
        )
    warnings, unused = [], []
    for place, name in enumerate(header):
        key = _key(name)
        if key in COLUMNS:
            continue
        shown = repr(name) if key else f"column {place + 1}, which has no name"
        if hint := did_you_mean(key, absent):
            warnings.append(f"{path}: the column {shown} is not used.{hint}")
        else:
            unused.append(shown)
    if unused:
        warnings.append(
            f"{path}: not used: {', '.join(unused)}. What is used: {', '.join(COLUMNS)}."
        )
    unknown = tuple(name for name in header if _key(name) not in COLUMNS)
    return Columns({key: places[key] for key in COLUMNS if key in places}, unknown, tuple(warnings))


def _key(name: str) -> str:
    return name.strip().casefold()
