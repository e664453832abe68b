"""People stay at their places, in whatever order a file has them."""

import json
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from recording_files import standing

from keras_drnn.data_sets.tables.row_clip import Reading
from keras_drnn.recordings.assignment import assign
from keras_drnn.recordings.following import follow_people
from keras_drnn.recordings.read import read_recording
from keras_drnn.recordings.recording import Recording
from keras_drnn.recordings.recording_file import RecordingFile
from keras_drnn.recordings.row import RecordingRow
from keras_drnn.skeletons.layouts import COCO_17, OPENPOSE_18

FRAMES = 60
NAN = np.float32("nan")


def walking(start, step, depth=0.0, layout=COCO_17):
    """Someone who walks along x, `step` metres a frame, `(frames, joints, 2)` in pixels."""
    joints = standing(layout, frames=FRAMES)[..., :2]
    joints[..., 0] += start + step * np.arange(FRAMES)[:, None]
    joints[..., 1] -= depth
    return 200 * joints


def crossing(layout=COCO_17):
    """Two people who pass each other, one a little behind the other: `(frames, 2, joints, 2)`."""
    people = walking(-1.5, 0.05, layout=layout), walking(1.5, -0.05, depth=0.35, layout=layout)
    return np.stack(people, axis=1).astype("float32")


def flipped(people):
    """The people of each frame in an order of its own, and that order."""
    rng = np.random.default_rng(0)
    orders = [rng.permutation(people.shape[1]) for _ in people]
    orders[0] = np.arange(people.shape[1])
    return np.stack([frame[order] for frame, order in zip(people, orders, strict=True)]), orders


def test_two_who_cross_stay_two_whatever_is_missing_of_them():
    people = crossing()
    people[np.random.default_rng(1).random(people.shape[:3]) < 0.3] = NAN
    people[20:24, 1] = NAN  # behind the other one
    mixed, orders = flipped(people)
    scores = np.broadcast_to([[1.0], [0.5]], people.shape[:3])
    scores = np.stack([s[order] for s, order in zip(scores, orders, strict=True)])
    scores = np.where(np.isnan(mixed[..., 0]), 0, scores).astype("float32")
    assert not np.array_equal(mixed, people, equal_nan=True)
    found = follow_people(Recording(mixed, scores, frame_rate=25, notes=("a note",)))
    np.testing.assert_array_equal(found.values, people)
    assert found.confidence is not None and found.notes == ("a note",) and found.frame_rate == 25
    seen = ~np.isnan(people[..., 0])
    assert (found.confidence[:, 0][seen[:, 0]] == 1).all() and not found.confidence[~seen].any()
    assert (found.confidence[:, 1][seen[:, 1]] == 0.5).all()
    # Nor has the future a say.
    start = replace(found, values=mixed[:30], confidence=scores[:30])
    np.testing.assert_array_equal(follow_people(start).values, people[:30])


def in_order(*frames):
    """A recording whose frames have these people, each a place on the x axis and a name."""
    most = max(map(len, frames))
    body = standing(COCO_17, frames=1)[0, :, :2]
    values = np.full((len(frames), most, 17, 2), NAN, "float32")
    for row, people in zip(values, frames, strict=True):
        for number, x in enumerate(people):
            row[number] = body + (x, 0)
    return Recording(values)


def places(recording, names=None, frame_rate=None):
    """Where on the x axis the one at each place is, frame by frame."""
    x = (
        follow_people(recording, names, frame_rate=frame_rate).values[:, :, 0, 0]
        - standing(COCO_17, frames=1)[0, 0, 0]
    )
    return [[None if np.isnan(each) else round(float(each)) for each in frame] for frame in x]


def test_one_leaves_and_comes_back_while_another_enters():
    recording = in_order([0, 5], [5], [5, 3, 0], [0], [3], [3, 5])
    assert places(recording) == [
        [0, 5, None],
        [None, 5, None],
        [0, 5, 3],  # the new one waits for no place that is kept
        [0, None, None],
        [None, None, 3],
        [None, 5, 3],
    ]


def test_a_place_is_kept_for_a_while_and_then_free():
    # Without a third place there is no choice:
    assert places(in_order([0, 5], [5, 3]))[-1] == [3, 5]
    for rate, longest in ((None, 15), (30, 15), (10, 5)):  # half a second
        for frames, then in ((longest, [None, 5, 3]), (longest + 1, [3, 5, None])):
            recording = in_order([0, 5], *[[5]] * frames, [5, 3], [5, 3, 40])
            assert places(replace(recording, frame_rate=rate))[-2] == then
            assert places(recording, frame_rate=rate)[-2] == then


def test_together_they_are_nearest():
    """The one at 0.35 is nearest of all to the place of 0.4, but 0.6 has no other."""
    recording = in_order([0.0, 0.4], [0.35, 0.6])
    mixed = replace(recording, values=recording.values[:, ::-1].copy())
    for each in (recording, mixed):
        found = follow_people(each).values[:, :, 0, 0]
        assert abs(found[1] - found[0]).max() < 0.36


