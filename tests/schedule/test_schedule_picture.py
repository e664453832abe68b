"""The picture of the schedule shows what the schedule functions say."""

import numpy as np
import pytest

from keras_drnn import transformations, update_steps
from keras_drnn.schedule_picture import draw_schedule


def test_it_shows_the_schedule(tmp_path):
    figure = draw_schedule((1, 2, 5), 12, first_step=1)
    above, below = figure.axes
    drawn = [events.get_positions() for events in above.collections]
    for positions, expected in zip(drawn, update_steps((1, 2, 5), 12, 1), strict=True):
        np.testing.assert_array_equal(sorted(positions), expected)
    counts, plain = (line.get_ydata() for line in below.lines)
    expected = transformations((1, 2, 5), 12, 1)
    np.testing.assert_array_equal(np.nan_to_num(counts, nan=-1), expected)
    np.testing.assert_array_equal(plain, transformations((1,), 12))
    figure.savefig(tmp_path / "schedule.png")


def test_wrong_delays_are_refused():
    with pytest.raises(ValueError, match="Received: delays="):
        draw_schedule((3, 1), 12)
