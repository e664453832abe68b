"""The schedule is exact in every dtype and for streams of any length."""

import keras
import numpy as np
import pytest
from arrays import call, numpy, phases
from keras import ops

from keras_drnn import DelayedRNN, DelayedRNNCell

both_paths = pytest.mark.parametrize("stepped", [False, True], ids=["cascade", "stepped"])


def toggles(delays, first_step=0, dtype=None, stepped=False):
    """A layer whose groups each switch between 0 and 1 at every update, h <- 1 - h.

    Those numbers are exact in every dtype, and an update too many, too few or at the wrong frame
    shows from there on.
    """
    # Not every backend has the default initializer in half precision.
    cell = {"first_step": first_step, "activation": "linear", "recurrent_initializer": "zeros"}
    loop = {"return_sequences": True, "return_state": True}
    if stepped:
        cell = DelayedRNNCell(len(delays), delays, dtype=dtype, **cell)
        layer = keras.layers.RNN(cell, dtype=dtype, **loop)
    else:
        layer = DelayedRNN(len(delays), delays, dtype=dtype, **cell, **loop)
    layer.build((1, None, 1))
    layer.set_weights([np.zeros((1, 1)), -np.ones((1, 1)), np.ones(1)] * len(delays))
    return layer


def schedule(steps, delays, first_step=0):
    """What `toggles` puts out: the parity of the number of updates up to each step."""
    t, tau = np.asarray(steps)[:, None] + first_step, np.array(delays)
    first_multiple = -(-first_step // tau)
    return (t // tau - first_multiple + 1) % 2


@both_paths
@pytest.mark.parametrize("dtype", ["mixed_bfloat16", "mixed_float16", "bfloat16", "float16"])
def test_the_schedule_is_exact_in_low_precision(dtype, stepped):
    delays, time = (1, 7, 9, 243), 600  # bfloat16 counts to 256
    layer = toggles(delays, 1, dtype, stepped)
    inputs = keras.Input((time, 1))
    outputs, _, clock = layer(inputs)
    assert clock.dtype == layer.compute_dtype
    model = keras.Model(inputs, [ops.cast(outputs, "float32"), ops.cast(clock, "float32")])
    outputs, clock = model.predict(np.zeros((1, time, 1)), verbose=0)
    np.testing.assert_array_equal(outputs[0], schedule(np.arange(time), delays, 1))
    np.testing.assert_array_equal(clock, phases([time], delays))


@both_paths
def test_phases_next_to_the_bound_of_a_dtype_pass_through_the_state(stepped):
    delays, done = (255, 256), 250
    layer = toggles(delays, 1, "mixed_bfloat16", stepped)
    before = schedule([done - 1], delays, 1)
    state = [ops.convert_to_tensor(v) for v in (before, phases([done], delays))]
    for _ in range(5):
        outputs, *state = layer(np.zeros((1, 3, 1), "float32"), initial_state=state)
        steps = done + np.arange(3)
        np.testing.assert_array_equal(numpy(outputs)[0], schedule(steps, delays, 1))
        done += 3


@pytest.mark.parametrize(
    ("dtype", "longest"),
    [("bfloat16", 256), ("mixed_bfloat16", 256), ("float16", 2048), ("mixed_float16", 2048)],
)
def test_a_delay_that_a_dtype_cannot_count_is_refused(dtype, longest):
    x = np.zeros((1, 3, 2), "float32")
    for make in (DelayedRNN, lambda *a, **k: keras.layers.RNN(DelayedRNNCell(*a, **k))):
        plain = {"dtype": dtype, "recurrent_initializer": "zeros"}
        make(4, (1, longest), **plain)(x)
        with pytest.raises(ValueError, match=rf"at most {longest}.*Received: .*{longest + 1}"):
            make(4, (1, longest + 1), **plain)(x)
    # float32, the usual one, takes this delay and any that a person will ask for.
    DelayedRNN(4, (1, 2**24))(x)
    with pytest.raises(ValueError, match="float32"):
        DelayedRNN(4, (1, 2**24 + 1))(x)


def test_ten_million_steps_through_the_carried_clock():
    # Groups so slow that a million frames are some hundred updates.
    delays = (9973, 10_007, 65_537)
    layer = toggles(delays)
    chunk = np.zeros((1, 1_250_000, 1), "float32")
    state = None
    for _ in range(8):
        _, *state = layer(chunk, initial_state=state)
    done = 8 * chunk.shape[1]
    assert done == 10_000_000
    np.testing.assert_array_equal(numpy(state[1]), phases([done], delays))
    outputs, *_ = layer(np.zeros((1, 70_000, 1), "float32"), initial_state=state)
    np.testing.assert_array_equal(numpy(outputs)[0], schedule(done + np.arange(70_000), delays))


def test_the_clock_is_periodic():
    """After as many steps as all delays have in common it stands at zero: it cannot overflow."""
    delays = (4, 6, 9)
    cell = DelayedRNNCell(3, delays)
    state = cell.get_initial_state(1)
    for steps in range(1, 37):
        _, state = cell(ops.zeros((1, 1)), state)
        np.testing.assert_array_equal(numpy(state[1]), phases([steps], delays))
    np.testing.assert_array_equal(numpy(state[1]), 0)


def test_masked_steps_stop_the_clock():
    delays = (2, 3, 5)
    mask = np.random.default_rng(0).random((2, 40)) < 0.5
    for stepped in (False, True):
        layer = toggles(delays, stepped=stepped)
        outputs, _, clock = numpy(
            call(layer, np.zeros((2, 40, 1), "float32"), mask=ops.convert_to_tensor(mask))
        )
        for row in range(2):
            expected = schedule(np.arange(mask[row].sum()), delays)
            np.testing.assert_array_equal(outputs[row][mask[row]], expected)
        np.testing.assert_array_equal(clock, phases(mask.sum(axis=1), delays))