def test_names_decide_where_everybody_has_one():
    recording = in_order([0, 5], [5, 0], [3], [0, 5])
    assert places(recording, [[7, 4], [7, 4], [4], [4, 9]]) == [[0, 5], [5, 0], [None, 3], [5, 0]]
    by_nearness = places(recording)
    assert by_nearness[1] == [0, 5]
    for names in ([[7, 4], [7, None], [4], [4, 9]], [[7, 4], [7, 7], [4], [4, 9]]):
        assert places(recording, names) == by_nearness


def in_openpose(people, layout, folder, name):
    for t, frame in enumerate(people):
        content = [
            {"person_id": [name(t, k)], "pose_keypoints_2d": _scored(body).ravel().tolist()}
            for k, body in enumerate(frame)
        ]
        (folder / f"v_{t:012}_keypoints.json").write_text(json.dumps({"people": content}))
    return folder


def in_coco(people, layout, folder, name):
    content = [
        {"image_id": t, "keypoints": _scored(body).ravel().tolist(), "track_id": name(t, k)}
        for t, frame in enumerate(people)
        for k, body in enumerate(frame)
    ]
    (folder / "clip.json").write_text(json.dumps(content))
    return folder / "clip.json"


def in_kinetics(people, layout, folder, name):
    data = [
        {
            "frame_index": t,
            "skeleton": [{"pose": b.ravel().tolist(), "score": [0.5] * len(b)} for b in frame],
        }
        for t, frame in enumerate(people)
    ]
    (folder / "clip.json").write_text(json.dumps({"data": data}))
    return folder / "clip.json"


def in_landmarks(people, layout, folder, name):
    names = [each.replace(" ", "_") for each in layout.joint_names]
    frames = [
        [
            [
                {"name": joint, "x": float(x), "y": float(y), "score": 0.5}
                for joint, (x, y) in zip(names, body, strict=True)
            ]
            for body in frame
        ]
        for frame in people
    ]
    (folder / "clip.json").write_text(json.dumps(frames))
    return folder / "clip.json"


def _scored(body):
    return np.concatenate([body, np.full((len(body), 1), 0.5)], axis=1)


in_every_format = pytest.mark.parametrize(
    "layout, write",
    [
        (OPENPOSE_18, in_openpose),
        (COCO_17, in_coco),
        (OPENPOSE_18, in_kinetics),
        (COCO_17, in_landmarks),
    ],
)


@in_every_format
def test_every_format_that_may_mix_people_up_follows_them(tmp_path, layout, write):
    people = crossing(layout)
    mixed, _ = flipped(people)
    read = read_recording(write(mixed, layout, tmp_path, lambda t, k: -1))
    np.testing.assert_allclose(read.values, people, rtol=1e-6)


@in_every_format
def test_the_rate_that_a_row_says_counts_where_the_file_says_none(tmp_path, layout, write):
    body = standing(layout, frames=1)[0, :, :2]
    frames = [[0, 5], *[[5]] * 6, [5, 3], [5, 3, 40]]
    people = [[body + (x, 0) for x in frame] for frame in frames]
    origin = RecordingFile(write(people, layout, tmp_path, lambda t, k: -1))
    reading = Reading((3, len(layout), 2), layout, "frames")
    for rate, then in ((30, [None, 5, 3]), (10, [3, 5, None])):  # gone for 0.2 and 0.6 seconds
        x = reading.recorded(RecordingRow(2, origin, "wave", fps=rate))[-2, :, 0, 0] - body[0, 0]
        np.testing.assert_allclose(x, np.array(then, float), atol=1e-5)


@pytest.mark.parametrize("layout, write", [(OPENPOSE_18, in_openpose), (COCO_17, in_coco)])
def test_names_in_a_file_count(tmp_path, layout, write):
    """These say that whoever comes first in the frame is always the same one."""
    mixed, _ = flipped(crossing(layout))
    read = read_recording(write(mixed, layout, tmp_path, lambda t, k: 10 - k))
    np.testing.assert_allclose(read.values, mixed, rtol=1e-6)


def test_the_assignment_is_the_best_of_all():
    rng = np.random.default_rng(0)
    for _ in range(300):
        rows = int(rng.integers(0, 5))
        columns = rows + int(rng.integers(rows == 0, 3))
        costs = rng.integers(0, 5, (rows, columns)) + rng.choice([0.0, rng.random()])
        chosen = assign(costs)
        ways = permutations(range(columns), rows)
        least = min(sum(costs[row, way[row]] for row in range(rows)) for way in ways)
        assert len(set(chosen.tolist())) == rows
        assert costs[np.arange(rows), chosen].sum() == pytest.approx(least)
