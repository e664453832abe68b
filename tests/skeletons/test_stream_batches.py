"""Training batches of streams: clips strung together, their labels and numbers."""

import itertools

import numpy as np
import pytest

from keras_drnn.skeletons import KINECT_V1, Clip
from keras_drnn.skeletons.augmentation import Augmentation
from keras_drnn.skeletons.stream_batches import stream_batches

FRAMES, LONGEST_PAUSE, SHORTEST = 60, 20, 5


def clip(number, frames, camera, subject, lost=()):
    """A clip whose every frame says which it is: 100 times the clip's number, and its own."""
    joints = np.zeros((frames, 1, 20, 3), "float32")
    joints[...] = 100 * (number + 1) + np.arange(frames)[:, None, None, None]
    mask = np.ones((frames, 1), bool)
    for frame in lost:
        joints[frame], mask[frame] = 0, False
    return Clip(joints, mask, subject, camera, number % 3, f"clip{number}")


CLIPS = [
    clip(number, frames, camera=number % 2, subject=number % 4, lost=(4,) * (number == 6))
    for number, frames in enumerate((3, 9, 20, 5, 14, 7, 30, 90, 12, 8))
]
CHOSEN = np.array([1, 2, 3, 4, 5, 6, 7, 8, 9])
LABELS = np.array([CLIPS[i].action for i in CHOSEN])


def batches(count, **settings):
    defaults = {"layout": KINECT_V1, "batch_size": 4, "frames": FRAMES, "seed": 1, "pause": 0.5}
    defaults |= {"longest_pause": LONGEST_PAUSE, "shortest": SHORTEST}
    defaults["augmentation"] = Augmentation()
    return list(
        itertools.islice(stream_batches(CLIPS, CHOSEN, LABELS, **(defaults | settings)), count)
    )


def rows(count=30, **settings):
    for joints, truth in batches(count, **settings):
        yield from zip(joints[:, :, 0, 0, 0].astype(int), truth, strict=True)


def played(row, truth):
    """The parts of a stream that count, each with what its clip is: `(clip, first, last, label)`.

    Parts are told apart by their numbers, and each is checked against its clip, frame by frame.
    """
    for number in range(truth[:, 1].max() + 1):
        of_clip = np.flatnonzero(truth[:, 1] == number)
        counted = of_clip[truth[of_clip, 0] >= 0]
        if len(counted) == 0:
            continue
        values = row[counted]
        which = values[0] // 100 - 1
        frames = values - 100 * (which + 1)
        steps = np.diff(counted)
        np.testing.assert_array_equal(np.diff(frames), steps)  # frame by frame, as it was recorded
        assert (steps == 1).all() or which == 6  # which has lost a frame
        yield which, frames[0], frames[-1], set(truth[counted, 0].tolist())


def test_each_clip_is_played_frame_by_frame_under_its_own_label_and_number():
    seen = set()
    for row, truth in rows():
        parts = list(played(row, truth))
        for position, (which, first, last, labels) in enumerate(parts):
            assert which in CHOSEN and labels == {CLIPS[which].action}
            seen.add(which)
            length = len(CLIPS[which].joints)
            if which != 7 and position < len(parts) - 1:
                assert last == length - 1
            if which != 7 and position > 0:
                assert first == 0
        # Numbers rise one by one, and a pause has that of the clip before it.
        assert set(np.diff(truth[:, 1]).tolist()) <= {0, 1}
    assert seen == set(CHOSEN.tolist())


def test_what_has_no_label_is_nobody_or_a_pose_that_is_held_or_a_clip_that_has_just_begun():
    kinds = {"nobody": 0, "held": 0, "begun": 0}
    for row, truth in rows():
        for number in range(truth[:, 1].max() + 1):
            frames = np.flatnonzero(truth[:, 1] == number)
            silent = frames[truth[frames, 0] < 0]
            values = row[silent]
            if len(silent) == len(frames):
                assert frames[-1] == FRAMES - 1 and len(frames) < SHORTEST
                kinds["begun"] += 1
                continue
            silent = silent[silent > frames[truth[frames, 0] >= 0].max()]
            values = row[silent]
            if len(silent) == 0:
                continue
            assert len(silent) <= LONGEST_PAUSE
            before = row[silent[0] - 1]
            assert (values == 0).all() or (values == before).all()
            kinds["nobody" if values[0] == 0 else "held"] += 1
    assert min(kinds.values()) > 5


