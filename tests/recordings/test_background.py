"""What lies between parts: which frames, whose they are, and what is left out and counted."""

import numpy as np
import pytest

from keras_drnn.recordings.arrangement import Arrangement
from keras_drnn.recordings.background import with_background
from keras_drnn.recordings.table import read_table


@pytest.fixture
def between(tmp_path):
    """The rows that are made of a table of recordings of 100 frames each, and all of the table."""

    def between(header, *lines, frames=100, times="frames", name="nothing"):
        for line in lines:
            if file := line.split(",")[0]:
                np.save(tmp_path / file, np.ones((frames, 2)))
        (tmp_path / "clips.csv").write_text("\n".join([f"file,label,{header}", *lines, ""]))
        (tmp_path / "clips.toml").write_text(f'table = "clips.csv"\ntimes = "{times}"\n')
        table = with_background(read_table(tmp_path / "clips.toml"), name, Arrangement())
        return [row for row in table.rows if row.background], table

    return between


def spans(rows):
    return [(row.origin.name, row.start, row.end) for row in rows]


def test_before_between_and_behind(between):
    rows, table = between(
        "subject,camera,session,start,end,split,fps",
        "a.npy,wave,ana,left,am,60,80,test,25",
        "a.npy,sit,ana,left,am,20,45,test,25",
        "b.npy,sit,ben,,,0,90,train,25",
        "c.npy,sit,ben,,,12,,train,25",
    )
    assert spans(rows) == [
        ("a.npy", 0, 20),
        ("a.npy", 45, 60),
        ("a.npy", 80, 100),
        ("b.npy", 90, 100),
        ("c.npy", 0, 12),
    ]
    assert {row.label for row in rows} == {"nothing"} and len(table.rows) == 4 + 5
    first = rows[0]
    facts = (first.subject, first.camera, first.session, first.split, first.fps)
    assert facts == ("ana", "left", "am", "test", 25)
    assert (rows[3].subject, rows[3].camera, rows[3].split) == ("ben", None, "train")
    names = [table.name(row) for row in table.rows]
    assert len(set(names)) == 9
    assert names[4] == "clips.csv, line 2: a.npy, background from 0 to 20"
    assert (
        "5 clips of the class 'nothing' from between the parts of 3 recordings."
        in (table.warnings[-1])
    )


def test_what_is_short_is_left_out_and_counted(between):
    rows, table = between("start,end", "a.npy,sit,7,40", "a.npy,sit,48,60", "a.npy,sit,67,93")
    assert spans(rows) == [("a.npy", 40, 48)]
    assert table.warnings[-1].endswith("Left out: 3 gaps shorter than 8 frames.")


def test_parts_that_overlap_or_touch_are_one(between):
    lines = ["a.npy,sit,10,60", "a.npy,wave,20,30", "a.npy,sit,50,70", "a.npy,sit,70,85"]
    rows, table = between("start,end", *lines)
    assert spans(rows) == [("a.npy", 0, 10), ("a.npy", 85, 100)]
    assert "Left out" not in table.warnings[-1]


def test_what_is_long_is_cut_evenly_into_pieces_like_the_parts(between):
    rows, _ = between("start,end", "a.npy,sit,0,20", "a.npy,sit,20,41", "b.npy,sit,5,25")
    # The half of the parts are of 20 frames at least: 59 are three pieces, 75 are four.
    assert spans(rows) == [
        *[("a.npy", 41, 61), ("a.npy", 61, 80), ("a.npy", 80, 100)],
        *[("b.npy", 25, 44), ("b.npy", 44, 62), ("b.npy", 62, 81), ("b.npy", 81, 100)],
    ]
    # Never into pieces that would be left out as too short.
    rows, _ = between("start,end", "a.npy,sit,0,2", "a.npy,sit,80,82")
    assert min(row.end - row.start for row in rows) >= 8
    assert sum(row.end - row.start for row in rows) == 96


def test_what_lies_between_two_sides_or_two_people_is_nobodys(between):
    rows, table = between(
        "subject,split,start,end",
        "a.npy,sit,ana,train,10,30",
        "a.npy,sit,ana,test,50,70",
        "a.npy,sit,ana,test,82,90",
        "b.npy,sit,ana,train,0,40",
        "b.npy,sit,ana,test,40,80",
    )
    found = [(row.start, row.end, row.split) for row in rows if row.origin.name == "a.npy"]
    assert found == [(0, 10, "train"), (70, 82, "test"), (90, 100, "test")]
    # Parts that touch are two, and the last one alone is beside what follows.
    assert [(row.start, row.split) for row in rows if row.origin.name == "b.npy"] == [(80, "test")]
    differing = "between parts that differ in subject, camera, session, split or fps"
    assert table.warnings[-1].endswith(f"Left out: 1 gap {differing}.")
    # Parts of two people at once: what follows may be of either.
    with pytest.raises(
        ValueError, match="found nothing.*left out: 2 gaps between parts that differ"
    ):
        between("subject,start,end", "a.npy,sit,ana,10,40", "a.npy,sit,ben,20,80")


def test_a_recording_that_is_not_known_as_a_whole_has_none(between):
    rows, table = between(
        "start,end",
        "a.npy,sit,10,30",
        "a.npy,sit,,",
        "b.npy,sit,10,90",
        "b.npy,,40,60",
        "c.npy,sit,,",
        "d.npy,sit,20,100",
        "e.npy,sit,10,30",
        "e.npy,sit,100,110",
    )
    assert spans(rows) == [("d.npy", 0, 20)]
    warning = table.warnings[-1]
    assert "1 recording of which a row means the whole" in warning
    assert "2 recordings of which a row is left out" in warning


def test_seconds_need_a_rate_and_are_cut_where_the_parts_are(between, tmp_path):
    lines = ["a.npy,sit,1.25,2,10", "a.npy,sit,2.4,3,10", "a.npy,sit,9.1,9.6,10", "b.npy,sit,1,2,"]
    rows, table = between("start,end,fps", *lines, times="seconds")
    assert [(row.start, row.end) for row in rows][0] == (0, 0.625)
    ends = [(row.start, row.end) for row in rows if row.start >= 3]
    assert ends[0][0] == 3 and ends[-1][1] == 9.1
    assert "2 gaps shorter than 0.5 seconds" in table.warnings[-1]
    assert "1 recording of which a row is left out" in table.warnings[-1]


def test_a_class_of_this_name_is_joined_and_one_like_it_told(between):
    lines = ["a.npy,nothing,10,30", "a.npy,Nothing,50,70", "a.npy,sit,85,100"]
    _, table = between("start,end", *lines)
    assert "of the class 'nothing' beside those that rows have from" in table.warnings[-1]
    _, table = between("start,end", *lines[1:])
    assert "'Nothing' and 'nothing' are different classes" in table.warnings[-1]


def test_where_there_can_be_none_that_is_said(between):
    with pytest.raises(ValueError, match="Expected rows with start or end .*Leave `background`"):
        between("subject", "a.npy,sit,ana", "b.npy,sit,ben")
    with pytest.raises(ValueError, match="'nothing', found nothing.*1 gap shorter than 8 frames"):
        between("start,end", "a.npy,sit,0,97")
