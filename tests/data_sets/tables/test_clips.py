"""The clip store of a table: each row is a clip or a named fault, read again if it changes."""

import json
import os

import numpy as np
import pytest
from recording_tables import rows, write_table

from keras_drnn.data_sets.tables import table_data_set
from keras_drnn.experiments.comparison import ComparisonSettings, comparison_folder
from keras_drnn.experiments.data import open_data
from keras_drnn.recordings import recording_file
from keras_drnn.recordings.read import read_recording
from keras_drnn.skeletons import store_build
from keras_drnn.skeletons.errors import ClipStoreError


@pytest.fixture
def opened(tmp_path, monkeypatch):
    """Open the clips of a table; and the files that had to be read for it."""

    def opened(table):
        data_set = table_data_set(table, layout="coco_17")
        files = []

        def reading(path, **arguments):
            files.append(path.relative_to(tmp_path).as_posix())
            return read_recording(path, **arguments)

        monkeypatch.setattr(recording_file, "read_recording", reading)
        try:
            return data_set.open(None, tmp_path / "cache"), files
        finally:
            monkeypatch.setattr(recording_file, "read_recording", read_recording)

    return opened


def later(path):
    """A time of change that differs, however coarse the clock of the file system is."""
    changed = path.stat().st_mtime_ns + 10**9
    os.utime(path, ns=(changed, changed))


def test_a_row_is_a_clip_in_the_order_of_the_table(opened, tmp_path):
    clips, files = opened(write_table(tmp_path, rows("ba")))
    assert files == ["b0.npy", "b1.npy", "a0.npy", "a1.npy"]
    assert clips.index.name == ("000002 b0", "000003 b1", "000004 a0", "000005 a1")
    assert clips.index.action.tolist() == [1, 2, 1, 2]
    assert clips.index.subject.tolist() == [2, 2, 1, 1]
    for clip, file in zip(clips, files, strict=True):
        np.testing.assert_array_equal(clip.joints[:, 0], np.load(tmp_path / file))
    again, files = opened(tmp_path / "clips.csv")
    assert files == [] and again.folder == clips.folder


def changed_file(folder):
    np.save(folder / "a1.npy", np.load(folder / "a1.npy") + 1)
    later(folder / "a1.npy")


def changed_row(folder):
    table = folder / "clips.csv"
    table.write_text(table.read_text().replace("a1.npy,stand", "a1.npy,sit"))


def added_row(folder):
    table = folder / "clips.csv"
    np.save(folder / "c.npy", np.load(folder / "a1.npy") + 2)
    table.write_text(table.read_text() + "c.npy,sit,c\n")


@pytest.mark.parametrize("change", [changed_file, changed_row, added_row])
def test_what_changed_is_read_again(opened, tmp_path, change):
    table = write_table(tmp_path, rows("ab"))
    before, _ = opened(table)
    change(tmp_path)
    after, files = opened(table)
    assert "a1.npy" in files
    same = len(after) == len(before) and (after.index.action == before.index.action).all()
    assert after.sha256 != before.sha256 or not same
    assert opened(table)[1] == []


def test_another_time_of_the_table_alone_reads_nothing(opened, tmp_path):
    table = write_table(tmp_path, rows("ab"))
    opened(table)
    later(table)
    assert opened(table)[1] == []


def test_a_frame_written_over_in_a_folder_of_frames_is_read_again(opened, tmp_path):
    lines = ["file,label,subject", "one,sit,a", "two,stand,b"]
    for place, name in enumerate(("one", "two")):
        (tmp_path / name).mkdir()
        for frame in range(3):
            joints = [100 + 10 * j + frame + place for j in range(17 * 3)]
            people = {"people": [{"pose_keypoints_2d": joints + [0, 0, 0]}]}
            path = tmp_path / name / f"v_{frame:012}_keypoints.json"
            path.write_text(json.dumps(people))
    (tmp_path / "clips.csv").write_text("\n".join([*lines, ""]))
    data_set = table_data_set(tmp_path / "clips.csv")
    before = data_set.open(None, tmp_path / "cache")
    path.write_text(path.read_text().replace("103", "998"))
    later(path)
    after = data_set.open(None, tmp_path / "cache")
    assert after.sha256[0] == before.sha256[0] and after.sha256[1] != before.sha256[1]


