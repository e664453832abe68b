"""What the schedule functions say, against the equations themselves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import delayed_rnn

from keras_drnn import transformations, update_steps

DELAYS = st.lists(st.integers(1, 9), min_size=1, max_size=4, unique=True).map(sorted)


def linear(delays, x, first_step, factor):
    """One unit a group, linear, every weight the same."""
    weights = [np.full((1, 1), factor)] * (2 * len(delays))
    outputs, *_ = delayed_rnn(
        x, weights, delays, first_step=first_step, activation="linear", use_bias=False
    )
    return outputs


@given(DELAYS, st.integers(1, 14), st.integers(0, 12))
def test_transformations_are_the_order_of_the_response(delays, steps, first_step):
    # Every product is by 1e-6, so an impulse comes out as ways * 1e-6 ** (fewest products).
    impulses = np.eye(steps)[:, :, None]
    response = linear(delays, impulses, first_step, 1e-6)[:, -1].max(axis=1)
    with np.errstate(divide="ignore"):
        order = -np.log10(response) / 6
    expected = np.where(response > 0, np.ceil(np.where(response > 0, order, 0) - 1e-9), -1)
    np.testing.assert_array_equal(transformations(delays, steps, first_step), expected)


@given(DELAYS, st.integers(1, 14), st.integers(0, 12))
def test_groups_change_at_their_update_steps_and_at_no_other(delays, steps, first_step):
    # A growing input and weights of one: whatever updates with something to add, changes.
    outputs = linear(delays, np.ones((1, steps, 1)), first_step, 1.0)[0]
    changed = np.diff(outputs, axis=0, prepend=0) > 0
    for group, moments in enumerate(update_steps(delays, steps, first_step)):
        assert set(np.flatnonzero(changed[:, group])) <= set(moments.tolist())
        fed = outputs[moments, group - 1] > 0 if group else np.full(len(moments), True)
        np.testing.assert_array_equal(changed[moments, group], fed | (outputs[moments, group] > 0))


def test_the_past_is_near():
    counts = transformations((1, 3, 9, 27, 81), 100)
    assert counts[-1] == 1
    assert counts.max() < 20
    np.testing.assert_array_equal(transformations((1,), 100), np.arange(100, 0, -1))


@pytest.mark.parametrize("steps", [0, -1, 2.5, True])
def test_a_wrong_length_is_refused(steps):
    with pytest.raises(ValueError, match="Received: steps="):
        update_steps((1, 3), steps)
