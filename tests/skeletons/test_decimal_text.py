"""Decimals read all at once are those that float() reads, to the last bit."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from keras_drnn.skeletons.decimal_text import read_decimals

DECIMALS = st.from_regex(r"[+-]?([0-9]{1,18}(\.[0-9]{0,18})?|\.[0-9]{1,18})", fullmatch=True)
ANY_FLOAT = st.floats(allow_nan=False, allow_infinity=False).map(repr)


def read(tokens):
    text = " " * 15 + " ".join(tokens)
    sizes = np.array([len(token) for token in tokens])
    stops = 15 + np.cumsum(sizes) + np.arange(len(tokens))
    return read_decimals(np.frombuffer(text.encode(), np.uint8), stops, sizes)


@given(st.lists(DECIMALS | ANY_FLOAT, min_size=1, max_size=20))
@example(["999999999999.99", "-99999999999999", "99999999999999.", "+.99999999999999"])
@example(["-0.2059419", "-0.0", "0", "-0", "5.", ".5", "+1.5", "5.960464E-08", "1e5"])
@example(["0.30000000000000004", "1.00000000000000", "123456789012345", "1234567890123456"])
def test_same_bits_as_float(tokens):
    assert read(tokens).tobytes() == np.array([float(token) for token in tokens]).tobytes()


@pytest.mark.parametrize(
    "bad", ["1.2.3", "--1", "-", ".", "-.", "1-2", "+", "e", "1e", "..5", "1+"]
)
def test_what_float_refuses_is_refused(bad):
    with pytest.raises(ValueError):
        read(["1.5", bad, "2.5"])


def test_neighbours_do_not_leak_into_a_short_number():
    # 15 bytes are looked at for each number: what stands before it must not count.
    assert read(["987.654", "-3", "1"]).tolist() == [987.654, -3.0, 1.0]
