"""Tables as people write them: what is read of each, and where a fault is said to be."""

import dataclasses
import doctest
import math
import os
import re
import unicodedata

import pyarrow
import pytest
from pyarrow import parquet

from keras_drnn.recordings import (
    clip_array,
    faults,
    near_miss,
    number_text,
    recording_table,
    split_rule,
    table,
)
from keras_drnn.recordings.faults import CellError
from keras_drnn.recordings.number_text import parse_number
from keras_drnn.recordings.table import read_table

EXCEL = "file,label,subject,start,end\r\na.npy,sit,1,,2.5\r\nb c.npy,stand up,2,0.5,4\r\n"


@pytest.fixture
def write(tmp_path):
    """Write a table, and the recordings that rows may name."""
    for name in ("a.npy", "b c.npy", "d,e.npy", "fü.npy"):
        (tmp_path / name).write_bytes(b"joints")

    def write(content, name="clips.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def read(write):
    return lambda content, name="clips.csv": read_table(write(content, name))


def shown(found, *names):
    return [tuple(getattr(row, name) for name in names) for row in found.rows]


def only_fault(found):
    (fault,) = found.faults
    return fault


@pytest.mark.parametrize(
    "content",
    [
        EXCEL,
        EXCEL.replace("\r\n", "\n"),
        EXCEL.replace("\r\n", "\r"),
        EXCEL.rstrip(),
        "\ufeff" + EXCEL,
        EXCEL.encode("utf-16"),
        EXCEL.replace(",", ";"),
        EXCEL.replace(",", "\t"),
        EXCEL.replace(",", ";").replace(".5", ",5"),
        EXCEL.replace("2.5", '"2,5"').replace("0.5", '",5"'),
        EXCEL.replace(",", " , ").replace("file", " File ").replace("label", "LABEL"),
        EXCEL.replace("a.npy", '"a.npy"').replace("stand up", ' "stand up" '),
        EXCEL.replace("a.npy", "./a.npy").replace("b c", "nowhere\\..\\b c"),
        EXCEL.replace("2.5", "2.50").replace("0.5", "5e-1").replace("4", "+4.0"),
        EXCEL.replace("\r\n", ",,\r\n"),
        EXCEL.replace(",", ";").replace("\r\n", ";\r\n").replace("end;", "end;a,b,c,d,e,f,g,h,i"),
    ],
)
def test_one_table_however_it_is_written(read, tmp_path, content):
    (tmp_path / "nowhere").mkdir()
    found = read(content)
    assert found.faults == ()
    assert shown(found, "line", "label", "subject", "start", "end") == [
        (2, "sit", "1", None, 2.5),
        (3, "stand up", "2", 0.5, 4.0),
    ]
    assert [os.path.realpath(row.origin.path) for row in found.rows] == [
        os.path.realpath(tmp_path / name) for name in ("a.npy", "b c.npy")
    ]


@pytest.mark.parametrize("first", ["sep=;", "\ufeffsep=;", '"sep=;"', "SEP=;;;", "sep=,", "sep=\t"])
def test_a_first_line_that_says_the_separator_is_understood(read, first):
    content = "file;label;x,y\na.npy;sit;1,2\ngone.npy;sit;\n"
    if ";" not in first:
        content = content.replace(",", ".").replace(";", first[-1])
    found = read(f"{first}\r\n{content}")
    assert shown(found, "line", "label") == [(3, "sit")] and only_fault(found).line == 4
    assert found.other_columns == ("x,y" if ";" in first else "x.y",)


def test_lines_are_those_of_an_editor(read, tmp_path):
    (tmp_path / "g\nh.npy").write_bytes(b"joints")
    found = read(
        '\n\nfile,"label\n",note\n\n"g\nh.npy",sit,"three\n\nlines"\n,,\n  \na.npy,,\n'
        'fü.npy,"a ""b""",\u2028'
    )
    assert shown(found, "line", "label") == [(6, "sit"), (13, 'a "b"')]
    assert only_fault(found).line == 12


@pytest.mark.parametrize("composed", ["NFC", "NFD"])
def test_unicode_in_paths_labels_and_separators(read, tmp_path, composed):
    (tmp_path / unicodedata.normalize("NFD", "hö.npy")).write_bytes(b"joints")
    text = 'label;file\n"sitzen; müde";fü.npy\n坐;"d,e.npy"\n坐;hö.npy\n'
    found = read(unicodedata.normalize(composed, text))
    assert shown(found, "label") == [("sitzen; m\u00fcde",), ("坐",), ("坐",)]
    assert [row.origin.path.read_bytes() for row in found.rows] == [b"joints"] * 3
    assert {row.origin.path.parent for row in found.rows} == {tmp_path}


@pytest.mark.parametrize(
    "cells, column, expected, received",
    [
        ("nowhere.npy,sit,,,,", "file", "a file or a folder in", "'nowhere.npy', which does not"),
        ("A.csv,sit,,,,", "file", "a file or a folder in", "'A.csv', which does not exist"),
        (",sit,,,,", "file", "the path of a recording", "nothing"),
        ("empty.npy,sit,,,,", "file", "a file with a recording", "an empty file"),
        ("folder,sit,,,,", "file", "a folder with files", "an empty folder"),
        ("a.npy/b.npy,sit,,,,", "file", "a file or a folder in", "does not exist"),
        ("a\0.npy,sit,,,,", "file", "a file, or a folder with files", "NUL"),
        (f"{'n' * 300},sit,,,,", "file", "a file, or a folder with files", "too long"),
        ("a.npy, ,,,,", "label", "the name of a class", "nothing"),
        ("a.npy,sit,training,,,", "split", "train, validation (or val) or test", "'training'"),
        ("a.npy,sit,,-1,,", "start", "a number of seconds from 0", "'-1'"),
        ("a.npy,sit,,nan,,", "start", "a number of seconds from 0", "'nan'"),
        ("a.npy,sit,,,inf,", "end", "a number of seconds from 0", "'inf'"),
        ("a.npy,sit,,1e999,,", "start", "a number of seconds from 0", "beyond float64"),
        ("a.npy,sit,,1:30,,", "start", "a number of seconds from 0", "'1:30'"),
        ("a.npy,sit,,1_0,,", "start", "a number of seconds from 0", "'1_0'"),
        ("a.npy,sit,,٣,,", "start", "a number of seconds from 0", "'٣'"),
        ('a.npy,sit,,"1,500",,', "start", "a number of seconds from 0", "as 1.5 and as 1500"),
        ("a.npy,sit,,2,2.0,", "end", "an end after the start, which is 2", "2"),
        ("a.npy,sit,,,0,", "end", "an end after the start, which is 0", "0"),
        ("a.npy,sit,,,,0", "fps", "a number of frames per second above 0", "'0'"),
        ("a.npy,sit,,,,-30", "fps", "a number of frames per second above 0", "'-30'"),
        ("a.npy,sit,,,", None, "6 cells, as in", "5 cells"),
        ("a.npy,sit,,,,,7", None, "6 cells, as in", "7 cells"),
        ("a.npy,sit,val,,,,", None, "6 cells, as in", "7 cells"),
        ("b c.npy,lie,,,,", None, "each recording, or each part", "'lie' there and 'lie' here"),
        ("./b c.npy,stand,TEST,0,,", None, "each recording", "split None there and 'test' here"),
    ],
)
def test_a_row_that_is_wrong_is_told_and_the_others_are_read(
    read, tmp_path, cells, column, expected, received
):
    (tmp_path / "empty.npy").touch()
    (tmp_path / "folder").mkdir()
    found = read(f"file,label,split,start,end,fps\nb c.npy,lie,,,,\n{cells}\nfü.npy,sit,VAL,,,\n")
    fault = only_fault(found)
    assert (fault.line, fault.column) == (3, column)
    assert fault.expected.startswith(expected) and fault.advice.endswith((".", "?"))
    if cells.startswith("b c.npy,lie"):
        assert fault.received == "that of line 2 once more"
    else:
        assert received in fault.received
    assert str(fault).startswith(f"{found.path}, line 3{f', column {column}' if column else ''}: ")
    assert shown(found, "line", "split") == [(2, None), (4, "validation")]


def test_all_that_is_wrong_with_a_row_is_told_at_once(read):
    found = read("file,label,start,end\nA.csv,,x,-1\n")
    assert [fault.column for fault in found.faults] == ["file", "label", "start", "end"]
    assert found.faults[0].advice == "Correct the path. Did you mean 'a.npy'?"
    assert found.rows == ()


@pytest.fixture
def clips(tmp_path):
    """A folder for a table, with files, links and folders around it."""
    for folder in ("clips/more", "clips2"):
        (tmp_path / folder).mkdir(parents=True)
    for name in ("outside.npy", "clips2/a.npy", "clips/a.npy", "clips/more/b.npy"):
        (tmp_path / name).write_bytes(b"joints")
    try:
        (tmp_path / "clips/link.npy").symlink_to(tmp_path / "outside.npy")
        (tmp_path / "clips/up").symlink_to(tmp_path)
    except OSError:
        pytest.skip("links may not be made here")
    return tmp_path / "clips"


CLIMBING = ["../outside.npy", "../clips2/a.npy", "..\\outside.npy", "..", "more/../../outside.npy"]
CLIMBING += ["link.npy", "up/outside.npy", "up", "{clips}/../outside.npy", "../nowhere.npy"]


@pytest.mark.parametrize("path", CLIMBING)
def test_a_path_that_climbs_out_of_the_folder_is_refused(clips, path):
    (clips / "t.csv").write_text(f"file,label\n{path.format(clips=clips)},sit\na.npy,sit\n")
    found = read_table(clips / "t.csv")
    fault = only_fault(found)
    assert (fault.line, fault.column) == (2, "file")
    assert fault.expected == f"a path that stays in {clips}" and "`root`" in fault.advice
    assert [row.origin.path for row in found.rows] == [clips / "a.npy"]


def test_a_path_that_comes_back_is_taken_and_known_again(clips):
    paths = ["more/../a.npy", "{clips}/more/b.npy", "up/clips/a.npy", "more"]
    rows = "".join(f"{path.format(clips=clips)},sit\n" for path in paths)
    (clips / "t.csv").write_text(f"file,label\n{rows}")
    found = read_table(clips / "t.csv")
    assert shown(found, "line") == [(2,), (3,), (5,)]
    assert only_fault(found).received == "that of line 2 once more"
    by_a_link = read_table(clips / "up" / "clips" / "t.csv")
    assert shown(by_a_link, "line") == [(2,), (3,), (5,)]


@pytest.mark.parametrize("root", ["..", "{clips}/.."])
def test_a_root_is_what_paths_are_relative_to_and_may_not_leave(clips, root):
    (clips / "t.csv").write_text("file,label\noutside.npy,a\nclips/link.npy,b\n../x.npy,c\n")
    (clips / "t.toml").write_text(f"table = 't.csv'\nroot = '{root.format(clips=clips)}'\n")
    found = read_table(clips / "t.toml")
    assert [row.origin.path.read_bytes() for row in found.rows] == [b"joints"]
    assert [(fault.line, fault.column) for fault in found.faults] == [(3, None), (4, "file")]


def test_a_table_is_found_and_read_from_any_working_directory(clips, monkeypatch):
    (clips / "t.csv").write_text("file,label\na.npy,sit\n")
    monkeypatch.chdir(clips.parent)
    found = read_table("clips/t.csv")
    monkeypatch.chdir(clips)
    assert found.rows[0].origin.path.read_bytes() == b"joints"
    assert read_table("t.csv").rows == found.rows


def test_frames_are_whole_numbers(read, write):
    write('table = "clips.csv"\ntimes = "frames"\nfps = 30\n', "c.toml")
    found = read(
        "file;label;start;end;fps\n"
        "a.npy;sit;0;30,0;\na.npy;sit;30;60;25,5\na.npy;sit;60,5;90;\na.npy;sit;1.000;;\n"
    )
    assert shown(found, "start", "end", "fps") == [
        (0, 30, None),
        (30, 60, 25.5),
        (60.5, 90, None),
        (1, None, None),
    ]
    found = read_table(found.path.with_name("c.toml"))
    assert shown(found, "start", "end", "fps") == [(0, 30, 30), (30, 60, 25.5)]
    assert all(isinstance(row.end, int) for row in found.rows)
    assert [(fault.line, fault.column) for fault in found.faults] == [(4, "start"), (5, "start")]
    assert "as 1 and as 1000" in found.faults[1].received


@pytest.mark.parametrize(
    "text, value",
    [("1,5", 1.5), ("12,345", 12.345), ("0,125", 0.125), ("1e-1", 0.1), (".5", 0.5), ("2.", 2.0)],
)
def test_decimal_commas(text, value):
    assert parse_number(text, "a number") == value
    assert parse_number("1.500", "a number", comma_separates=True) == 1.5
    for wrong in (f"{text} ", f"{text},0", f"1.{text}.0", f"{text}s"):
        with pytest.raises(CellError):
            parse_number(wrong, "a number")


def test_a_quote_that_is_not_closed_costs_its_own_row_alone(read):
    found = read('file,label\n"a.npy,sit\nb c.npy,sit\n"d,e.npy",sit\nfü.npy,"sit\n')
    assert shown(found, "line") == [(3,), (4,)]
    assert [(fault.line, fault.column) for fault in found.faults] == [(2, None), (5, None)]
    assert found.faults[1].received == "a quote that is never closed"
    long = read(f'file,label\na.npy,"sit\n{"b c.npy,lie" + chr(10):s}' + "fü.npy,x\n" * 20_000)
    assert long.faults[0].line == 2 and "field" in long.faults[0].received
    assert shown(long, "line") == [(3,), (4,)] and len(long.faults) == 20_000


def test_bytes_that_are_no_utf_8_cost_their_own_row_alone(read):
    found = read("file,label\na.npy,sit\nfü.npy,müde\nb c.npy,müde\n".encode("cp1252"))
    assert shown(found, "line") == [(2,)]
    assert [(fault.line, fault.column) for fault in found.faults] == [
        (3, "file"),
        (3, "label"),
        (4, "label"),
    ]
    assert found.faults[2].received == "b'm\\xfcde'" and "UTF-8" in found.faults[2].advice


@pytest.mark.parametrize(
    "content, message",
    [
        ("", "clips.csv, which is empty"),
        (" \r\n\r\n", "clips.csv, which is empty"),
        ("file,label\n\n,\n", "clips.csv, which has none"),
        ("a.npy,sit\n", "'a.npy', 'sit': no file and no label"),
        ("file,lable\na.npy,sit\n", "no label. 'lable': Did you mean 'label'?"),
        ("FILE ,label,file\na.npy,sit,\n", "columns 1 and 3 are named 'FILE ' and 'file'"),
        ("file,label,x,X\na.npy,sit,,\n", "columns 3 and 4 are named 'x' and 'X'"),
        ('file,"label\na.npy,sit\n', "line 1. Received: .*a quote that is never closed"),
        ("file,label\na.npy,sit\n".encode("utf-16-le"), "text in UTF-8, or as Parquet"),
        (b"\xff\xfef\0i\0l", "text in UTF-8, or as Parquet"),
        (b"PK\x03\x04\x14\0\x06\0[Content_Types].xml", "which begins with b'PK"),
        ("file,label,müde\na.npy,sit,\n".encode("cp1252"), "text in UTF-8, or as Parquet"),
        (b"PAR1 and no more", "Expected a Parquet file"),
    ],
)
def test_what_is_no_table_is_refused(write, content, message):
    path = write(content)
    with pytest.raises(ValueError, match=re.escape(message).replace(r"\.\*", ".*")) as caught:
        read_table(path)
    assert str(path) in str(caught.value)


def test_a_table_that_is_not_there(tmp_path):
    with pytest.raises(ValueError, match="No such file or directory.*nowhere.csv"):
        read_table(tmp_path / "nowhere.csv")
    with pytest.raises(ValueError, match=f"Received: {re.escape(str(tmp_path))}"):
        read_table(tmp_path)


def test_other_columns_are_named_and_near_misses_told(read):
    found = read(",file,label,sesion,Note\n0,a.npy,sit,1,x\n")
    assert found.columns == ("file", "label") and found.other_columns == ("", "sesion", "Note")
    near, others = found.warnings
    assert near.endswith("the column 'sesion' is not used. Did you mean 'session'?")
    assert "not used: column 1, which has no name, 'Note'. What is used: file, label" in others


def test_parts_that_overlap_are_told_and_kept(read):
    parts = ["a.npy,0,2", "a.npy,2,4", "b c.npy,5,9", "a.npy,3,5", "b c.npy,,6", "fü.npy,1,2"]
    parts += [
        "fü.npy,,1",
        "a.npy,10,",
        "a.npy,9,10",
        "fü.npy,20,30",
        "fü.npy,21,22",
        "fü.npy,25,26",
    ]
    found = read(
        "file,label,start,end\n" + "".join(p.replace(",", ",sit,", 1) + "\n" for p in parts)
    )
    assert len(found.rows) == 12 and found.faults == ()
    (warning,) = found.warnings
    assert "7 parts of recordings overlap" in warning and "lines 3-6, 11-13." in warning
    (warning,) = read("file,label,end\na.npy,sit,\na.npy,stand,2\n").warnings
    assert "2 parts" in warning


def test_classes_that_differ_in_capitals_alone_are_told(read):
    (warning,) = read("file,label\na.npy,Sit  down\nfü.npy,sit down\nb c.npy,sit\n").warnings
    assert "'Sit  down' and 'sit down' are different classes" in warning


def test_a_description_beside_a_table_is_told_when_it_is_not_read(read, write):
    write("fps = 30\n", "clips.toml")
    assert "clips.toml is not read" in read("file,label\na.npy,sit\n").warnings[0]


def test_parquet_gives_what_the_text_gives(read, tmp_path):
    text = read(
        "file,label,subject,start,fps,x\n"
        "a.npy,1,,0.1,30,\nfü.npy,2,7,,25,\n,,,,,\nb c.npy,,8,-1,30,\n"
    )
    columns = {
        "file": ["a.npy", "fü.npy", None, "b c.npy"],
        "label": pyarrow.array([1, 2, None, None], pyarrow.int8()),
        "subject": [math.nan, 7.0, None, 8.0],
        "start": [0.1, math.nan, None, -1.0],
        "fps": pyarrow.array([b"30", b"25", None, b"30"]).dictionary_encode(),
        "x": pyarrow.nulls(4),
    }
    for name in ("clips.parquet", "clips.csv"):  # known by what is in it, not by its name alone
        parquet.write_table(pyarrow.table(columns), tmp_path / name)
        found = read_table(tmp_path / name)
        assert (found.columns, found.other_columns) == (text.columns, ("x",))
        assert [dataclasses.replace(row, line=row.line + 1) for row in found.rows] == list(
            text.rows
        )
        assert [(f.line, f.column, f.counts) for f in found.faults] == [
            (4, "label", "row"),
            (4, "start", "row"),
        ]
        assert f"{name}, row 4, column label" in str(found.faults[0])


def test_parquet_that_is_no_table(tmp_path):
    def refused(columns, names, message):
        path = tmp_path / "clips.parquet"
        parquet.write_table(pyarrow.Table.from_arrays(columns, names), path)
        with pytest.raises(ValueError, match=message):
            read_table(path)

    texts = pyarrow.array(["a.npy"])
    refused([texts, texts, texts], ["file", "label", "label"], "columns 2 and 3")
    refused([texts, pyarrow.array([[1]])], ["file", "label"], "lists or records in label")
    refused([texts[:0], texts[:0]], ["file", "label"], "which has none")
    (tmp_path / "text.parquet").write_text("file,label\na.npy,sit\n")
    with pytest.raises(ValueError, match="Expected a Parquet file.*text.parquet"):
        read_table(tmp_path / "text.parquet")


def test_a_hundred_thousand_rows(read, tmp_path):
    lines = [f"a.npy,class {i % 60},{i},{i + 1}\n" for i in range(100_000)]
    lines[70_000] = "a.npy,class 1,5,x\n"
    found = read("file,label,start,end\n" + "".join(lines))
    assert len(found.rows) == 99_999 and only_fault(found).line == 70_002
    assert (found.rows[-1].line, found.rows[-1].end) == (100_001, 100_000.0)


@pytest.mark.parametrize(
    ("module", "examples"),
    [
        (clip_array, 3),
        (faults, 3),
        (near_miss, 1),
        (number_text, 1),
        (recording_table, 1),
        (split_rule, 1),
        (table, 4),
    ],
)
def test_docstrings(module, examples):
    failed, tried = doctest.testmod(module)
    assert failed == 0 and tried >= examples
