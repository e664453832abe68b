"""What is planted is what is said, errors are told beat by beat, and the example runs."""

import keras
import numpy as np
import pytest
from example_files import example


@pytest.fixture(scope="module")
def anomalies():
    return example("anomalies")


def test_beats_that_are_wrong_differ_from_the_ordinary_and_no_others_do(anomalies):
    ordinary, beat, wrong = anomalies.make_series(200, seed=0)
    assert (wrong == -1).all()
    series, again, wrong = anomalies.make_series(200, seed=0, planted=True)
    np.testing.assert_array_equal(again, beat)
    at = {kind: np.flatnonzero(wrong == kind) for kind in range(4)}
    assert [len(found) for found in at.values()] == [4, 4, 3, 3]
    peak = lambda values, number: values[beat == number].max()  # noqa: E731 - read as a word
    for number in at[0]:
        assert peak(series, number) < 0.3
    for number in at[2]:
        assert peak(series, number) < 1.3 < peak(ordinary, number)
    for number in at[3]:
        assert peak(ordinary, number) < 1.3 < peak(series, number)
    for number in at[1]:
        earlier = np.argmax(ordinary[beat == number]) - np.argmax(series[beat == number])
        assert 1 <= earlier <= 4


def test_the_error_of_a_beat_is_its_largest_and_forecasts_stand_at_their_steps(anomalies):
    series, beat, _ = anomalies.make_series(100, seed=0)
    begin = anomalies.LENGTH // 2 + 1
    count = len(anomalies.as_a_bar_ago(series))
    perfect = lambda series: series[begin : begin + count].copy()  # noqa: E731 - a forecast
    assert not anomalies.largest_errors(perfect, series, beat).any()

    def wrong_once(series):
        found = perfect(series)
        found[100] += 0.5
        found[101] -= 0.25
        return found

    errors = anomalies.largest_errors(wrong_once, series, beat)
    assert np.flatnonzero(errors).tolist() == sorted({beat[begin + 100], beat[begin + 101]})
    assert errors.max() == pytest.approx(0.5)


def test_as_a_bar_ago_is_three_beats_before(anomalies):
    steps = np.arange(800.0)
    found = anomalies.as_a_bar_ago(steps)
    begin = anomalies.LENGTH // 2 + 1
    np.testing.assert_array_equal(found, steps[begin : begin + len(found)] - 30)


def test_a_forecast_of_a_step_is_made_from_the_one_before(anomalies):
    """Through a layer that hands its input on, a forecast is a line through the step before."""
    series, _, _ = anomalies.make_series(60, seed=0)
    found = anomalies.train(keras.layers.Identity(), series, epochs=1)(series)
    before = series[anomalies.LENGTH // 2 :][: len(found)]
    assert abs(np.corrcoef(found, before)[0, 1]) > 0.9999


def test_it_runs(anomalies, tmp_path):
    found = anomalies.main(tmp_path / "picture.png", beats=120, epochs=1)
    assert len(found) == 15
    assert all(0 <= share <= 1 for share in found.values())
    assert (tmp_path / "picture.png").stat().st_size > 5000
