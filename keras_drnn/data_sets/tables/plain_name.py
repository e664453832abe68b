"""Texts of tables as parts of the names of folders and models."""

import re
import unicodedata


def plain_name(text: str) -> str:
    """A text in letters, digits, hyphens and underscores of ASCII; accents are taken off.

    Args:
        text: Any text.

    Example:

    >>> plain_name("Übung 3, Çelik")
    'Ubung-3-Celik'
    """
    without_accents = unicodedata.normalize("NFKD", text)
    letters = "".join(each for each in without_accents if not unicodedata.combining(each))
    return re.sub(r"[^A-Za-z0-9_-]+", "-", letters)
