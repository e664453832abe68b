"""Segment F1 and false alarms, counted by hand."""

import numpy as np
import pytest

from keras_drnn.reporting.segments import (
    Found,
    false_alarms,
    found_segments,
    painted,
    runs,
    segment_f1,
)


def labels(text):
    """A letter a frame, a dot where nothing happens."""
    return np.array(["abc".find(letter) for letter in text])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("...", []),
        ("aab.b", [(0, 0, 2), (1, 2, 3), (1, 4, 5)]),
        (".a", [(0, 1, 2)]),
        ("ca.", [(2, 0, 1), (0, 1, 2)]),
    ],
)
def test_runs(text, expected):
    assert runs(labels(text)) == expected


@pytest.mark.parametrize(
    ("truth", "told", "overlap", "right", "wrong", "missed"),
    [
        # A shift by one of four: three shared of five covered.
        ("aaaa..bbbb", ".aaaa.bbbb", 0.6, 2, 0, 0),
        ("aaaa..bbbb", ".aaaa.bbbb", 0.61, 1, 1, 1),
        # What falls apart is found once; the pieces are wrong.
        ("aaaaaaaa", "aaa.aaaa", 0.25, 1, 1, 0),
        ("aaaaaaaa", "abababab", 0.25, 0, 8, 1),
        ("aaaaaaaa", "abababab", 0.125, 1, 7, 0),
        # One told over two that are there finds one of them.
        ("aaa.aaa", "aaaaaaa", 0.1, 1, 0, 1),
        # The other class is no help, and neither is the right one elsewhere.
        ("aaa...", "bbb...", 0.1, 0, 1, 1),
        ("aaa...", "...aaa", 0.1, 0, 1, 1),
        ("aaa...", "......", 0.1, 0, 0, 1),
        ("......", "..aa..", 0.1, 0, 1, 0),
    ],
)
def test_what_counts_as_found(truth, told, overlap, right, wrong, missed):
    assert found_segments(labels(truth), labels(told), overlap) == Found(right, wrong, missed)


def test_the_f1_is_over_all_streams_together():
    streams = [(labels("aaab"), labels("aaab")), (labels("aaaa"), labels("bbbb"))]
    # Two right, one wrong, one missed.
    assert segment_f1(streams, 0.5) == pytest.approx(2 * 2 / (2 * 2 + 1 + 1))
    assert segment_f1([(labels("...."), labels("...."))], 0.5) == 1.0
    assert segment_f1([(labels("...."), labels("a..."))], 0.5) == 0.0


def test_a_false_alarm_lies_where_nothing_happens_from_begin_to_end():
    truth = labels("..aaa.....bb")
    # The first begins too early, the last but one is wrong, and both are no false alarms.
    assert false_alarms(truth, labels(".aaaa.c.b.a.")) == 2
    assert false_alarms(truth, labels("............")) == 0


def test_painted():
    np.testing.assert_array_equal(painted([(1, 1, 3), (0, 3, 4)], 5), labels(".bba."))
