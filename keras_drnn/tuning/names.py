"""Names in configuration files."""

from collections.abc import Iterable
from dataclasses import Field
from typing import Any


def check_names(sentence: str, given: Iterable[str], allowed: Iterable[Field[Any]]) -> None:
    """Make sure that a table has no other names than those that are allowed.

    Args:
        sentence: How the error begins, before the names that are allowed.
        given: The names in the table.
        allowed: Fields of a dataclass.

    Raises:
        ValueError: If there is another name.
    """
    names = [field.name for field in allowed]
    for name in given:
        if name not in names:
            raise ValueError(f"{sentence} {', '.join(names)}. Received: {name}")
