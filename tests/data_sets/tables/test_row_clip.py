"""From a row to a clip: which frames, which joints, and every way in which it cannot be had."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from recording_files import standing

from keras_drnn.data_sets.tables.row_clip import Reading, clip_of_row
from keras_drnn.recordings.recording_file import RecordingFile
from keras_drnn.recordings.row import RecordingRow
from keras_drnn.skeletons.errors import SkeletonFileError
from keras_drnn.skeletons.layouts import COCO_17

READING = Reading((1, 17, 3), COCO_17, "frames", up="y", units="metres")
CHANNELS = Reading((1, 2, 1), None, "frames")
NUMBERS = {"label": {"sit": 4}, "subject": {"an": 7}, "camera": {"left": 2}, "session": {"b": 9}}
JOINTS = standing(COCO_17, frames=20)


@pytest.fixture
def row(tmp_path):
    """A row of a file with these values."""

    def row(values=JOINTS, **cells):
        np.save(tmp_path / "a.npy", values)
        return RecordingRow(2, RecordingFile(tmp_path / "a.npy"), "sit", **cells)

    return row


def said(row, reading=READING):
    with pytest.raises(SkeletonFileError) as caught:
        reading.values(row)
    assert caught.value.path == row.origin.path
    return caught.value.reason


def test_everything_that_the_row_says_is_in_the_clip(row):
    outcome = clip_of_row(
        row(subject="an", camera="left", session="b", split="validation"), READING, NUMBERS, "one"
    )
    clip, sha256 = outcome.clip, outcome.sha256
    assert outcome.remark is None
    assert (clip.name, clip.action, clip.subject, clip.camera) == ("one", 4, 7, 2)
    assert (clip.setup, clip.part) == (9, 2)
    np.testing.assert_array_equal(clip.joints, JOINTS[:, None])
    assert clip.joints.dtype == np.float32 and clip.mask.shape == (20, 1) and clip.mask.all()
    # Copies are found by what a row holds: other frames of a file are no copy, the same ones are.
    part = clip_of_row(row(start=0, end=9), READING, NUMBERS, "two").sha256
    assert part != sha256 and clip_of_row(row(), READING, NUMBERS, "three").sha256 == sha256


def test_empty_cells_are_zero(row):
    clip = clip_of_row(row(), READING, NUMBERS, "one").clip
    assert (clip.subject, clip.camera, clip.setup, clip.part) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    "times, start, end, frames",
    [
        ("frames", 3, 7, slice(3, 7)),
        ("frames", None, 7, slice(0, 7)),
        ("frames", 19, None, slice(19, 20)),
        ("frames", 3, 20, slice(3, 20)),
        ("frames", 3, 21, slice(3, 20)),
        ("seconds", 0.5, 1.5, slice(5, 15)),
        ("seconds", 0.5, None, slice(5, 20)),
        ("seconds", 0.31, 0.32, slice(3, 4)),
        ("seconds", None, 2, slice(0, 20)),
    ],
)
def test_a_part_is_from_start_up_to_end(row, times, start, end, frames):
    reading = replace(READING, times=times)
    values = reading.values(row(start=start, end=end, fps=10))
    np.testing.assert_array_equal(values[:, 0], JOINTS[frames])


@pytest.mark.parametrize(
    "times, start, end, words",
    [
        ("frames", 20, None, "a part of its 20 frames of 10 a second, received 20 to its end in"),
        ("frames", 3, 22, "received 3 to 22 in frames"),
        ("seconds", 2, 2.5, "received 2 to 2.5 in seconds"),
        ("seconds", None, 2.2, "received 0 to 2.2 in seconds"),
    ],
)
def test_a_part_that_is_not_there_is_told(row, times, start, end, words):
    assert words in said(row(start=start, end=end, fps=10), replace(READING, times=times))


def test_seconds_need_a_frame_rate_and_so_does_another_one(row):
    seconds, at_15 = replace(READING, times="seconds"), replace(READING, fps=15)
    assert "start and end are in seconds" in said(row(end=1), seconds)
    # From the beginning to the end is the same in seconds and frames.
    np.testing.assert_array_equal(seconds.values(row(start=0))[:, 0], JOINTS)
    assert "expected its frame rate" in said(row(), at_15)
    for told in (said(row(end=1), seconds), said(row(), at_15)):
        assert "`fps = 30` into a description" in told  # a rate in every row is not the only way
    np.testing.assert_array_equal(at_15.values(row(fps=30))[:, 0], JOINTS[::2])
    # What a model is given later has the rate that it was trained for, if nothing else is known.
    np.testing.assert_array_equal(at_15.values(row(), assumed_rate=15)[:, 0], JOINTS)
    # A part is cut at the recording's own rate, and only then brought to the other one.
    part = replace(seconds, fps=5).values(row(start=0.3, end=1.1, fps=10))
    np.testing.assert_array_equal(part[:, 0], JOINTS[3:11:2])


def test_a_part_knows_nothing_of_the_frames_before_it(row):
    joints = JOINTS.copy()
    joints[5, 9] = np.nan
    held = READING.values(row(joints))
    np.testing.assert_array_equal(held[5, 0, 9], JOINTS[4, 9])
    part = READING.values(row(joints, start=5))
    np.testing.assert_allclose(part[0, 0, 9], np.delete(JOINTS[5], 9, axis=0).mean(0), rtol=1e-5)
    assert np.isfinite(held).all() and np.isfinite(part).all()


def test_joints_of_little_confidence_are_held(row, tmp_path):
    joints = np.concatenate([JOINTS, np.ones((20, 17, 1))], axis=-1)
    joints[6, 9, 3], joints[6, 10, 3] = 0.2, 0.4
    values = replace(READING, confidence=0.3).values(row(joints))
    np.testing.assert_array_equal(values[6, 0, 9], JOINTS[5, 9])
    np.testing.assert_array_equal(values[6, 0, 10], JOINTS[6, 10])
    np.testing.assert_array_equal(READING.values(row(joints))[:, 0], JOINTS)
    part = replace(READING, confidence=0.3).values(row(joints, start=6))
    assert not np.array_equal(part[0, 0, 9], JOINTS[6, 9])
    joints[..., 3] = 0.1
    assert "nobody" in said(row(joints), replace(READING, confidence=0.3))


@pytest.mark.parametrize(
    "units, scale",
    [("metres", 1), ("centimetres", 0.01), ("millimetres", 0.001), ("pixels", 1), (None, 1)],
)
def test_lengths_become_metres_where_they_are_lengths(row, units, scale):
    values = replace(READING, units=units).values(row())
    np.testing.assert_allclose(values[:, 0], JOINTS * scale, rtol=1e-6)


def test_who_is_absent_stays_exactly_zero_and_bodies_are_made_up(row):
    joints = JOINTS[:, None].repeat(2, axis=1)
    joints[3:6] = joints[8, 1] = 0
    reading = replace(READING, shape=(3, 17, 3), up="z")
    clip = clip_of_row(row(joints), reading, NUMBERS, "one").clip
    expected = np.ones((20, 3), bool)
    expected[3:6] = expected[8, 1] = expected[:, 2] = False
    np.testing.assert_array_equal(clip.mask, expected)
    assert not clip.joints[~expected].any() and not np.signbit(clip.joints[~expected]).any()
    x, y, z = np.moveaxis(JOINTS, -1, 0)
    np.testing.assert_array_equal(clip.joints[0, 1], np.stack([x[0], z[0], -y[0]], axis=-1))


def test_who_is_there_longest_is_kept_of_more_people_than_there_is_room_for(row):
    joints = np.full((20, 3, 17, 3), np.nan, "float32")
    joints[:9, 0], joints[:, 1], joints[:, 2] = JOINTS[:9] + 5, JOINTS + 7, JOINTS / 2 + 9
    outcome = clip_of_row(row(joints), READING, NUMBERS, "one")
    # Two are there all the time; the larger of them is nearer to the camera.
    np.testing.assert_array_equal(outcome.clip.joints[:, 0], JOINTS + 7)
    assert outcome.remark == "of 3 bodies the one that is in the most frames is kept"
    joints[12:, 1] = 0
    two = clip_of_row(row(joints), replace(READING, shape=(2, 17, 3)), NUMBERS, "one")
    np.testing.assert_array_equal(two.clip.joints[0, :, 5], joints[0, 1:, 5])
    assert two.remark == "of 3 bodies the 2 that are in the most frames are kept"
    assert two.clip.mask[:, 0].sum() == 12 and two.clip.mask[:, 1].all()
    # Who is there in the part of a row counts, not who is there elsewhere.
    part = clip_of_row(row(joints, start=12), READING, NUMBERS, "one")
    np.testing.assert_array_equal(part.clip.joints[:, 0], joints[12:, 2])


@pytest.mark.parametrize(
    "values, reading, words",
    [
        (JOINTS[:, :16], READING, "expected 17 joints"),
        (JOINTS[..., :2], READING, "expected 17 joints in 3-D, as in the other recordings, rec"),
        (np.ones((9, 3)), CHANNELS, "expected 2 channels, as in the other recordings, received 3"),
        (np.zeros((9, 2)), CHANNELS, "expected a channel that is not zero"),
        (np.full((9, 2), np.nan), CHANNELS, "expected a channel that is not zero"),
    ],
)
def test_what_is_not_like_the_others_is_a_named_fault(row, values, reading, words):
    assert words in said(row(np.asarray(values, "float32")), reading)


def test_a_file_that_is_gone_is_one_too():
    assert said(RecordingRow(2, RecordingFile(Path("gone.npy")), "sit"))


def test_channels_are_joints_of_one_axis(row):
    values = np.arange(18, dtype="float32").reshape(9, 2)
    values[4, 1] = np.nan
    clip = clip_of_row(row(values), CHANNELS, NUMBERS, "one").clip
    assert clip.joints.shape == (9, 1, 2, 1)
    assert clip.joints[4, 0].tolist() == [[8], [7]] and clip.joints[5, 0].tolist() == [[10], [11]]
