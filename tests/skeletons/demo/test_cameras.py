"""The three cameras of the demo data: one scene from three places, each with its own noise."""

import numpy as np
import pytest

from keras_drnn.skeletons.demo.cameras import CAMERA_ANGLES, SETUPS, see
from keras_drnn.skeletons.demo.sensor import TRACKED
from keras_drnn.skeletons.demo.takes import Take
from keras_drnn.skeletons.layouts import KINECT_V2


def test_cameras_see_the_same_scene_from_where_they_stand():
    points = np.random.default_rng(0).normal(size=(6, 3))
    between = np.linalg.norm(points[:, None] - points, axis=-1)
    for setup in SETUPS.values():
        for camera, angle in CAMERA_ANGLES.items():
            seen = see(points, camera, setup)
            np.testing.assert_allclose(
                np.linalg.norm(seen[:, None] - seen, axis=-1), between, atol=1e-12
            )
            # Handedness is kept: a reflection would make left of right.
            axes = see(np.eye(3), camera, setup) - see(np.zeros(3), camera, setup)
            assert np.linalg.det(axes) == pytest.approx(1)
            position = setup.distance * np.array([np.sin(angle), 0, np.cos(angle)])
            position[1] = setup.height
            np.testing.assert_allclose(see(position, camera, setup), 0, atol=1e-12)
            # Somebody on the stage is in front of the camera, upright.
            hip, head = see(np.array([[0, 0.9, 0], [0, 1.6, 0]]), camera, setup)
            assert 2 < hip[2] < 4
            assert head[1] > hip[1] + 0.6
    assert sorted(np.degrees(list(CAMERA_ANGLES.values())).round()) == [-45, 0, 45]
    assert len({setup.height for setup in SETUPS.values()}) == len(SETUPS) > 1


@pytest.mark.parametrize("repetition, faced", [(1, 2), (2, 3), (3, 2)])
def test_performers_face_one_of_the_outer_cameras(repetition, faced):
    left, right = KINECT_V2.left_shoulder, KINECT_V2.right_shoulder
    for subject in range(1, 5):
        take = Take(0, subject, 1, repetition)
        joints = see(take.people()[0].joints, faced, SETUPS[take.setup])
        across = (joints[:, left] - joints[:, right]).mean(axis=0)
        # From the front, the left shoulder is on the right of the image: where x is smaller.
        assert np.degrees(np.arctan2(abs(across[2]), -across[0])) < 25


def motion_between(a, b):
    """The turn and shift that take points `(n, 3)` as near as can be to others."""
    u, _, v = np.linalg.svd((a - a.mean(axis=0)).T @ (b - b.mean(axis=0)))
    turn = u @ np.diag([1, 1, np.linalg.det(u @ v)]) @ v
    return turn, b.mean(axis=0) - a.mean(axis=0) @ turn


@pytest.mark.parametrize("subject", [1, 2])  # one in each room
@pytest.mark.parametrize("cameras, degrees", [((1, 2), 45), ((1, 3), 45), ((2, 3), 90)])
def test_recordings_of_one_performance_differ_by_a_turn_and_noise(subject, cameras, degrees):
    take = Take(0, subject, 5, 1)
    people = take.people()
    a, b = (take.recording(people, camera).bodies[0] for camera in cameras)
    seen = (a.states == TRACKED) & (b.states == TRACKED)
    assert seen.mean() > 0.7
    turn, shift = motion_between(a.joints[seen], b.joints[seen])
    assert np.degrees(np.arccos((np.trace(turn) - 1) / 2)) == pytest.approx(degrees, abs=1)
    errors = np.linalg.norm(a.joints[seen] @ turn + shift - b.joints[seen], axis=-1)
    assert 0.005 < np.median(errors) < 0.03
    assert errors.max() < 0.15


def test_cameras_do_not_share_their_noise_and_takes_not_their_motion():
    take = Take(0, 1, 2, 1)
    people = take.people()
    noise = []
    for camera in CAMERA_ANGLES:
        true = see(people[0].joints, camera, SETUPS[take.setup])
        noise.append((take.recording(people, camera).bodies[0].joints - true).ravel())
    correlations = np.corrcoef(noise) - np.eye(len(noise))
    assert np.abs(correlations).max() < 0.1
    again = Take(0, 1, 2, 2).people()[0].joints
    frames = min(len(again), len(people[0].joints))
    assert np.abs(again[:frames] - people[0].joints[:frames]).max() > 0.1
