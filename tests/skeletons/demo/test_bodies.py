"""What the demo people are: bodies of constant bones, of different sizes, standing on the floor."""

from collections import Counter

import numpy as np
import pytest

from keras_drnn.skeletons.demo.actions import ACTION_BY_NUMBER, ORDER_ACTIONS
from keras_drnn.skeletons.demo.takes import Take
from keras_drnn.skeletons.layouts import KINECT_V2

NAMES = list(KINECT_V2.joint_names)
FEET = [NAMES.index(f"{side} foot") for side in ("left", "right")]


def performer(action, subject=1, repetition=1):
    return Take(0, subject, action, repetition).people()[0].joints


def bones(joints):
    near, far = np.array(KINECT_V2.bones).T
    return np.linalg.norm(joints[..., far, :] - joints[..., near, :], axis=-1)


@pytest.mark.parametrize("action", ACTION_BY_NUMBER)
def test_bones_keep_their_length(action):
    lengths = bones(performer(action))
    assert lengths.min() > 0.02
    np.testing.assert_allclose(lengths, lengths[:1].repeat(len(lengths), 0), atol=1e-9)


def test_people_are_of_different_sizes():
    sizes = np.array([bones(performer(1, subject))[0].sum() for subject in range(1, 11)])
    assert sizes.std() / sizes.mean() > 0.03
    # Not one shape scaled up and down.
    shapes = np.array([bones(performer(1, subject))[0] for subject in (1, 2, 3)])
    ratios = shapes[1:] / shapes[:1]
    assert (ratios.std(axis=1) > 0.005).all()
    np.testing.assert_allclose(bones(performer(2, 3))[0], shapes[2])


@pytest.mark.parametrize("action", ACTION_BY_NUMBER)
def test_feet_stay_at_the_floor_and_heads_above_everything_but_raised_arms(action):
    joints = performer(action)
    assert joints[..., 1].min() > -0.03
    # One foot at least carries, or both hop a little.
    assert joints[:, FEET, 1].min(axis=1).max() < 0.12
    head, hip = NAMES.index("head"), KINECT_V2.hip
    assert (joints[:, head, 1] > joints[:, hip, 1] + 0.25).all()
    # Nothing jumps: below 12 metres a second at 30 frames a second.
    assert np.linalg.norm(np.diff(joints, axis=0), axis=-1).max() < 0.4


def test_everything_is_done():
    assert len(ACTION_BY_NUMBER) >= 10
    moved = {a: np.ptp(performer(a), axis=0).max() for a in ACTION_BY_NUMBER}
    assert min(moved.values()) > 0.2


def test_order_actions_are_the_same_parts_in_another_order():
    actions = [ACTION_BY_NUMBER[number] for number in ORDER_ACTIONS]
    parts = [Counter(part.name for part in action.parts) for action in actions]
    assert all(of_action == parts[0] for of_action in parts)
    orders = {tuple(part.name for part in action.parts) for action in actions}
    assert len(orders) == len(actions)
    # No time gives them away either.
    assert len({(action.before, action.between, action.after) for action in actions}) == 1
    # And nobody does them mirrored, which would make one of another.
    assert not any(part.handed for action in actions for part in action.parts)


def raises(joints):
    """The sides of the arms that are raised, in order, read off the joints."""
    up = {
        side: joints[:, NAMES.index(f"{side} wrist"), 1]
        > joints[:, NAMES.index(f"{side} shoulder"), 1]
        for side in ("left", "right")
    }
    begins = [(np.flatnonzero(np.diff(above.astype(int)) == 1), side) for side, above in up.items()]
    return [side for _, side in sorted((t, side) for times, side in begins for t in times)]


@pytest.mark.parametrize("action", ORDER_ACTIONS)
@pytest.mark.parametrize("subject", [1, 4])
def test_the_order_can_be_read_off_the_joints(action, subject):
    name = ACTION_BY_NUMBER[action].name
    assert f"raise {', '.join(raises(performer(action, subject)))}" == name
