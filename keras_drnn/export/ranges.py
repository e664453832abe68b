"""Ranges that the numbers of a frame never leave, and what layers of products make of them."""

from dataclasses import dataclass

import numpy as np

from keras_drnn import ops

LARGEST = float(np.finfo("float32").max)


class NoBound(Exception):
    """Why a layer's outputs have no bound that is known, and what to do."""


@dataclass(frozen=True)
class Range:
    """What the numbers of a frame never leave.

    Args:
        low: The least that each can be, of the shape of a frame.
        high: The most that each can be.
        norm: The most that their Euclidean norm can be.
    """

    low: np.ndarray
    high: np.ndarray
    norm: float

    @property
    def size(self) -> np.ndarray:
        """The largest size of each number."""
        return np.maximum(-self.low, self.high)

    def finite(self) -> "Range":
        """This range, if float32 can hold its numbers; or raise `NoBound`."""
        if not (self.size <= LARGEST).all():
            raise NoBound(
                "its numbers may become larger than float32 can hold; put `keras_drnn.Limit` "
                "behind the model's input"
            )
        return self

    def widened(self, by: np.ndarray | float) -> "Range":
        """This range and so much on either side."""
        more = float(np.linalg.norm(np.broadcast_to(by, self.low.shape)))
        return Range(self.low - by, self.high + by, self.norm + more)

    def with_zero(self) -> "Range":
        return Range(np.minimum(self.low, 0), np.maximum(self.high, 0), self.norm)


def range_of(low, high, norm: float = np.inf) -> Range:
    """A range in which no part says more than the others allow."""
    low, high = (np.asarray(each, "float64") for each in (low, high))
    with np.errstate(over="ignore"):
        norm = min(norm, float(np.sqrt(np.sum(np.square(np.maximum(-low, high))))))
    return Range(np.maximum(low, -norm), np.minimum(high, norm), norm)


def both(*parts: Range) -> Range:
    """The range of parts side by side."""
    return Range(
        np.concatenate([part.low for part in parts], axis=-1),
        np.concatenate([part.high for part in parts], axis=-1),
        float(np.sqrt(sum(part.norm**2 for part in parts))),
    )


def array(weight) -> np.ndarray:
    """The numbers of a weight."""
    return np.asarray(ops.convert_to_numpy(ops.cast(weight, "float32")), "float64")


def rounding(terms: int) -> float:
    """The share that float32 rounds of a sum of so many products, in whatever order."""
    return (terms + 2) * 2.0**-23


def spectral_norm(kernel: np.ndarray) -> float:
    """A kernel's spectral norm, and what rounding adds to it in a product."""
    largest = float(np.linalg.norm(kernel, 2))
    return largest + rounding(len(kernel)) * float(np.linalg.norm(kernel))


def product(inputs: Range, kernel: np.ndarray, offset: np.ndarray | None = None) -> Range:
    """The range of `inputs @ kernel + offset`."""
    inputs = inputs.finite()
    bias = np.zeros(kernel.shape[1]) if offset is None else offset
    above, below = np.maximum(kernel, 0), np.minimum(kernel, 0)
    columns = inputs.norm * np.linalg.norm(kernel, axis=0)
    low = np.maximum(inputs.low @ above + inputs.high @ below, -columns) + bias
    high = np.minimum(inputs.high @ above + inputs.low @ below, columns) + bias
    size = np.abs(inputs.size) @ np.abs(kernel) + np.abs(bias)
    # Sums on the way are no larger.
    range_of(-size, size).finite()
    norm = inputs.norm * float(np.linalg.norm(kernel, 2))
    norm += float(np.linalg.norm(np.broadcast_to(bias, low.shape)))
    return range_of(low, high, norm).widened(rounding(len(kernel)) * size)
