"""Norms and bounds of recurrent kernels, against float64 NumPy and closed forms."""

import keras
import numpy as np
import pytest

from keras_drnn import DelayedRNN, DelayedRNNCell
from keras_drnn.influence import (
    group_influence,
    half_life,
    influence_bound,
    influence_by_distance,
    input_influence,
    recurrent_groups,
)

RNG = np.random.default_rng(0)


def built(layer, features=2):
    layer.build((None, None, features))
    return layer


def linear_unit(delay, factor, **options):
    factor = keras.initializers.Constant(factor)
    options = {"activation": "linear", "recurrent_initializer": factor, **options}
    return built(DelayedRNN(1, (delay,), kernel_initializer="ones", **options), 1)


def jacobians(x, kernels, delays, first_step, slope_of):
    """`d h_i(last) / d x(s)` in float64: the recursion of docs/mathematics.md, matrix by matrix."""
    steps, groups = len(x), len(delays)
    h = [np.zeros(U.shape[1]) for U, _ in kernels]
    J = [np.zeros((steps, x.shape[1], U.shape[1])) for U, _ in kernels]
    for t in range(steps):
        below, J_below = x[t], np.zeros((steps, x.shape[1], x.shape[1]))
        J_below[t] = np.eye(x.shape[1])
        for i in range(groups):
            U, W = kernels[i]
            if (t + first_step) % delays[i] == 0:
                a = below @ U + h[i] @ W
                J[i] = (J_below @ U + J[i] @ W) * slope_of(a)
                h[i] = np.tanh(a)
            below, J_below = h[i], J[i]
    return np.stack([np.linalg.norm(each, axis=(1, 2)) for each in J])


@pytest.mark.every_backend
def test_each_groups_influence_is_that_of_the_equations():
    delays, sizes = (1, 2, 5), (4, 3, 2)
    layer = DelayedRNN(sizes, delays, first_step=1, activation="tanh", return_sequences=True)
    built(layer)
    x = RNG.normal(size=(13, 2))
    weights = [np.asarray(w, "float64") for w in layer.get_weights()]
    kernels = list(zip(weights[::3], weights[1::3], strict=True))
    expected = jacobians(x, kernels, delays, 1, lambda a: 1 - np.tanh(a) ** 2)
    found = group_influence(layer, x)
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-6)
    np.testing.assert_allclose(
        np.linalg.norm(found, axis=0), input_influence(layer, x)[-1], rtol=1e-4
    )
    assert (found <= 1.00001 * influence_bound(layer, 13)).all()


def test_a_linear_unit_has_the_half_life_of_its_factor():
    unit = linear_unit(1, 0.5 ** (1 / 7), return_sequences=True)
    fall = influence_by_distance(input_influence(unit, np.zeros((40, 1))))
    assert half_life(fall).frames == pytest.approx(7, rel=1e-4)
    (group,) = recurrent_groups(unit)
    assert group.half_life == pytest.approx(7, rel=1e-5)
    np.testing.assert_allclose(influence_bound(unit, 40)[0, ::-1], fall, rtol=1e-4)


