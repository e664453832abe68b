"""Series of delays, and when a group updates first."""

import numpy as np
import pytest

from keras_drnn import geometric_delays
from keras_drnn.delays import first_updates


def test_geometric_delays():
    assert geometric_delays(3, 5) == (1, 3, 9, 27, 81)
    assert geometric_delays(2, 1) == (1,)
    assert geometric_delays(1.5, 6) == (1, 2, 3, 4, 5, 8)
    # Beyond what floats can hold.
    assert geometric_delays(3, 41)[-1] == 3**40


def test_geometric_delays_always_increase():
    for base in np.linspace(1.01, 4, 40):
        delays = geometric_delays(float(base), 12)
        assert len(delays) == 12
        assert delays[0] == 1
        assert all(a < b for a, b in zip(delays, delays[1:], strict=False))


@pytest.mark.parametrize(
    ("base", "groups"), [(1, 3), (0.5, 3), ("3", 3), (3, 0), (3, 2.5), (True, 2), (np.inf, 2)]
)
def test_wrong_arguments_of_geometric_delays_are_refused(base, groups):
    with pytest.raises(ValueError, match="Received: (base|groups)="):
        geometric_delays(base, groups)


def test_first_updates_are_the_first_multiples_of_the_delays():
    delays = (1, 2, 3, 7)
    for first_step in range(15):
        expected = tuple(
            next(f for f in range(99) if (first_step + f) % delay == 0) for delay in delays
        )
        assert first_updates(delays, first_step) == expected
    assert first_updates((5, 9), 1) == (4, 8)
