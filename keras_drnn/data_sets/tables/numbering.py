"""Numbers in place of the texts of a table: an index of clips holds numbers alone."""

from collections.abc import Iterable, Mapping

UNKNOWN = 0  # of a row that leaves its cell empty


def number_texts(texts: Iterable[str | None]) -> Mapping[str, int]:
    """Number texts from 1 up, in alphabetical order; whole numbers in theirs.

    Args:
        texts: The texts, any of them several times; `None` for an empty cell.

    Example:

    >>> number_texts(["walk", None, "sit", "walk"]), number_texts(["10", "9"])
    ({'sit': 1, 'walk': 2}, {'9': 1, '10': 2})
    """
    there = {text for text in texts if text is not None}
    if all(text.isascii() and text.isdecimal() for text in there):
        ordered = sorted(there, key=lambda text: (int(text), text))
    else:
        ordered = sorted(there)
    return {text: number for number, text in enumerate(ordered, start=1)}
