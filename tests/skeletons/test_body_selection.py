"""The rule that tells people from furniture, at its limits."""

import numpy as np
import pytest
from skeleton_files import furniture, person

from keras_drnn.skeletons.body_selection import choose_people


def box(frames, width, height, movement=0.0, odd_frames=None):
    """A body of exact width and height; in the odd frames it is twice as wide as high."""
    track = np.zeros((frames, 25, 3), "float32")
    track[:, 0, 0], track[:, 0, 1] = width, height
    if odd_frames is not None:
        track[:odd_frames, 0, 0] = 2 * height
    track += movement * np.random.default_rng(0).normal(size=(frames, 1, 3))
    return track


STANDING = person(40, movement=0.001)


@pytest.mark.parametrize(
    "width, height, kept",
    [
        (0.79, 1.0, True),
        (0.81, 1.0, False),
        (0.30, 0.41, True),
        (0.30, 0.39, False),  # a body that collapsed to a heap
        (1.30, 1.7, True),
        (1.7, 1.30, False),
    ],
)
def test_limits_of_one_frame(width, height, kept):
    # In double precision: the limits are tested within 1 cm.
    other = box(40, width, height, movement=0.0)
    assert (1 in choose_people([STANDING, other], 40)) == kept


@pytest.mark.parametrize("odd, kept", [(27, True), (28, False)])
def test_arms_may_be_stretched_out_in_less_than_70_percent_of_the_frames(odd, kept):
    assert (1 in choose_people([STANDING, box(40, 0.5, 1.7, odd_frames=odd)], 40)) == kept


def test_width_is_sideways_not_depth():
    # A person who points at the camera is deep, not wide.
    deep = box(40, 0.3, 1.7)
    deep[:, 1, 2] = 3.0
    assert 1 in choose_people([STANDING, deep], 40)


@pytest.mark.parametrize(
    "seen, frames, kept",
    [(11, 100, False), (12, 100, True), (11, 44, True), (10, 44, False), (1, 4, True)],
)
def test_a_short_track_is_left_out(seen, frames, kept):
    # It would win by motion: what leaves it out is that it is short.
    short = person(seen, seed=5, movement=0.5)
    assert (1 in choose_people([STANDING, short], frames)) == kept


def test_order_and_choice_by_motion():
    tracks = [person(40, seed=s, movement=m) for s, m in ((1, 0.1), (2, 0.02), (3, 0.4), (4, 0.2))]
    assert choose_people(tracks, 40) == [2, 3]


def test_motion_is_over_time_not_over_the_joints():
    # A tall body that stands still has its joints far apart, and does not move.
    tall = box(40, 0.5, 2.2)
    small = box(40, 0.3, 1.0, movement=0.05)
    assert choose_people([tall, small], 40) == [1, 0]


def test_a_body_that_stands_still_far_away_does_not_move_by_rounding():
    # In float32 the mean of 4000 equal numbers is not that number.
    still = np.repeat(person(1) + np.float32(8.1), 4000, axis=0)
    moving = np.repeat(person(1), 4000, axis=0)
    moving[::2, 3] += np.float32(1e-5)
    assert choose_people([still, moving], 4000) == [1, 0]


def test_if_nobody_spreads_like_a_person_who_moves_most_is_kept():
    lying, chair = furniture(40, movement=0.3), furniture(40, movement=0.01)
    assert choose_people([chair, lying], 40) == [1]
    flicker = furniture(3, movement=5.0)
    assert choose_people([chair, flicker], 40) == [0]
    assert choose_people([flicker], 40) == [0]
