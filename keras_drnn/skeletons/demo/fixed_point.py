"""Many decimal numbers of few digits to text at once, by looking them up."""

import numpy as np


class FixedPoint:
    """The texts of all numbers with so many decimals up to a limit, each followed by a blank.

    Zeros at the end are left out, as in the files of NTU RGB+D.

    Args:
        decimals: How many decimals to write.
        limit: Largest absolute value.

    Example:

    >>> FixedPoint(decimals=3, limit=10)(np.array([0.12345, -2.0]))
    array([b'0.123 ', b'-2 '], dtype='|S7')
    """

    def __init__(self, decimals: int, limit: float) -> None:
        self._scale = 10**decimals
        self._limit = round(limit * self._scale)
        self._texts = np.array(
            [
                f"{number / self._scale:.{decimals + 1}f}".rstrip("0").rstrip(".").encode() + b" "
                for number in range(-self._limit, self._limit + 1)
            ]
        )

    @property
    def dtype(self) -> np.dtype:
        """The type of the texts."""
        return self._texts.dtype

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """Write numbers.

        Args:
            values: Any shape.

        Returns:
            Bytes strings of the same shape.

        Raises:
            ValueError: If a number is beyond the limit.
        """
        numbers = np.rint(values * self._scale).astype(np.int64)
        if np.abs(numbers).max(initial=0) > self._limit:
            raise ValueError(
                f"Numbers up to {self._limit / self._scale} can be written. "
                f"Received: {np.abs(values).max()}"
            )
        return self._texts[numbers + self._limit]
