"""Delays: how often each group of units updates."""

import math
from collections.abc import Sequence
from fractions import Fraction
from numbers import Integral


def geometric_delays(base: float, groups: int) -> tuple[int, ...]:
    """Delays that grow by a constant factor, `base**0, base**1, ...`.

    A fractional base is rounded to integers; a value that rounding makes equal to the one before it
    is raised by one, so the delays always increase.

    Args:
        base: Number above 1, the ratio between the delays of neighbouring groups.
        groups: Positive integer, the number of groups.

    Returns:
        A tuple of `groups` strictly increasing integers that starts at 1, in steps (frames).

    Raises:
        ValueError: If `base` is not above 1 or `groups` is not a positive integer.

    Example:

    >>> geometric_delays(3, 5)
    (1, 3, 9, 27, 81)
    >>> geometric_delays(1.5, 5)
    (1, 2, 3, 4, 5)

    Reference:

    - García Cedeño (ESPOL, 2018): delays 1, 3, 9, 27, 81 for five groups.
    """
    if isinstance(base, bool) or not isinstance(base, (int, float)) or not 1 < base < math.inf:
        raise ValueError(f"`base` must be a number above 1. Received: base={base!r}")
    if not is_integer(groups) or groups < 1:
        raise ValueError(f"`groups` must be a positive integer. Received: groups={groups!r}")
    delays: list[int] = []
    for exponent in range(groups):
        # Exact arithmetic: floats would round 3**40 and overflow for long series.
        delay = round(Fraction(base) ** exponent)
        delays.append(max(delay, delays[-1] + 1) if delays else delay)
    return tuple(delays)


def is_integer(value: object) -> bool:
    """Whether `value` is a whole number of any integer type (`bool` is none)."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def check_delays(delays: Sequence[int]) -> tuple[int, ...]:
    """Return `delays` as a tuple of ints, or raise a `ValueError` that says what is wrong."""
    expected = "`delays` must be a non-empty sequence of strictly increasing integers from 1 up"
    try:
        values = tuple(delays)
    except TypeError:
        raise ValueError(f"{expected}, one per group. Received: delays={delays!r}") from None
    increasing = all(is_integer(v) for v in values) and all(
        slow > fast for fast, slow in zip((0, *values), values, strict=False)
    )
    if not values or not increasing:
        raise ValueError(f"{expected}, one per group. Received: delays={delays!r}")
    return tuple(int(v) for v in values)


def neighbour_updates(delays: Sequence[int]) -> tuple[int, ...]:
    """How many updates of its faster neighbour each group's period has, 1 for the first group."""
    pairs = list(zip(delays, delays[1:], strict=False))
    if any(slow % fast for fast, slow in pairs):
        raise ValueError(
            "With `windowed=True` each delay must be a multiple of the one before it, so that "
            "every period has as many updates of the faster group. Received: "
            f"delays={tuple(delays)}"
        )
    return (1, *(slow // fast for fast, slow in pairs))


def split_units(units: int | Sequence[int], groups: int) -> tuple[int, ...]:
    """Return the size of each group, from `units` in all or from one size per group."""
    if is_integer(units):
        if units < 1 or units % groups:  # type: ignore[operator]  # is_integer narrows at run time
            raise ValueError(
                f"`units` must be a positive multiple of the number of delays ({groups}), so that "
                "the groups are of equal size; pass a sequence of sizes for unequal groups. "
                f"Received: units={units!r}"
            )
        return (int(units) // groups,) * groups  # type: ignore[arg-type]  # as above
    try:
        sizes = tuple(units)  # type: ignore[arg-type]  # a wrong type is reported below
    except TypeError:
        sizes = ()
    if len(sizes) != groups or not all(is_integer(n) and n >= 1 for n in sizes):
        raise ValueError(
            f"`units` must be a positive integer or a sequence of {groups} positive integers, "
            f"one size per delay. Received: units={units!r}"
        )
    return tuple(int(n) for n in sizes)


def check_first_step(first_step: int) -> int:
    """Return `first_step` as an int, or raise a `ValueError`."""
    if not is_integer(first_step) or first_step < 0:
        raise ValueError(
            "`first_step` must be an integer from 0 up: the number that the first frame of a "
            f"sequence bears. Received: first_step={first_step!r}"
        )
    return int(first_step)


def first_updates(delays: Sequence[int], first_step: int) -> tuple[int, ...]:
    """Index of the first frame at which each group updates, counted from 0.

    Frame `f` bears the number `t = first_step + f`, and a group updates where `t mod delay == 0`.
    """
    return tuple(-first_step % delay for delay in delays)