def test_all_clips_of_a_stream_are_of_one_camera_and_often_of_one_person():
    alone, several = 0, 0
    for row, truth in rows():
        clips = [CLIPS[which] for which, *_ in played(row, truth)]
        assert len({clip.camera for clip in clips}) == 1
        if len(clips) > 2:
            people = {clip.subject for clip in clips}
            alone, several = alone + (len(people) == 1), several + (len(people) > 1)
    assert alone > several > 0


def test_half_of_the_streams_begin_at_the_beginning_and_the_others_in_the_midst_of_a_clip():
    begins = [next(played(row, truth)) for row, truth in rows(60)]
    begins = [(which, first, last) for which, first, last, _ in begins if which in (2, 4, 8)]
    at_once = [first == 0 for _, first, _ in begins]
    assert 0.4 < np.mean(at_once) < 0.75
    assert len({first for _, first, _ in begins}) > 8
    assert min(last - first for _, first, last in begins) + 1 >= SHORTEST


def test_without_pauses_there_is_none():
    for row, truth in rows(10, pause=0.0):
        assert (truth[: FRAMES - SHORTEST, 0] >= 0)[row[: FRAMES - SHORTEST] > 0].all()


def test_how_long_a_pause_is_and_how_short_a_clip_that_counts_is_said():
    lengths, begins = set(), []
    for _, truth in rows(40, longest_pause=3, shortest=2, pause=1.0):
        for number in range(truth[:, 1].max()):
            frames = np.flatnonzero(truth[:, 1] == number)
            counted = frames[truth[frames, 0] >= 0]
            lengths.add(int(frames[-1] - counted[-1]))
        begins.append(np.count_nonzero((truth[:, 1] == 0) & (truth[:, 0] >= 0)))
    assert lengths == {1, 2, 3} and min(begins) == 2


def test_a_lost_frame_has_no_label():
    for row, truth in rows(10):
        assert (truth[row == 0, 0] == -1).all()
    assert any((row == 0).any() for row, _ in rows(10, pause=0.0))


def test_streams_that_start_later_go_on_the_same_and_the_seed_decides():
    strong = Augmentation(tilt=0.2, scale=0.2, shear=0.2, noise=0.02, mirror=0.5, speed=1.5)
    whole, late = batches(5, augmentation=strong), batches(2, augmentation=strong, first_step=3)
    for a, b in zip(whole[3:], late, strict=True):
        np.testing.assert_array_equal(a[0], b[0])
        np.testing.assert_array_equal(a[1], b[1])
    assert not np.array_equal(whole[0][0], batches(1, augmentation=strong, seed=2)[0][0])


def test_a_clip_is_varied_in_one_way_over_all_its_frames_and_each_in_another():
    noise = Augmentation(noise=2.0)
    for (plain, truth), (varied, same) in zip(
        batches(5), batches(5, augmentation=noise), strict=True
    ):
        np.testing.assert_array_equal(truth, same)
        off = (varied - plain)[:, :, 0]
        np.testing.assert_array_equal(off[plain[:, :, 0] == 0], 0)
        for row in range(4):
            there = plain[row, :, 0, 0, 0] > 0
            numbers = truth[row, :, 1]
            ways = [off[row, (numbers == n) & there] for n in range(numbers.max() + 1)]
            for way in ways:
                np.testing.assert_allclose(way, way[:1].repeat(len(way), 0), atol=1e-3)
            assert len({float(way[0, 0, 0]) for way in ways}) == len(ways)


@pytest.mark.parametrize("speed", [1.0, 2.0])
def test_clips_are_played_at_other_speeds(speed):
    lengths = []
    for row, truth in rows(20, augmentation=Augmentation(speed=speed), pause=0.0, seed=3):
        whole = np.flatnonzero(np.diff(truth[:, 1]))
        for first, last in itertools.pairwise(whole):
            if row[first + 1] // 100 - 1 == 2:
                lengths.append(last - first)
    assert set(lengths) == {20} if speed == 1 else min(lengths) < 13 and max(lengths) > 30


def test_channels_are_strung_together_too():
    sequences = [
        Clip(np.full((6, 1, 5, 1), n + 1, "float32"), np.ones((6, 1), bool), 0, 0, n, f"{n}")
        for n in range(3)
    ]
    joints, truth = next(
        stream_batches(
            sequences,
            np.arange(3),
            np.arange(3),
            layout=None,
            batch_size=2,
            frames=40,
            seed=0,
            augmentation=Augmentation(),
            pause=0.0,
            longest_pause=LONGEST_PAUSE,
            shortest=SHORTEST,
        )
    )
    assert joints.shape == (2, 40, 1, 5, 1)
    counted = truth[..., 0] >= 0
    np.testing.assert_array_equal(joints[counted][:, 0, 0, 0] - 1, truth[counted][:, 0])
    assert counted.mean() > 0.85
