"""Numbers in the cells of a table, with a decimal point or a decimal comma."""

import math
import re

from keras_drnn.recordings.faults import CellError

_NUMBER = re.compile(r"[+-]?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?")
# 1,500 and 1.500: one and a half, or fifteen hundred?
_GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}([.,])[0-9]{3}")


def parse_number(
    text: str, expected: str, *, whole: bool = False, comma_separates: bool = False
) -> float:
    """Read a finite number.

    Args:
        text: The number, without blanks around it and without a mark between thousands.
        expected: What it is, for messages.
        whole: Whether it has to be a whole number; it is an int then.
        comma_separates: Whether the comma separates the cells of this table. A comma in a number
            may be the mark between thousands then.

    Raises:
        CellError: If it is something else, or could be read in two ways.

    Example:

    >>> parse_number("2,5", "seconds"), parse_number("30.0", "frames", whole=True)
    (2.5, 30)
    """
    received = f"{text!r:.80}"
    if not _NUMBER.fullmatch(text):
        advice = "Write digits with a decimal point, as in 12.5, or leave the cell empty."
        raise CellError(expected, received, advice)
    grouped = _GROUPED.fullmatch(text)
    if grouped and (whole or (comma_separates and grouped[1] == ",")):
        small, large = float(text.replace(",", ".")), float(text.replace(grouped[1], ""))
        raise CellError(
            expected,
            f"{received}, which can be read as {small:g} and as {large:g}",
            "Write it without a mark between thousands and without zeros at the end.",
        )
    value = float(text.replace(",", "."))
    if not math.isfinite(value):
        raise CellError(expected, f"{received}, which is beyond float64", "Correct it.")
    if not whole:
        return value
    if not value.is_integer():
        advice = 'Round it, or write `times = "seconds"` in the description, if it is in seconds.'
        raise CellError(expected, received, advice)
    return int(value)
