"""What leaks in the example and what does not, and that forecasts are made of the past alone."""

from types import SimpleNamespace

import numpy as np
import pytest
from example_files import example


@pytest.fixture(scope="module")
def forecasting():
    return example("forecasting")


def test_the_mean_of_three_hours_is_of_the_past_or_leaks_the_next(forecasting):
    hours = np.array([1.0, 2.0, 6.0, 7.0])
    np.testing.assert_allclose(forecasting.features(hours)[:, 1], [1, 4 / 3, 3, 5])
    np.testing.assert_allclose(forecasting.features(hours, leak=True)[:, 1], [4 / 3, 3, 5, 20 / 3])


def test_windows_move_on_by_five_hours_and_stay_inside(forecasting):
    found = forecasting.windows(np.arange(20), 8)
    np.testing.assert_array_equal(found[:, 0], [0, 5, 10])
    np.testing.assert_array_equal(found[:, -1], [7, 12, 17])


class Steady:
    """Says of each step its value and one more, and remembers what it was shown."""

    inputs = [np.zeros((1, 1, 2)), np.zeros((1, 4))]

    def __init__(self):
        self.shown = []

    def predict(self, given, batch_size, verbose):
        new, state = given
        self.shown.append((new, state))
        return new[..., :1] + 1, state + 1


def test_a_forecast_goes_on_from_itself_and_from_the_state_on_what_is_known_alone(forecasting):
    known = np.arange(40.0).reshape(2, -1)
    forecaster = SimpleNamespace(onwards=Steady())
    found = forecasting.Forecaster.forecast(forecaster, known, leak=True)
    np.testing.assert_allclose(found, known[:, -1:] + 1 + np.arange(forecasting.AHEAD))
    (whole, first), (new, second), *_ = forecaster.onwards.shown
    assert whole.shape[1] == 20
    assert new.shape[1] == 1
    assert not first.any()
    assert (second == 1).all()
    # The hour after the last is not there: at the edge the last stands in for it.
    np.testing.assert_allclose(new[0, 0], [20, (19 + 20 + 20) / 3])


def test_the_leak_looks_splendid_and_is_not(forecasting, tmp_path):
    found = forecasting.main(tmp_path / "picture.png", days=120, epochs=10)
    tested, used = (found[f"leaking D-RNN, an hour{how}"] for how in (", as tested", ""))
    assert tested < 0.75 * used
    assert len(found) == 7
    assert (tmp_path / "picture.png").stat().st_size > 5000
