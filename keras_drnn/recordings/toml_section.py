"""The keys of a TOML table, taken one by one with checks."""

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from keras_drnn.recordings.near_miss import did_you_mean


class Section:
    """The keys of a TOML table.

    Args:
        path: The file, for messages.
        values: What is in the table.
        keys: The keys that are understood.
        name: The table's name, nothing for the top of the file.

    Raises:
        ValueError: If there is another key.
    """

    def __init__(
        self, path: Path, values: Mapping[str, object], keys: Sequence[str], name: str = ""
    ) -> None:
        self._path = path
        self._values = values
        self._name = name
        for key in values:
            if key not in keys:
                raise ValueError(
                    f"{self.where(key)}: there is no such key.{did_you_mean(key, keys)} "
                    f"Expected some of {', '.join(keys)}. Received: {key} = {values[key]!r:.80}"
                )

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def __getitem__(self, key: str) -> object:
        return self._values.get(key)

    def error(self, key: str, expected: str, hint: str = "") -> ValueError:
        """The error of a key with a wrong value.

        Args:
            key: The key.
            expected: What was expected.
            hint: What to do about it.
        """
        received = f"{key} = {self._values[key]!r:.80}" if key in self else f"no {key}"
        return ValueError(f"{self.where(key)}: expected {expected}.{hint} Received: {received}")

    def text(self, key: str, expected: str) -> str | None:
        """A text that is not blank, or `None` if the key is not there."""
        value = self[key]
        if key not in self:
            return None
        if not isinstance(value, str) or not value.strip() or "\0" in value:
            raise self.error(key, expected)
        return value.strip()

    def choice(self, key: str, choices: Mapping[str, str]) -> str | None:
        """What one of several words means, or `None` if the key is not there.

        Capitals make no difference.
        """
        expected = f"one of {', '.join(dict.fromkeys(choices.values()))}"
        text = self.text(key, expected)
        if text is None:
            return None
        if text.casefold() not in choices:
            raise self.error(key, expected, did_you_mean(text, choices))
        return choices[text.casefold()]

    def number(self, key: str, expected: str, accepts: Callable[[float], bool]) -> float | None:
        """A finite number, or `None` if the key is not there."""
        value = self[key]
        if key not in self:
            return None
        # A bool is an int in Python, not in TOML.
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.error(key, expected)
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number) or not accepts(number):
            raise self.error(key, expected)
        return number

    def names(self, key: str, expected: str) -> tuple[str, ...]:
        """Texts that are not blank; none if the key is not there."""
        value = self[key] if key in self else []
        if not isinstance(value, list) or not all(isinstance(e, str) and e.strip() for e in value):
            raise self.error(key, expected)
        return tuple(each.strip() for each in value)

    def where(self, key: str) -> str:
        """The file and the key, for messages."""
        return f"{self._path}, key {self._name}.{key}" if self._name else f"{self._path}, key {key}"
