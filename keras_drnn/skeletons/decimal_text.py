"""Many decimal numbers at once, straight from the bytes of a text."""

import numpy as np

# With at most 15 characters, the digits make an integer below 2**53 and the scale is at most
# 10**14: both are exact in float64, so their quotient is the correctly rounded value, bit for bit
# what float() gives.
_LONGEST = 15
_POWERS = 10.0 ** np.arange(_LONGEST)


def read_decimals(text: np.ndarray, stops: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Read decimal numbers such as `-0.2059419` at given places of a text.

    Numbers of another form (with an exponent, or longer than 15 characters) are read one by one.

    Args:
        text: The bytes, contiguous uint8.
        stops: Index just after the last character of each number, 15 or more.
        sizes: Number of characters of each number, 1 or more.

    Returns:
        float64 array, one value per number, equal to what `float()` gives.

    Raises:
        ValueError: If something is not a number.

    Example:

    >>> text = np.frombuffer(b"the numbers are: 1.5 -0.25", "uint8")
    >>> read_decimals(text, np.array([20, 26]), np.array([3, 5]))
    array([ 1.5 , -0.25])
    """
    # One number a column, at the lower end of its 15 bytes; what stands above it becomes "0".
    # (Columns, because NumPy is many times faster along a long last axis than a short one.)
    window = np.ndarray(text.size - _LONGEST + 1, f"V{_LONGEST}", text, strides=(1,))
    places = window[stops - _LONGEST].view(np.uint8).reshape(-1, _LONGEST)
    characters = np.ascontiguousarray(places.T)
    row = np.arange(_LONGEST, dtype=np.int8)[:, None]
    lengths = np.minimum(sizes, _LONGEST + 1).astype(np.int8)
    first = _LONGEST - lengths
    sign = text[stops - sizes]
    signed = (sign == ord("-")) | (sign == ord("+"))
    digits = characters - np.uint8(ord("0"))
    digits *= row >= first + signed

    point = characters == ord(".")
    point &= row >= first
    digits *= ~point
    points = np.add.reduce(point, axis=0, dtype=np.int8)
    # After the point: the rows below it. Meaningless, and not used, where there are two points.
    decimals = np.maximum.reduce(point * (_LONGEST - 1 - row), axis=0)
    number = np.zeros(len(stops))
    for digit in digits:
        number *= 10
        number += digit
    # The point counted as a digit 0, so the part before it is ten times too large.
    scale = _POWERS[decimals]
    whole = np.floor(number / (10 * scale))
    values = np.where(points == 1, (number - 9 * whole * scale) / scale, number)
    values = np.where(sign == ord("-"), -values, values)

    plain = (np.maximum.reduce(digits, axis=0) < 10) & (points <= 1) & (lengths <= _LONGEST)
    plain &= lengths > points + signed
    for i in np.flatnonzero(~plain):
        values[i] = float(text[stops[i] - sizes[i] : stops[i]].tobytes())
    return values