def test_an_interrupted_reading_goes_on_where_it_stopped(opened, tmp_path, monkeypatch):
    monkeypatch.setattr(store_build, "ENTRIES_PER_COMMIT", 2)
    table = write_table(tmp_path, rows("abc"))
    (tmp_path / "a1.npy").write_bytes(b"no array")

    def stop(done, of):
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        table_data_set(table, layout="coco_17").open(None, tmp_path / "cache", progress=stop)
    clips, files = opened(table)
    assert files == ["c0.npy", "c1.npy"]
    assert [name[7:] for name in clips.index.name] == ["a0", "b0", "b1", "c0", "c1"]
    for clip in clips:
        np.testing.assert_array_equal(clip.joints[:, 0], np.load(tmp_path / f"{clip.name[7:]}.npy"))
    assert [fault.name for fault in clips.faults] == ["clips.csv, line 3: a1.npy"]


def test_files_of_one_name_in_two_folders_are_two_clips(opened, tmp_path):
    lines = ["file,label,subject", "x/a.npy,sit,a", "y/a.npy,sit,b"]
    clips, files = opened(write_table(tmp_path, lines))
    assert files == ["x/a.npy", "y/a.npy"] and len(set(clips.index.name)) == 2
    assert clips.sha256[0] != clips.sha256[1]


def test_tables_of_one_name_in_two_folders_are_two_stores(tmp_path):
    folders = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        table = write_table(tmp_path / name, rows("ab"))
        data_set = table_data_set(table, layout="coco_17")
        folders.append(data_set.open(None, tmp_path / "cache").folder)
    # Another way to read it is another store as well, beside the first one.
    description = tmp_path / "two" / "clips.toml"
    description.write_text('table = "clips.csv"\nlayout = "coco_17"\nunits = "pixels"\n')
    folders.append(table_data_set(description).open(None, tmp_path / "cache").folder)
    assert len(set(folders)) == 3 and all(folder.is_dir() for folder in folders)


def test_every_row_that_is_not_used_is_counted_and_named(opened, tmp_path):
    lines = [*rows("ab"), "gone.npy,sit,a", "b0.npy,sit,a", "short.npy,sit,a", "a1.npy,,a"]
    table = write_table(tmp_path, lines)
    (tmp_path / "gone.npy").unlink()
    np.save(tmp_path / "short.npy", np.load(tmp_path / "a0.npy")[:, :16])
    clips, _ = opened(table)
    lines = str(clips.summary).splitlines()
    assert lines[0] == f"{table}: 4 clips read, 4 rows left out as faulty"
    assert "column file, 1 row:" in lines and "joint count, 1 row:" in lines
    assert "file left" not in str(clips.summary) and "ignored" not in str(clips.summary)
    named = clips.summary.left_out
    assert len(named) == 4
    for number, words in (
        (6, "which does not exist"),
        (7, "that of line 4 once more"),
        (8, "short.npy: expected 17 joints"),
        (9, "the name of a class"),
    ):
        (one,) = [each for each in named if each.startswith(f"clips.csv, line {number}:")]
        assert words in one


def test_a_column_that_is_not_used_is_named_once(opened, tmp_path):
    lines = [f"{line},{end}" for line, end in zip(rows("ab"), ["Note", *"wxyz"], strict=True)]
    clips, _ = opened(write_table(tmp_path, lines))
    assert str(clips.summary).count("Note") == 1 and len(clips) == 4


def test_where_no_row_can_be_read_that_is_said_of_rows(tmp_path):
    table = write_table(tmp_path, rows("ab"))
    data_set = table_data_set(table, layout="coco_17")
    for file in tmp_path.glob("*.npy"):
        np.save(file, np.load(file)[:, :16])
    with pytest.raises(
        ClipStoreError, match="at least 1 row that can be read.*\n.*0 clips read, 4"
    ):
        data_set.open(None, tmp_path / "cache")


def test_a_comparison_goes_on_with_the_very_same_clips_alone(tmp_path):
    settings = ComparisonSettings(models=("drnn",))

    def folder(lines):
        data = open_data(
            table_data_set(write_table(tmp_path, lines), layout="coco_17"),
            root=None,
            cache=tmp_path / "cache",
        )
        return comparison_folder(tmp_path, settings, data)

    lines = rows("abc")
    first = folder(lines)
    assert folder(lines) == first
    # As many clips of each class as before, with their labels exchanged.
    exchanged = [lines[0], *(line.replace("sit", "x") for line in lines[1:3]), *lines[3:]]
    exchanged[2] = exchanged[2].replace("stand", "sit")
    exchanged[1] = exchanged[1].replace("x", "stand")
    assert folder(exchanged) != first
    file = tmp_path / "a0.npy"
    np.save(file, np.load(file) + np.float32(0.5))
    later(file)
    assert folder(lines) != first
