"""Clips strung together: each once, where it says it is, those of one subject and camera alone."""

import numpy as np

from keras_drnn.skeletons.clip import Clip
from keras_drnn.skeletons.index import ClipIndex
from keras_drnn.skeletons.streams import strung_together

RNG = np.random.default_rng(0)
WHO = [(1 + n % 2, 1 + n // 6) for n in range(12)]
FRAMES = RNG.integers(2, 6, 12)
CLIPS = [
    Clip(np.full((frames, 1, 2, 3), n + 1, "float32"), np.ones((frames, 1), bool), *who, 1, f"{n}")
    for n, (who, frames) in enumerate(zip(WHO, FRAMES, strict=True))
]
CHOSEN = np.array([0, 2, 3, 5, 6, 7, 8, 9, 10, 11])
LABELS = np.arange(10) % 3


def index(subjects=True, setups=(0,)):
    records = [
        {"name": clip.name, "subject": clip.subject if subjects else 0, "action": 1}
        | {"setup": setups[int(clip.name) // 3 % len(setups)]}
        | {"camera": clip.camera if subjects else 0, "frames": len(clip.joints), "offset": 0}
        | {"sha256": "", "coordinates": ""}
        for clip in CLIPS
    ]
    return ClipIndex.of_records(records)


def test_every_clip_is_once_where_it_says_it_is():
    streams = strung_together(CLIPS, index(), CHOSEN, LABELS)
    found = [segment.clip for stream in streams for segment in stream.segments]
    assert sorted(found) == list(range(10))
    for stream in streams:
        joints, labels = stream.read(), stream.labels()
        assert len(joints) == len(labels) == stream.length == stream.segments[-1].end
        for segment in stream.segments:
            part = slice(segment.begin, segment.end)
            np.testing.assert_array_equal(joints[part], CLIPS[CHOSEN[segment.clip]].joints)
            assert segment.label == LABELS[segment.clip]
            assert set(labels[part]) == {segment.label}


def test_nobody_becomes_another_and_no_camera_moves():
    streams = strung_together(CLIPS, index(), CHOSEN, LABELS)
    whose = [{WHO[CHOSEN[each.clip]] for each in stream.segments} for stream in streams]
    assert all(len(who) == 1 for who in whose)
    assert sorted(who.pop() for who in whose) == [(1, 1), (1, 2), (2, 1), (2, 2)]


def test_a_camera_of_another_setup_is_another_camera():
    streams = strung_together(CLIPS, index(setups=(1, 2)), CHOSEN, LABELS)
    whose = [{CHOSEN[each.clip] // 3 % 2 for each in stream.segments} for stream in streams]
    assert [len(setups) for setups in whose] == [1] * len(whose) and len(whose) > 4


def test_where_nobody_is_named_all_are_in_one_order_that_the_seed_decides():
    (stream,) = strung_together(CLIPS, index(subjects=False), CHOSEN, LABELS)
    order = [segment.clip for segment in stream.segments]
    assert sorted(order) == list(range(10)) != order
    again, other = (
        strung_together(CLIPS, index(subjects=False), CHOSEN, LABELS, seed=seed)[0]
        for seed in (0, 1)
    )
    assert [each.clip for each in again.segments] == order
    assert [each.clip for each in other.segments] != order


def test_a_stream_ends_with_the_clip_that_fills_it():
    streams = strung_together(CLIPS, index(subjects=False), CHOSEN, LABELS, longest=10)
    assert [stream.length >= 10 for stream in streams[:-1]] == [True] * (len(streams) - 1)
    assert all(stream.segments[-1].begin < 10 for stream in streams)
    found = [segment.clip for stream in streams for segment in stream.segments]
    assert sorted(found) == list(range(10)) and len(streams) > 2
