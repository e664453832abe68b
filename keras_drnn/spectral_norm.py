"""A constraint that keeps a recurrent kernel from growing what it is multiplied with."""

from numbers import Real
from typing import cast

import keras

from keras_drnn import ops
from keras_drnn.ops import Tensor

# So many squarings leave sqrt(||.||_F / ||.||_2) at most rows**(1 / 1024): 0.7 % for 1,000 rows.
SQUARINGS = 8
# What rounding takes of a number at most: in here, and of the result in half precision.
ROUNDING, ROUNDING_OF = 2.0**-21, {"bfloat16": 2.0**-8, "float16": 2.0**-11}


@keras.saving.register_keras_serializable("keras_drnn")
class SpectralNorm(keras.constraints.Constraint):
    """Constrains a kernel so that its spectral norm, the largest singular value, has a maximum.

    For recurrent kernels: with a maximum below 1 and an activation such as `"relu"` or `"tanh"`,
    the state stays within a bound that `keras_drnn.score_bound` computes, however long the stream,
    and two streams that differed once come together again.

    A kernel above the maximum is scaled down as a whole; one that is below stays as it is, bit for
    bit. The norm is not estimated, as power iteration does from below, but bounded from above, so
    that the maximum always holds: `||W||² = ||G|| <= ||G^256||_F^(1/256)` with `G = W^T W`,
    because the power of a symmetric matrix has the power of its norm, and no norm is above
    Frobenius'. The bound is at most 0.7 % too large for 1,000 rows, and a kernel is scaled down by
    so much too far at worst. Eight products of small matrices at each step of training, no state,
    nothing random.

    Weights have no constraint before the first step of training: start below the maximum, for
    instance from `keras.initializers.Orthogonal(gain=0.7)`.

    Args:
        maximum: The largest spectral norm, a positive number.

    Raises:
        ValueError: If the maximum is not a positive finite number, or a weight is not a matrix.

    Example:

    >>> layer = DelayedRNN(150, recurrent_constraint=SpectralNorm(0.95))
    >>> kernel = SpectralNorm(0.5)(np.diag([2.0, 1.0]).astype("float32"))
    >>> keras.ops.convert_to_numpy(kernel).round(2).tolist()
    [[0.5, 0.0], [0.0, 0.25]]
    """

    def __init__(self, maximum: float):
        self.maximum = positive("maximum", maximum)

    def __call__(self, w: Tensor) -> Tensor:
        if len(w.shape) != 2:
            raise ValueError(
                "SpectralNorm constrains matrices, such as recurrent kernels. "
                f"Received: a weight of shape {tuple(w.shape)}"
            )
        kernel = ops.convert_to_tensor(w)
        dtype = keras.backend.standardize_dtype(kernel.dtype)
        # Half precision has neither the range nor the digits for squares of squares.
        exact = ops.cast(kernel, "float64" if dtype == "float64" else "float32")
        # The reciprocal of the largest numbers is too small to be one: compilers make it zero.
        exact = exact * 2.0**-30
        largest = ops.max(ops.absolute(exact))
        one = ops.ones_like(largest)
        size = ops.where(ops.greater(largest, 0), largest, one)
        unit = exact / size  # so that no power of it overflows
        rounding = ROUNDING + ROUNDING_OF.get(dtype, 0.0)
        norm = _upper_bound(unit) + rounding * _frobenius(unit)
        above = ops.greater(norm * size, self.maximum * 2.0**-30)
        scaled = unit / ops.where(above, norm / self.maximum, one)
        # A NaN compares as not above, and stays.
        return ops.where(above, ops.cast(scaled, dtype), kernel)

    def get_config(self):
        return {"maximum": self.maximum}


def _upper_bound(unit: Tensor) -> Tensor:
    """A spectral norm or a little more, of a matrix whose largest element is 1 or that is zero."""
    rows, columns = cast(tuple[int, int], unit.shape)
    turned = ops.swapaxes(unit, 0, 1)
    power = ops.matmul(turned, unit) if columns <= rows else ops.matmul(unit, turned)
    norms = [_frobenius(power)]
    for _ in range(SQUARINGS):
        power = power / ops.where(ops.greater(norms[-1], 0), norms[-1], ops.ones_like(norms[-1]))
        power = ops.matmul(power, power)
        norms.append(_frobenius(power))
    # ||G|| = c_0 sqrt(c_1 sqrt(c_2 ...)), if each c is the norm that was divided by.
    bound = norms.pop()
    while norms:
        bound = norms.pop() * ops.sqrt(bound)
    return ops.sqrt(bound)


def _frobenius(matrix: Tensor) -> Tensor:
    return ops.sqrt(ops.sum(matrix * matrix))


def positive(name: str, value: float) -> float:
    """Return a positive finite number as a float, or raise a `ValueError`."""
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 < value < float("inf"):
        raise ValueError(f"`{name}` must be a positive finite number. Received: {name}={value!r}")
    return float(value)