def test_a_delayed_unit_has_a_known_staircase():
    """It reads each third input; since then an output has been held, or multiplied once a step."""
    unit = linear_unit(3, 0.5, return_sequences=True)
    influence = input_influence(unit, np.zeros((14, 1)))
    t, s = np.indices((14, 14))
    expected = np.where((s % 3 == 0) & (s <= t), 0.5 ** (t // 3 - s // 3), 0)
    np.testing.assert_allclose(influence, expected, atol=1e-7)
    # Of any nine outputs in a row three are at each place of the step: the fall is a staircase of
    # thirds, and its mean over a period falls to a half in three frames.
    (group,) = recurrent_groups(unit)
    assert (group.delay, group.half_life) == (3, pytest.approx(3))
    np.testing.assert_allclose(influence_bound(unit, 14)[0], expected[-1])


@pytest.mark.parametrize("cell", ["delayed", "windowed", "stepped", "simple"])
def test_no_weights_and_no_input_exceed_the_bound_and_some_reach_it(cell):
    options = {"activation": "relu", "recurrent_initializer": keras.initializers.Orthogonal(0.9)}
    if cell == "simple":
        layer = keras.layers.SimpleRNN(6, **options)
    elif cell == "stepped":
        layer = keras.layers.RNN(DelayedRNNCell(6, (1, 3), **options))
    else:
        layer = DelayedRNN(6, (1, 3), windowed=cell == "windowed", **options)
    built(layer)
    measured = group_influence(layer, RNG.normal(size=(20, 2)))
    bound = influence_bound(layer, 20)
    assert measured.shape == bound.shape == ((1, 20) if cell == "simple" else (2, 20))
    assert (measured <= 1.00001 * bound).all() and (measured > 0).any()
    # Without an activation and with orthogonal kernels, a single way through is the bound itself.
    if cell == "simple":
        exact = built(keras.layers.SimpleRNN(6, **{**options, "activation": "linear"}))
        found = group_influence(exact, np.zeros((20, 2)))
        np.testing.assert_allclose(found, influence_bound(exact, 20), rtol=1e-4)


@pytest.mark.parametrize("windowed", [False, True])
def test_the_bound_counts_every_way_through_the_groups(windowed):
    """Scalars above 0, no activation: the bound is the influence itself, ways added up."""
    layer = DelayedRNN(
        3, (1, 2, 6), first_step=1, windowed=windowed, activation="linear",
        kernel_initializer="ones", recurrent_initializer=keras.initializers.Constant(0.8),
    )  # fmt: skip
    built(layer, 1)
    np.testing.assert_allclose(
        influence_bound(layer, 14), group_influence(layer, np.zeros((14, 1))), rtol=1e-5
    )


def test_reading_backwards_turns_the_bound():
    layer = linear_unit(2, 0.5, go_backwards=True)
    expected = group_influence(layer, np.zeros((7, 1)))
    np.testing.assert_allclose(influence_bound(layer, 7), expected, rtol=1e-6)
    assert expected[0, -1] < expected[0, 0]


def test_a_sigmoid_takes_three_quarters():
    layer = built(keras.layers.SimpleRNN(2, activation="sigmoid"), 1)
    (group,) = recurrent_groups(layer)
    assert group.slope == 0.25
    assert group.half_life == pytest.approx(0.5)  # an orthogonal kernel
    measured = group_influence(layer, np.zeros((5, 1)))
    assert (measured <= 1.00001 * influence_bound(layer, 5)).all()


def test_groups_of_a_whole_model():
    model = keras.Sequential(
        [
            keras.Input((None, 4)),
            keras.layers.Bidirectional(DelayedRNN(6, (1, 3), return_sequences=True)),
            keras.layers.LSTM(3, return_sequences=True),
            keras.Sequential([keras.layers.SimpleRNN(5, name="last")]),
        ]
    )
    groups = recurrent_groups(model)
    assert [(g.group, g.delay, g.units) for g in groups] == [(1, 1, 3), (2, 3, 3)] * 2 + [(1, 1, 5)]
    assert groups[-1].layer == "last"
    kernel, recurrent = (np.asarray(w, "float64") for w in model.layers[-1].get_weights()[:2])
    assert groups[-1].kernel_norm == pytest.approx(np.linalg.svd(kernel)[1].max())
    assert groups[-1].spectral_norm == pytest.approx(np.linalg.svd(recurrent)[1].max())
    radius = np.abs(np.linalg.eigvals(recurrent)).max()
    assert groups[-1].spectral_radius == pytest.approx(radius)


def test_an_orthogonal_kernel_never_forgets_and_zeros_do_at_once():
    kept, lost = (
        recurrent_groups(built(DelayedRNN(8, (1, 3), recurrent_initializer=how)))
        for how in ("orthogonal", "zeros")
    )
    assert [group.half_life for group in kept + lost] == [np.inf, np.inf, 0, 0]


def test_what_has_no_bound_is_refused():
    with pytest.raises(ValueError, match="without gates"):
        influence_bound(built(keras.layers.GRU(3)), 5)
    with pytest.raises(ValueError, match="without gates"):
        influence_bound(keras.layers.Dense(3), 5)
    layer = built(DelayedRNN(3, (1,), activation=lambda v: 3 * v))
    assert recurrent_groups(layer)[0].half_life is None
    with pytest.raises(ValueError, match="steepest slope"):
        influence_bound(layer, 5)
    assert recurrent_groups(built(keras.layers.LSTM(3))) == []
    with pytest.raises(ValueError, match=r"'dense.*' which has none|which has none"):
        recurrent_groups(keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)]))
